import { type Checks, checkOptions, ofType, wholeNumber } from '../../protocol/option-checks.js';
import { MAX_WAIT_MS } from './wait.js';

/** Full jitter: before attempt `n` a delay that is drawn evenly from 0 to `baseMs * factor ** (n - 1)`, or to `capMs` where that is less. */
export interface DelayOptions {
  /** Milliseconds that the delay before attempt 1 is less than. Default 1000. */
  readonly baseMs?: number;
  /** Milliseconds that no delay is more than. Default 30 000. */
  readonly capMs?: number;
  /** How many times longer each bound is than the one before. 1 or more; default 2. */
  readonly factor?: number;
  /** Draws a number from 0 to less than 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** The delay before an attempt, in milliseconds. Attempts are counted from 1. */
export type Delays = (attempt: number) => number;

const CHECKS: Checks = Object.freeze({
  baseMs: wholeNumber(0, MAX_WAIT_MS),
  capMs: wholeNumber(0, MAX_WAIT_MS),
  factor: {
    expected: 'a number of at least 1',
    accepts: (value: unknown) => typeof value === 'number' && value >= 1 && value < Infinity,
    inRangeOfType: (value: unknown) => typeof value === 'number',
  },
  random: ofType('function'),
});

/** @throws TypeError or RangeError for wrong options. */
export function resolveDelays(option: DelayOptions | Delays = {}): Delays {
  if (typeof option === 'function') return option;
  checkOptions(option, CHECKS, 'delays.');
  const { baseMs = 1000, capMs = 30_000, factor = 2, random = Math.random } = option;
  return (attempt) => random() * Math.min(capMs, baseMs * factor ** (attempt - 1));
}
