import { Observable, type OperatorFunction } from 'rxjs';
import { type Checks, checkOptions, ofType, wholeNumber } from '../../protocol/option-checks.js';
import { operate } from '../operate.js';
import type { CodecError } from './codec-error.js';
import type { Decoder, Incoming } from './codec.js';
import { OrderedValues } from './ordered-values.js';
import { Unclaimed } from '../unclaimed.js';

/** What {@link decodeValues} is told. */
export interface DecodeValuesOptions {
  /**
   * Gets the error of each message that cannot be decoded. What it throws becomes the error notification, so `(error) => { throw error; }`
   * ends the stream at the first. Default: the first of a subscription is a warning on the console.
   */
  readonly onError?: (error: CodecError) => void;
  /** Messages that may wait for an asynchronous decoder. Default 65536. */
  readonly maxPendingMessages?: number;
  /** Octets that may wait, or UTF-16 code units of text. Default 16 MiB; one message is always taken. */
  readonly maxPendingBytes?: number;
}

const CHECKS: Checks = Object.freeze({
  onError: ofType('function'),
  maxPendingMessages: wholeNumber(1),
  maxPendingBytes: wholeNumber(0),
});
const DEFAULT_MAX_PENDING_MESSAGES = 65536;
const DEFAULT_MAX_PENDING_BYTES: number = 16 * 1024 * 1024;

/**
 * Decodes messages into values with a codec. A message that cannot be decoded goes to `onError` and ends nothing.
 *
 *     messages --a--(bad)--b--|
 *     values   --A---------B--|
 *     onError  -----e----------
 *
 * Values keep the order of their messages, also where decoding is asynchronous. What waits then is bounded: a message too many is not
 * decoded, which is an error with `failure: 'limit'`. Completes behind the last value; an error of the source passes at once.
 * Unsubscribing drops what waits.
 *
 * @throws TypeError or RangeError for wrong options.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { decodeValues, json } from 'rxwire/operators';
 * import { text } from 'rxwire/protocol';
 *
 * of(text('[1]'), text('oops'), text('[2]'))
 *   .pipe(decodeValues(json(), { onError: ({ failure }) => console.log(failure) }))
 *   .subscribe(console.log);
 * // [1], syntax, [2]
 * ```
 */
export function decodeValues<In>(
  decoder: Decoder<In>,
  options: DecodeValuesOptions = {},
): OperatorFunction<Incoming, In> {
  checkOptions(options, CHECKS);
  const {
    maxPendingMessages = DEFAULT_MAX_PENDING_MESSAGES,
    maxPendingBytes = DEFAULT_MAX_PENDING_BYTES,
    onError,
  } = options;
  const limits = { maxPendingMessages, maxPendingBytes };
  return (source) =>
    new Observable<In>((destination) => {
      const values = new OrderedValues(decoder, limits, destination, onError ?? warnOnce());
      source.subscribe(
        operate<Incoming, In>({
          destination,
          next: (message) => {
            values.push(message);
          },
          complete: () => {
            values.end();
          },
        }),
      );
    });
}

function warnOnce(): (error: CodecError) => void {
  const unclaimed = new Unclaimed();
  return (error) => {
    unclaimed.report(error.message, 'the option onError', error);
  };
}
