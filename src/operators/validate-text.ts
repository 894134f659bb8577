import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { Frame } from '../protocol/frame.js';
import { TextValidator } from '../protocol/text-validator.js';
import { operate } from './operate.js';

/**
 * Passes frames on and fails at the first frame whose text cannot be UTF-8. RFC 6455 section 8.1.
 *
 *     frames --t(more)--c(fin)--t(bad)
 *     frames --t(more)--c(fin)--#
 *
 * A code point may be cut by the frames of a message; the state between them is all that is held.
 *
 * @throws (as error notification) TextError 1007.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { makeFrame, Opcode } from 'rxwire/protocol';
 * import { validateText } from 'rxwire/operators';
 *
 * of(makeFrame(Opcode.text, Uint8Array.of(0xff))).pipe(validateText()).subscribe({ error: (e) => console.log(e.closeCode) });
 * // 1007
 * ```
 */
export function validateText(): MonoTypeOperatorFunction<Frame> {
  return (source) =>
    new Observable<Frame>((destination) => {
      const validator = new TextValidator();
      source.subscribe(
        operate<Frame, Frame>({
          destination,
          next: (frame) => {
            validator.check(frame);
            destination.next(frame);
          },
        }),
      );
    });
}
