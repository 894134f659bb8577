import type { MonoTypeOperatorFunction, OperatorFunction } from 'rxjs';
import { Bounded } from './bounded.js';
import { heldBack } from './held-back.js';
import { type HoldOptions, maxMessagesOf } from './overflow-options.js';
import type { Gate, Work } from './pace-setter.js';

/**
 * Passes values on while they can be sent, and holds those that cannot: the newest `maxMessages`, for which older ones are dropped.
 *
 *     gate    t-f--------t---
 *     values  -a-b-c-d----e--
 *     passed  -a---------(cd)e      dropOldest(gate, { maxMessages: 2 })
 *     dropped -------b-------
 *
 * Given a function in place of the gate, it does that work with each value, one after the other, and emits what comes of it. In all else
 * it is as {@link dropNewest}.
 *
 * @param pace - What is slow: a connection (its `writable$`), an Observable of whether values can pass, or the work itself.
 * @param options.maxMessages - The most values that are held. Default 1024. With 0, what cannot pass at once is dropped.
 * @throws TypeError or RangeError for wrong arguments.
 * @example
 * ```ts
 * import { timer } from 'rxjs';
 * import { dropOldest, serve } from 'rxwire';
 *
 * serve(
 *   (connection) => {
 *     // Work that takes 20 ms a message: of a burst, the last ten are done.
 *     const work = () => timer(20);
 *     connection.messages$.pipe(dropOldest(work, { maxMessages: 10 })).subscribe();
 *   },
 *   { port: 9000 },
 * ).subscribe();
 * ```
 */
export function dropOldest<T>(pace: Gate, options?: HoldOptions<T>): MonoTypeOperatorFunction<T>;
export function dropOldest<T, R>(pace: Work<T, R>, options?: HoldOptions<T>): OperatorFunction<T, R>;
export function dropOldest<T, R>(
  pace: Gate | Work<T, R>,
  options: HoldOptions<T> = {},
): OperatorFunction<T, R> {
  const max = maxMessagesOf(options);
  return heldBack(pace, options, (drops) => new LastOnes(max, drops));
}

class LastOnes<T> extends Bounded<T> {
  hold(value: T): void {
    this.values.push(value);
    if (this.values.length > this.max) this.drops.drop(this.values.take());
  }
}
