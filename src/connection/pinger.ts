import type { Clock } from './clock.js';

interface Pending {
  readonly payload: Uint8Array;
  readonly sentAt: number;
  readonly done: (roundTripMs: number | undefined) => void;
}

/** Pings that are to be acknowledged. A Pong acknowledges the Ping it answers and all before it. RFC 6455 section 5.5.3. */
export class Pinger {
  readonly #clock: Clock;
  #pending: Pending[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Notes a Ping that is being sent. `done` is called with its round trip in milliseconds, or with undefined when the connection
   * ends before.
   *
   * @returns forgets it.
   */
  sent(payload: Uint8Array, done: (roundTripMs: number | undefined) => void): () => void {
    const ping: Pending = { payload, sentAt: this.#clock.now(), done };
    this.#pending.push(ping);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== ping);
    };
  }

  /** A Pong came. Returns the round trip of the Ping it answers; undefined when it answers none. */
  received(payload: Uint8Array): number | undefined {
    const index = this.#pending.findIndex((ping) => Buffer.compare(ping.payload, payload) === 0);
    if (index < 0) return undefined;
    const acknowledged = this.#pending.splice(0, index + 1);
    const now = this.#clock.now();
    for (const ping of acknowledged) ping.done(now - ping.sentAt);
    const answered = acknowledged.at(-1);
    return answered && now - answered.sentAt;
  }

  /** The connection has ended: no Pong comes any more. */
  end(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const ping of pending) ping.done(undefined);
  }
}
