import { Observable, type OperatorFunction } from 'rxjs';
import { Defragmenter } from '../protocol/defragmenter.js';
import { truncated } from '../protocol/errors.js';
import type { Frame } from '../protocol/frame.js';
import { type Limits, resolveLimits } from '../protocol/limits.js';
import type { Message } from '../protocol/message.js';
import type { TextAs } from '../protocol/message-text.js';
import type { TextOf } from './decode-messages.js';
import { operate } from './operate.js';

/**
 * Joins the fragments of each data message into one {@link Message}. RFC 6455 section 5.4.
 *
 *     frames   --t(more)--p--c(fin)--|      t = text, p = ping, c = continuation
 *     messages ------------------m---|
 *
 * Text is taken as it is: put {@link validateText} before it. Control frames end nothing and are not passed on. Completes with its
 * source; after a Close frame it ignores what else comes. Holds at most one message: `maxMessageBytes` bytes in `maxFragments` pieces.
 *
 * @param options.limits - Default 1 MiB and 131072 fragments.
 * @param options.textAs - Default `'string'`.
 * @throws (as error notification) ProtocolError 1002 for a frame out of order; LimitError 1009 (bytes) or 1008
 * (fragments); ProtocolError `RXWIRE_TRUNCATED` when the source completes inside a message.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { makeFrame, Opcode } from 'rxwire/protocol';
 * import { defragment } from 'rxwire/operators';
 *
 * of(makeFrame(Opcode.text, 'to', { fin: false }), makeFrame(Opcode.continuation, 'gether'))
 *   .pipe(defragment())
 *   .subscribe(console.log);
 * // { type: 'text', data: 'together' }
 * ```
 */
export function defragment<As extends TextAs = 'string'>(
  options: { readonly limits?: Limits; readonly textAs?: As } = {},
): OperatorFunction<Frame, Message<TextOf<As>>> {
  const limits = resolveLimits(options.limits);
  const textAs = options.textAs ?? 'string';
  return (source) =>
    new Observable<Message<TextOf<As>>>((destination) => {
      const defragmenter = new Defragmenter({ limits, textAs });
      source.subscribe(
        operate<Frame, Message<TextOf<As>>>({
          destination,
          next: (frame) => {
            const message = defragmenter.push(frame);
            // What text is was settled by `textAs`.
            if (message !== undefined) destination.next(message as Message<TextOf<As>>);
          },
          complete: () => {
            if (defragmenter.atBoundary) destination.complete();
            else destination.error(truncated());
          },
        }),
      );
    });
}
