import type { TimestampProvider } from 'rxjs';
import { formatElapsed } from './format-elapsed.js';

/** Where {@link Timings} have their time from. */
export interface TimingsOptions {
  /** A scheduler, or anything else with `now()` in milliseconds. Default `performance`: it does not jump when the date is set. */
  readonly scheduler?: TimestampProvider;
}

/**
 * A stopwatch: the moments at which things happened, each by its key.
 *
 * A key has the moment it was marked last, and costs one number: keys are the program's, never the peer's. Where several messages are
 * handled at the same time, give each its own Timings. For the time between the values of one Observable rxjs has `timeInterval`.
 *
 * @example
 * ```ts
 * import { Timings } from 'rxwire';
 *
 * const clock = { at: 0, now: () => clock.at };
 * const timings = new Timings({ scheduler: clock });
 * timings.mark('received');
 * clock.at = 1.5;
 * timings.mark('answered');
 * console.log(timings.diff('received', 'answered'), timings.format('received', 'answered'));
 * // 1.5 1.50 ms
 * ```
 */
export class Timings {
  readonly #clock: TimestampProvider;
  readonly #moments: Map<string, number> = new Map();

  constructor(options: TimingsOptions = {}) {
    this.#clock = options.scheduler ?? performance;
  }

  /** Notes that it happened now. */
  mark(key: string): void {
    this.#moments.set(key, this.#clock.now());
  }

  /** When it happened last, in milliseconds of the clock; undefined when it has not. */
  at(key: string): number | undefined {
    return this.#moments.get(key);
  }

  /** Milliseconds from one to the other, negative when they happened the other way round; undefined when one has not happened. */
  diff(from: string, to: string): number | undefined {
    const began = this.at(from);
    const ended = this.at(to);
    return began === undefined || ended === undefined ? undefined : ended - began;
  }

  /** {@link diff} for people: `850 ns`, `12.3 us`, `1.23 ms`, `4.56 s`, or `n.a.` when one has not happened. */
  format(from: string, to: string): string {
    return formatElapsed(this.diff(from, to));
  }
}
