import { type Checks, checkOptions, ofType, wholeNumber } from '../../protocol/option-checks.js';

/** The options of the operators that hold values back. */
export interface HoldOptions<T> {
  /** The most values that are held, 0 or more; `Infinity` for any number. Default 1024. */
  readonly maxMessages?: number;
  /** Called with each value that is dropped, and how many that makes. What it throws becomes the error notification. */
  readonly onDrop?: (value: T, count: number) => void;
  /** How many values are worked on at the same time, where work sets the pace. 1 or more. Default 1. */
  readonly concurrency?: number;
}

export const DEFAULT_MAX_MESSAGES = 1024;

export const HOLD_CHECKS: Checks = Object.freeze({
  maxMessages: wholeNumber(0),
  onDrop: ofType('function'),
  concurrency: wholeNumber(1),
});

/** The bound, when all options are checked. @throws TypeError or RangeError for a wrong one. */
export function maxMessagesOf<T>(options: HoldOptions<T>, checks: Checks = HOLD_CHECKS): number {
  checkOptions(options, checks);
  return options.maxMessages ?? DEFAULT_MAX_MESSAGES;
}
