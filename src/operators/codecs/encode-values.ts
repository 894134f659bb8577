import { Observable, type OperatorFunction } from 'rxjs';
import type { Outgoing } from '../../protocol/message.js';
import { operate } from '../operate.js';
import { encodingFailure } from './codec-error.js';
import type { Encoder } from './codec.js';

/**
 * Encodes values into messages with a codec.
 *
 *     values   --A--B--|
 *     messages --a--b--|
 *
 * Completes with its source. Holds nothing.
 *
 * @throws (as error notification) {@link CodecError} for a value that cannot be encoded.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { encodeValues, json } from 'rxwire/operators';
 *
 * of({ a: 1 }, null).pipe(encodeValues(json())).subscribe(console.log);
 * // {"a":1}, null
 * ```
 */
export function encodeValues<Out>(encoder: Encoder<Out>): OperatorFunction<Out, Outgoing> {
  return (source) =>
    new Observable<Outgoing>((destination) => {
      source.subscribe(
        operate<Out, Outgoing>({
          destination,
          next: (value) => {
            destination.next(encodeValue(encoder, value));
          },
        }),
      );
    });
}

/** The message of one value. @throws CodecError, whatever the encoder throws. */
export function encodeValue<Out>(encoder: Encoder<Out>, value: Out): Outgoing {
  try {
    return encoder.encode(value);
  } catch (thrown) {
    throw encodingFailure(encoder.name, thrown);
  }
}
