import {
  asyncScheduler,
  type MonoTypeOperatorFunction,
  Observable,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import { LimitError } from '../../protocol/errors.js';
import {
  type Check,
  type Checks,
  checkOptions,
  oneOf,
  ofType,
  wholeNumber,
} from '../../protocol/option-checks.js';
import { Fifo } from '../../protocol/fifo.js';
import { operate } from '../operate.js';
import { Drops } from '../overflow/drops.js';
import { TokenBucket } from './token-bucket.js';

/** What {@link limitRate} is told. */
export interface LimitRateOptions<T> {
  /** Values in `perMs`. */
  readonly messages: number;
  /** Milliseconds. Default 1000. */
  readonly perMs?: number;
  /** Milliseconds of which may pass at once what has not passed. Default `perMs`. */
  readonly burstMs?: number;
  /**
   * What becomes of values that are too many: `'delay'` (default) holds them until it is their turn, `'drop'` drops them, `'error'` errors with a
   * LimitError.
   */
  readonly onExcess?: 'delay' | 'drop' | 'error';
  /** The most values that are held; those that come then are dropped. Default 1024. */
  readonly maxMessages?: number;
  /** Called with each value that is dropped, and how many that makes. What it throws becomes the error notification. */
  readonly onDrop?: (value: T, count: number) => void;
  /** Where time comes from. Default rxjs's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const MAX_TIMER_MS = 2 ** 31 - 1;
const time: Check = wholeNumber(1, MAX_TIMER_MS);
const CHECKS: Checks = Object.freeze({
  messages: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  perMs: time,
  burstMs: time,
  onExcess: oneOf('delay', 'drop', 'error'),
  maxMessages: wholeNumber(0),
  onDrop: ofType('function'),
  scheduler: ofType('object'),
});

/**
 * Passes on at most `messages` values in `perMs`, in order, and after a pause as many at once as `burstMs` would have brought.
 *
 *     values  abcd------e-|
 *     passed  abc-d-----e-|        limitRate({ messages: 1, perMs: 2, burstMs: 4 })
 *
 * For one's own senders, and for what cannot be held back otherwise; the option `receiveRate` of a connection holds its socket back.
 * Completes with its source, when nothing is held any more. An error passes at once, and drops what is held; unsubscribing forgets it. There
 * is a timer only while something is held.
 *
 * Holds at most `maxMessages` values.
 *
 * @throws TypeError or RangeError for wrong options; (as error notification) LimitError with `onExcess: 'error'`.
 * @example
 * ```ts
 * import { range } from 'rxjs';
 * import { connect, limitRate } from 'rxwire';
 *
 * connect('ws://127.0.0.1:9000').subscribe((connection) => {
 *   range(0, 100)
 *     .pipe(limitRate({ messages: 10, perMs: 1000 }))
 *     .subscribe((n) => connection.send(String(n)));
 * });
 * ```
 */
export function limitRate<T>(options: LimitRateOptions<T>): MonoTypeOperatorFunction<T> {
  checkOptions(options, CHECKS);
  const { messages, perMs = 1000, burstMs = perMs, onExcess = 'delay', maxMessages = 1024 } = options;
  if ((messages as unknown) === undefined) {
    throw new TypeError('option messages is missing, expected how many');
  }
  const { scheduler = asyncScheduler, onDrop } = options;
  return (source) =>
    new Observable<T>((destination) => {
      const bucket = new TokenBucket({ amount: messages, perMs, burstMs }, scheduler.now());
      const drops = new Drops<T>(onDrop);
      const held = new Fifo<{ readonly value: T }>();
      let waiting: Subscription | undefined;
      let passing = false;
      let ended = false;

      const pass = (): void => {
        // What a subscriber makes come goes behind what it is called with.
        if (passing) return;
        passing = true;
        while (!bucket.empty && !destination.closed) {
          const next = held.shift();
          if (next === undefined) break;
          bucket.take(1);
          destination.next(next.value);
        }
        passing = false;
        if (destination.closed) return;
        if (held.length > 0) wait();
        else if (ended) destination.complete();
      };
      const wait = (): void => {
        waiting = scheduler.schedule(() => {
          waiting = undefined;
          bucket.fill(scheduler.now());
          pass();
        }, bucket.waitMs);
      };
      destination.add(() => waiting?.unsubscribe());
      source.subscribe(
        operate<T, T>({
          destination,
          next: (value) => {
            bucket.fill(scheduler.now());
            const excessive = bucket.empty || held.length > 0;
            if (excessive && onExcess === 'error') throw tooMany(messages, perMs);
            if (excessive && (onExcess === 'drop' || held.length >= maxMessages)) {
              drops.drop(value);
              return;
            }
            held.push({ value });
            if (waiting === undefined) pass();
          },
          complete: () => {
            ended = true;
            if (held.length === 0 && !passing) destination.complete();
          },
        }),
      );
    });
}

function tooMany(limit: number, perMs: number): LimitError {
  const text = `more than ${String(limit)} values in ${String(perMs)} ms`;
  return new LimitError(text, { option: 'messages', limit, closeCode: 1008 });
}
