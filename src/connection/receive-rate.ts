import { type Checks, checkOptions, oneOf, wholeNumber } from '../protocol/option-checks.js';

/** How much a peer may send in what time. */
export interface ReceiveRateOptions {
  /** Data messages in `perMs`. Default no bound. */
  readonly messages?: number;
  /** Frames of every kind in `perMs`: fragments, Pings and Pongs count, too. Default no bound. */
  readonly frames?: number;
  /** Octets in `perMs` as they come over the wire, headers of frames included. Default no bound. */
  readonly bytes?: number;
  /** Milliseconds. Default 1000; `Infinity` makes it the most there is at all, which takes `onExcess: 'close'`. */
  readonly perMs?: number;
  /** Milliseconds of which the peer may use at once what it has not used. Default `perMs`. */
  readonly burstMs?: number;
  /**
   * What happens to a peer that sends more: `'pause'` (default) does not read it for as long as it would have taken, so that it is slowed
   * down and nothing is lost; `'close'` closes with 1008.
   */
  readonly onExcess?: 'pause' | 'close';
}

/** One bound of a {@link ResolvedReceiveRate}. */
export interface RateBound {
  /** What is counted, as `Traffic` calls it. */
  readonly counts: 'messages' | 'frames' | 'octets';
  /** The option that sets it. */
  readonly option: string;
  readonly amount: number;
}

/** {@link ReceiveRateOptions} with everything decided. */
export interface ResolvedReceiveRate {
  readonly bounds: readonly RateBound[];
  readonly perMs: number;
  readonly burstMs: number;
  readonly onExcess: 'pause' | 'close';
}

const CHECKS: Checks = Object.freeze({
  messages: wholeNumber(1),
  frames: wholeNumber(1),
  bytes: wholeNumber(1),
  perMs: wholeNumber(1),
  burstMs: wholeNumber(1, 2 ** 31 - 1),
  onExcess: oneOf('pause', 'close'),
});

const COUNTS = Object.freeze({ messages: 'messages', frames: 'frames', bytes: 'octets' } as const);
const NAMES = Object.freeze(['messages', 'frames', 'bytes'] as const);

/**
 * Undefined when nothing is bounded.
 *
 * @throws TypeError or RangeError for a wrong option; TypeError where none of the bounds is given; RangeError for a pause without end.
 */
export function resolveReceiveRate(options: ReceiveRateOptions | undefined): ResolvedReceiveRate | undefined {
  if (options === undefined) return undefined;
  checkOptions(options, CHECKS, 'receiveRate.');
  const { perMs = 1000, burstMs = perMs, onExcess = 'pause' } = options;
  if (NAMES.every((name) => options[name] === undefined)) {
    throw new TypeError('option receiveRate has no bound, expected messages, frames or bytes');
  }
  const bounds = NAMES.flatMap((name): RateBound[] => {
    const amount = options[name] ?? Infinity;
    return amount === Infinity ? [] : [{ counts: COUNTS[name], option: `receiveRate.${name}`, amount }];
  });
  if (perMs === Infinity && onExcess === 'pause') {
    throw new RangeError("option receiveRate.perMs is Infinity, expected with onExcess: 'close' only");
  }
  return bounds.length === 0 ? undefined : { bounds, perMs, burstMs, onExcess };
}
