import type { MonoTypeOperatorFunction, OperatorFunction } from 'rxjs';
import { Bounded } from './bounded.js';
import { heldBack } from './held-back.js';
import { type HoldOptions, maxMessagesOf } from './overflow-options.js';
import type { Gate, Work } from './pace-setter.js';

/**
 * Passes values on while they can be sent, holds the first ones that cannot, and drops those that come when `maxMessages` are held.
 *
 *     gate    t-f--------t---
 *     values  -a-b-c-d----e--
 *     passed  -a---------(bc)e      dropNewest(gate, { maxMessages: 2 })
 *     dropped -------d-------
 *
 * Given a function in place of the gate, it does that work with each value, one after the other, as `concatMap` does, and emits what
 * comes of it. With `maxMessages: 0` that is `exhaustMap`.
 *
 * A value goes at once where nothing is held; what is held goes, in order, in a microtask after the gate has opened, up to the next
 * false. Before the gate's first value it is shut. When it has completed at false everything is dropped. Completes with its source, when
 * nothing is held any more. An error of the source, of the gate or of the work passes at once. Unsubscribing forgets what is held.
 *
 * @param pace - What is slow: a connection (its `writable$`), an Observable of whether values can pass, or the work itself.
 * @param options.maxMessages - The most values that are held. Default 1024.
 * @throws TypeError or RangeError for wrong arguments.
 * @example
 * ```ts
 * import { interval, takeUntil } from 'rxjs';
 * import { connect, dropNewest } from 'rxwire';
 *
 * connect('ws://127.0.0.1:9000').subscribe((connection) => {
 *   interval(10)
 *     .pipe(takeUntil(connection.closed$), dropNewest(connection, { maxMessages: 10 }))
 *     .subscribe((count) => connection.send(String(count)));
 * });
 * ```
 */
export function dropNewest<T>(pace: Gate, options?: HoldOptions<T>): MonoTypeOperatorFunction<T>;
export function dropNewest<T, R>(pace: Work<T, R>, options?: HoldOptions<T>): OperatorFunction<T, R>;
export function dropNewest<T, R>(
  pace: Gate | Work<T, R>,
  options: HoldOptions<T> = {},
): OperatorFunction<T, R> {
  const max = maxMessagesOf(options);
  return heldBack(pace, options, (drops) => new FirstOnes(max, drops));
}

class FirstOnes<T> extends Bounded<T> {
  hold(value: T): void {
    if (this.values.length < this.max) this.values.push(value);
    else this.drops.drop(value);
  }
}
