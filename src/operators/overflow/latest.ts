import type { MonoTypeOperatorFunction, OperatorFunction } from 'rxjs';
import { LimitError } from '../../protocol/errors.js';
import { type Checks, ofType, wholeNumber } from '../../protocol/option-checks.js';
import type { Drops } from './drops.js';
import { heldBack } from './held-back.js';
import type { Holding } from './holding.js';
import { HOLD_CHECKS, type HoldOptions, maxMessagesOf } from './overflow-options.js';
import type { Gate, Work } from './pace-setter.js';
import { type QueuedValue, ValueQueue } from './value-queue.js';

const CHECKS: Checks = Object.freeze({ ...HOLD_CHECKS, maxMessages: wholeNumber(1) });
const KEY = ofType('function');

/**
 * Passes values on while they can be sent, and of those that cannot holds the newest of each key.
 *
 *     gate    t-f------------t---
 *     values  -a1-b1-a2-b2-b3----
 *     passed  -a1------------(a2 b3)      latest(gate, ([letter]) => letter)
 *     dropped -----------b1-b2---
 *
 * For what only counts as it is now: prices, positions, states. A value takes the place of the one of its key that is held, so that a
 * key that changes all the time is not behind the others for ever, and none of them behind it. One whose key is undefined takes
 * nobody's place. Keys are compared as those of a Map.
 *
 * Given a function in place of the gate, it does that work with each value, one after the other, and emits what comes of it. Without
 * a key all values have the same. In all else it is as {@link dropNewest}, except that what is newest of its key is never dropped: when
 * more than `maxMessages` would be held, it is an error.
 *
 * @param pace - What is slow: a connection (its `writable$`), an Observable of whether values can pass, or the work itself.
 * @param key - The key of a value that has to wait. What it throws becomes the error notification.
 * @param options.maxMessages - The most values that are held, 1 or more. Default 1024.
 * @throws TypeError or RangeError for wrong arguments. (As error notification) LimitError for more keys than `maxMessages`.
 * @example
 * ```ts
 * import { interval, map, takeUntil } from 'rxjs';
 * import { connect, latest } from 'rxwire';
 *
 * connect('ws://127.0.0.1:9000').subscribe((connection) => {
 *   interval(1)
 *     .pipe(
 *       takeUntil(connection.closed$),
 *       map((price) => ({ symbol: `S${price % 10}`, price })),
 *       latest(connection, ({ symbol }) => symbol),
 *     )
 *     .subscribe((quote) => connection.send(JSON.stringify(quote)));
 * });
 * ```
 */
export function latest<T>(
  pace: Gate,
  key?: (value: T) => unknown,
  options?: HoldOptions<T>,
): MonoTypeOperatorFunction<T>;
export function latest<T, R>(
  pace: Work<T, R>,
  key?: (value: T) => unknown,
  options?: HoldOptions<T>,
): OperatorFunction<T, R>;
export function latest<T, R>(
  pace: Gate | Work<T, R>,
  key: (value: T) => unknown = theSame,
  options: HoldOptions<T> = {},
): OperatorFunction<T, R> {
  const max = maxMessagesOf(options, CHECKS);
  if (!KEY.accepts(key)) throw new TypeError(`key is of type ${typeof key}, expected a function`);
  return heldBack(pace, options, (drops) => new NewestOfKeys(key, max, drops));
}

function theSame(): true {
  return true;
}

interface Keyed<T> {
  readonly key: unknown;
  value: T;
}

class NewestOfKeys<T> implements Holding<T> {
  readonly #values: ValueQueue<Keyed<T>> = new ValueQueue();
  readonly #byKey: Map<unknown, QueuedValue<Keyed<T>>> = new Map();
  readonly #keyOf: (value: T) => unknown;
  readonly #max: number;
  readonly #drops: Drops<T>;

  constructor(keyOf: (value: T) => unknown, max: number, drops: Drops<T>) {
    this.#keyOf = keyOf;
    this.#max = max;
    this.#drops = drops;
  }

  get length(): number {
    return this.#values.length;
  }

  hold(value: T): void {
    const key = this.#keyOf(value);
    const held = key === undefined ? undefined : this.#byKey.get(key);
    if (held !== undefined) {
      const before = held.value.value;
      held.value.value = value;
      this.#drops.drop(before);
      return;
    }
    if (this.#values.length >= this.#max) throw tooMany(this.#max);
    const queued = this.#values.push({ key, value });
    if (key !== undefined) this.#byKey.set(key, queued);
  }

  take(): T {
    const { key, value } = this.#values.take();
    if (key !== undefined) this.#byKey.delete(key);
    return value;
  }

  clear(): void {
    this.#values.clear();
    this.#byKey.clear();
  }
}

function tooMany(limit: number): LimitError {
  return new LimitError(
    `more than ${String(limit)} values of different keys wait, the limit of maxMessages`,
    {
      option: 'maxMessages',
      limit,
      closeCode: 1013,
    },
  );
}
