import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { truncated } from '../protocol/errors.js';
import type { NegotiatedExtension } from '../protocol/extensions/extension.js';
import { FramePacker } from '../protocol/extensions/frame-packer.js';
import type { Frame } from '../protocol/frame.js';
import { operate } from './operate.js';

/**
 * Applies an extension to frames that are to be sent. RFC 6455 section 9, RFC 7692 section 7.2.1.
 *
 *     frames --t--------p--t(more)--p--c(fin)--|
 *     frames --T(rsv1)--p-----------p--(T c)---|      T = compressed
 *
 * What the extension does not want (for compression: what is too short for it) passes as it is, and so do control frames. A message in
 * fragments is transformed at its end and cut again into frames as long as its first was. It works at once, whatever the size. Completes
 * with its source. Holds at most one message.
 *
 * @param extension - What the two sides have agreed on.
 * @throws (as error notification) ProtocolError `RXWIRE_TRUNCATED` when the source completes inside a message.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { deflate, encodeFrames } from 'rxwire/operators';
 * import { confirmAnswer, makeFrame, Opcode, permessageDeflate } from 'rxwire/protocol';
 *
 * const [extension] = confirmAnswer('permessage-deflate', [permessageDeflate({ thresholdBytes: 0 })]);
 * of(makeFrame(Opcode.text, 'Hello'))
 *   .pipe(deflate(extension!), encodeFrames({ role: 'server' }))
 *   .subscribe((bytes) => console.log(Buffer.from(bytes).toString('hex')));
 * // c107f248cdc9c90700
 * ```
 */
export function deflate(extension: NegotiatedExtension): MonoTypeOperatorFunction<Frame> {
  return (source) =>
    new Observable<Frame>((destination) => {
      const packer = new FramePacker(extension);
      source.subscribe(
        operate<Frame, Frame>({
          destination,
          next: (frame) => {
            for (const out of packer.push(frame)) {
              if (destination.closed) return;
              destination.next(out);
            }
          },
          complete: () => {
            if (packer.atBoundary) destination.complete();
            else destination.error(truncated());
          },
        }),
      );
    });
}
