import {
  asyncScheduler,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import { checkClose } from '../../protocol/close-status.js';
import { anything, type Checks, milliseconds, ofType } from '../../protocol/option-checks.js';
import { heldBack } from './held-back.js';
import type { Holding } from './holding.js';
import { HOLD_CHECKS, type HoldOptions, maxMessagesOf } from './overflow-options.js';
import type { Work } from './pace-setter.js';
import { ValueQueue } from './value-queue.js';

/** What {@link closeWhenSlow} closes: a connection, or what is like one. */
export interface Closable {
  readonly writable$: Observable<boolean>;
  close(code?: number, reason?: string): unknown;
}

/** When and how {@link closeWhenSlow} closes. */
export interface CloseWhenSlowOptions<T> extends HoldOptions<T> {
  /** Milliseconds that a value may wait. Default `Infinity`: only `maxMessages` counts. */
  readonly afterMs?: number;
  /** The close code. Default 1013, "try again later". */
  readonly code?: number;
  /** At most 123 octets of UTF-8. Default `'too slow'`. */
  readonly reason?: string;
  /** Where time comes from. Default rxjs's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const CHECKS: Checks = Object.freeze({
  ...HOLD_CHECKS,
  afterMs: milliseconds,
  code: anything,
  reason: anything,
  scheduler: ofType('object'),
  work: ofType('function'),
});

/** What a timer of Node holds at most; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Passes values on while the connection takes them, holds those that it does not, and closes it when there are more than `maxMessages`,
 * or when one has waited `afterMs`.
 *
 *     gate   t-f---------
 *     values -a-b--c-----
 *     passed -a------|          closeWhenSlow(connection, { afterMs: 5 })
 *     closed --------1013
 *
 * A client that is too slow is better sent away than served what is old: it can connect again, and begin anew. What is held then is
 * dropped, `onDrop` gets it, and the result completes.
 *
 * With `work`, for what is received, it is the work that sets the pace, one value after the other, and a peer that sends more than can be
 * done is closed. What is begun is finished.
 *
 * @throws TypeError or RangeError for wrong options.
 * @example
 * ```ts
 * import { interval } from 'rxjs';
 * import { closeWhenSlow, serve } from 'rxwire';
 *
 * const ticks$ = interval(10);
 * serve(
 *   (connection) => {
 *     connection.discard();
 *     ticks$
 *       .pipe(closeWhenSlow(connection, { afterMs: 5000, maxMessages: 10_000 }))
 *       .subscribe((tick) => connection.send(String(tick)));
 *   },
 *   { port: 9000 },
 * ).subscribe();
 * ```
 */
export function closeWhenSlow<T, R>(
  connection: Closable,
  options: CloseWhenSlowOptions<T> & { readonly work: Work<T, R> },
): OperatorFunction<T, R>;
export function closeWhenSlow<T>(
  connection: Closable,
  options?: CloseWhenSlowOptions<T>,
): MonoTypeOperatorFunction<T>;
export function closeWhenSlow<T, R>(
  connection: Closable,
  options: CloseWhenSlowOptions<T> & { readonly work?: Work<T, R> } = {},
): OperatorFunction<T, R> {
  const max = maxMessagesOf(options, CHECKS);
  const { afterMs = Infinity, code = 1013, reason = 'too slow', scheduler = asyncScheduler, work } = options;
  const status = checkClose(code, reason);
  return heldBack(work ?? connection, options, (_drops, stop) => {
    const close = (): void => {
      // First, for what follows may close when it is complete.
      connection.close(status.code, status.reason);
      stop();
    };
    return new Patience(max, { afterMs, scheduler, close });
  });
}

/** How long, and for what, a {@link Patience} lasts. */
interface PatienceRules {
  readonly afterMs: number;
  readonly scheduler: SchedulerLike;
  readonly close: () => void;
}

interface Arrived<T> {
  readonly value: T;
  readonly since: number;
}

/** Holds values until there are too many, or the first of them has waited too long. One timer, for the first. */
class Patience<T> implements Holding<T> {
  readonly #values: ValueQueue<Arrived<T>> = new ValueQueue();
  readonly #max: number;
  readonly #rules: PatienceRules;
  #timer: Subscription | undefined;

  constructor(max: number, rules: PatienceRules) {
    this.#max = max;
    this.#rules = rules;
  }

  get length(): number {
    return this.#values.length;
  }

  hold(value: T): void {
    const { scheduler, afterMs, close } = this.#rules;
    this.#values.push({ value, since: scheduler.now() });
    if (this.#values.length > this.#max) close();
    else this.#plan(afterMs);
  }

  take(): T {
    const { value } = this.#values.take();
    if (this.#values.length === 0) this.#forgetTimer();
    return value;
  }

  clear(): void {
    this.#values.clear();
    this.#forgetTimer();
  }

  #plan(inMs: number): void {
    if (inMs === Infinity || this.#timer !== undefined) return;
    this.#timer = this.#rules.scheduler.schedule(
      () => {
        this.#timer = undefined;
        this.#look();
      },
      Math.min(inMs, MAX_TIMER_MS),
    );
  }

  #look(): void {
    const first = this.#values.first;
    if (first === undefined) return;
    const { scheduler, afterMs, close } = this.#rules;
    const remaining = afterMs - (scheduler.now() - first.value.since);
    if (remaining > 0) this.#plan(remaining);
    else close();
  }

  #forgetTimer(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  }
}
