import { isObservable, type Observable, type Observer, type SchedulerLike } from 'rxjs';
import type { CloseInfo } from '../../protocol/closing-handshake.js';
import { type Checks, checkOptions, flag, ofType, wholeNumber } from '../../protocol/option-checks.js';
import { type DelayOptions, type Delays, resolveDelays } from './backoff.js';
import type { LinkStatus } from './link-status.js';
import type { Verdict } from './verdict.js';
import { MAX_WAIT_MS } from './wait.js';

/** When and how often a client tries again. */
export interface ReconnectOptions {
  /**
   * Milliseconds before each attempt. Default full jitter from 1 s, doubled up to 30 s; a function is given the attempt, counted from 1, and
   * returns 0 or more.
   */
  readonly delays?: DelayOptions | ((attempt: number) => number);
  /**
   * Decides whether it is tried again: `'retry'`, after the delay that is due; `'stop'`; or a number of milliseconds, exactly. It is asked
   * about an error that `connect` ended with before it was open, and about how a connection ended, one that this side closed too. Undefined
   * leaves it to the defaults. What it throws ends it.
   */
  readonly classify?: (ended: Error | CloseInfo) => Verdict | undefined;
  /** Attempts in a row, the first one counted; then it ends with the last error. 1 or more; default `Infinity`. */
  readonly maxAttempts?: number;
  /** Milliseconds that a connection must be open for attempts to be counted from 1 again. Default 10 000; `Infinity` never does. */
  readonly resetAfterMs?: number;
  /** The most milliseconds of a server's Retry-After that are obeyed. Default 300 000, five minutes; 0 ignores it. */
  readonly maxRetryAfterMs?: number;
  /**
   * Whether there is a network. While it says false nothing is tried; at the next true it is tried at once. Before it says anything, and
   * after it completed, there is one. Its error ends it all. What is open stays open.
   */
  readonly online?: Observable<boolean>;
  /**
   * Ends it when it aborts, also while it waits: the dial is aborted, or what is open closed with 1000, and it errors with the reason. That of
   * a `connect` right in front is heard without this option.
   */
  readonly signal?: AbortSignal;
  /** Lets the process exit while it waits. Default false. */
  readonly unref?: boolean;
  /** Where time comes from. Default the machine's clock. */
  readonly scheduler?: SchedulerLike;
}

/** {@link ReconnectOptions}, and who is told. */
export interface ReconnectOperatorOptions extends ReconnectOptions {
  /**
   * Is told where each subscription is, and completed when it ends, after `'closed'`; never errored. Give `{ next }` alone where it shall
   * outlive them.
   */
  readonly status?: Partial<Observer<LinkStatus>>;
}

/** {@link ReconnectOptions} with everything decided. */
export interface ResolvedReconnect {
  readonly delays: Delays;
  readonly classify: ((ended: Error | CloseInfo) => Verdict | undefined) | undefined;
  readonly maxAttempts: number;
  readonly resetAfterMs: number;
  readonly maxRetryAfterMs: number;
  readonly online: Observable<boolean> | undefined;
  readonly signal: AbortSignal | undefined;
  readonly unref: boolean;
  readonly scheduler: SchedulerLike | undefined;
}

export const RECONNECT_CHECKS: Checks = Object.freeze({
  delays: ofType('object', 'function'),
  classify: ofType('function'),
  maxAttempts: wholeNumber(1),
  resetAfterMs: wholeNumber(0),
  maxRetryAfterMs: wholeNumber(0, MAX_WAIT_MS),
  online: { expected: 'an Observable', accepts: isObservable, inRangeOfType: () => false },
  signal: ofType('object'),
  unref: flag,
  scheduler: ofType('object'),
});

const OPERATOR_CHECKS: Checks = Object.freeze({
  ...RECONNECT_CHECKS,
  status: ofType('object'),
});

/** @throws TypeError or RangeError for wrong options. */
export function checkReconnect(options: ReconnectOperatorOptions): void {
  checkOptions(options, OPERATOR_CHECKS);
}

/** Decides what was left open. The options have been checked, but for those within `delays`. */
export function resolveReconnect(options: ReconnectOptions): ResolvedReconnect {
  return {
    delays: resolveDelays(options.delays),
    classify: options.classify,
    maxAttempts: options.maxAttempts ?? Infinity,
    resetAfterMs: options.resetAfterMs ?? 10_000,
    maxRetryAfterMs: options.maxRetryAfterMs ?? 300_000,
    online: options.online,
    signal: options.signal,
    unref: options.unref ?? false,
    scheduler: options.scheduler,
  };
}
