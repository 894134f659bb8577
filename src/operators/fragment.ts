import { Observable, type OperatorFunction } from 'rxjs';
import type { Frame } from '../protocol/frame.js';
import { checkFragmentBytes, fragments } from '../protocol/fragmenter.js';
import { operate } from './operate.js';

/**
 * Cuts every data frame of more than `size` octets into frames of at most `size`. RFC 6455 section 5.4.
 *
 *     frames --t(10)-------p--|
 *     frames --(t4 c4 c2)--p--|      fragment(4)
 *
 * Control frames, fragments and frames that fit pass as they are. Payloads are views, not copies. Holds nothing.
 *
 * @param size - Octets, at least 1.
 * @throws RangeError for another size.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { makeFrame, Opcode } from 'rxwire/protocol';
 * import { fragment } from 'rxwire/operators';
 *
 * of(makeFrame(Opcode.text, 'hello')).pipe(fragment(2)).subscribe((frame) => console.log(frame.opcode, frame.fin));
 * // 1 false
 * // 0 false
 * // 0 true
 * ```
 */
export function fragment(size: number): OperatorFunction<Frame, Frame> {
  checkFragmentBytes(size, 'size');
  return (source) =>
    new Observable<Frame>((destination) => {
      source.subscribe(
        operate<Frame, Frame>({
          destination,
          next: (frame) => {
            for (const piece of fragments(frame, size)) {
              if (destination.closed) return;
              destination.next(piece);
            }
          },
        }),
      );
    });
}
