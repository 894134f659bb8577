import type { Clock } from '../../connection/clock.js';
import type { Connection } from '../../connection/connection.js';
import type { Subscription } from 'rxjs';

/** How long a connection was open: not while it closed, nor while what it held was still taken. */
export class Uptime {
  readonly #clock: Clock;
  readonly #since: number;
  readonly #watch: Subscription;
  #until: number | undefined;

  constructor(connection: Pick<Connection, 'state$'>, clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
    this.#watch = connection.state$.subscribe((state) => {
      if (state !== 'open') this.#until ??= clock.now();
    });
  }

  /** Milliseconds. Nothing is watched any more. */
  stop(): number {
    this.#watch.unsubscribe();
    return (this.#until ?? this.#clock.now()) - this.#since;
  }
}
