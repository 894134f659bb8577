import { concatMap, defer, type MonoTypeOperatorFunction } from 'rxjs';
import { checkSizes, chopper, type PieceSizes } from './piece-sizes.js';

/**
 * Cuts each chunk into pieces, synchronously and without copying. Octets and their order stay; an empty chunk stays an empty chunk.
 *
 *     chunks --abcde----fg--|
 *     pieces --(ab cd e)(f g)|    chop([2, 2, 1, 1])
 *
 * A list of sizes goes on from chunk to chunk, and begins anew for each subscriber. Holds one chunk.
 *
 * @param sizes - Octets of a piece, a list of such, or a function that gives each.
 * @throws RangeError or TypeError for sizes that are none; what a function gives or throws is the error notification.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { decodeMessages } from 'rxwire/operators';
 * import { chop, wireFrame } from 'rxwire/testing';
 *
 * of(wireFrame({ opcode: 1, payload: 'hello' }))
 *   .pipe(chop(1), decodeMessages({ role: 'client' }))
 *   .subscribe(({ data }) => console.log(data));
 * // hello
 * ```
 */
export function chop(sizes: PieceSizes): MonoTypeOperatorFunction<Uint8Array> {
  checkSizes(sizes);
  return (source) =>
    defer(() => {
      const pieces = chopper(sizes);
      return source.pipe(concatMap(pieces));
    });
}
