import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { truncated } from '../protocol/errors.js';
import type { NegotiatedExtension } from '../protocol/extensions/extension.js';
import { FrameUnpacker } from '../protocol/extensions/frame-unpacker.js';
import type { Frame } from '../protocol/frame.js';
import { type Limits, resolveLimits } from '../protocol/limits.js';
import { operate } from './operate.js';

/**
 * Undoes an extension: frames that it transformed come out as they were. RFC 6455 section 9, RFC 7692 section 7.2.2.
 *
 *     frames --T(rsv1)--p--T(rsv1, more)--p--c(fin)--|      T = compressed
 *     frames --t--------p-----------------p--t-------|
 *
 * A message that was compressed whole comes out as one frame, at its end; other frames pass as they are. It works at once, whatever the
 * size, and remembers what has passed as the extension wants it. With several extensions the one agreed on last comes first. Completes
 * with its source. Holds at most one message.
 *
 * @param extension - What the two sides have agreed on.
 * @param options.limits - Of the messages that come out. Default 1 MiB and 131072 fragments.
 * @throws (as error notification) ProtocolError 1007 for what cannot be inflated, 1002 for a frame out of order; LimitError 1009 and
 * 1008; ProtocolError `RXWIRE_TRUNCATED` when the source completes inside a message.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { decodeFrames, inflate } from 'rxwire/operators';
 * import { confirmAnswer, permessageDeflate } from 'rxwire/protocol';
 *
 * const extensions = confirmAnswer('permessage-deflate', [permessageDeflate()]);
 * of(Buffer.from('c107f248cdc9c90700', 'hex'))
 *   .pipe(decodeFrames({ role: 'client', extensions }), inflate(extensions[0]!))
 *   .subscribe((frame) => console.log(Buffer.from(frame.payload).toString()));
 * // Hello
 * ```
 */
export function inflate(
  extension: NegotiatedExtension,
  options: { readonly limits?: Limits } = {},
): MonoTypeOperatorFunction<Frame> {
  const limits = resolveLimits(options.limits);
  return (source) =>
    new Observable<Frame>((destination) => {
      const unpacker = new FrameUnpacker(extension, limits);
      source.subscribe(
        operate<Frame, Frame>({
          destination,
          next: (frame) => {
            const out = unpacker.push(frame);
            if (out !== undefined) destination.next(out);
          },
          complete: () => {
            if (unpacker.atBoundary) destination.complete();
            else destination.error(truncated());
          },
        }),
      );
    });
}
