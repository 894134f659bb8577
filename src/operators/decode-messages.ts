import { defer, Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import { InboundExtensions } from '../protocol/extensions/inbound.js';
import type { Message } from '../protocol/message.js';
import { MessageDecoder, type MessageDecoderOptions } from '../protocol/message-decoder.js';
import type { TextAs } from '../protocol/message-text.js';
import { type DecodeOptions, frameDecoderOptions } from './decode-options.js';
import { DecoderPool } from './decoder-pool.js';
import type { Pace } from './pace.js';
import { PullSubscriber } from './pull-subscriber.js';

/** What {@link decodeMessages} is told. */
export interface DecodeMessagesOptions<As extends TextAs = 'string'> extends DecodeOptions {
  /** How text is handed out. Default `'string'`. */
  readonly textAs?: As;
  /** False passes text that is not UTF-8. Default true. The reason of a Close frame is always checked. */
  readonly validateUtf8?: boolean;
  /** Called with every Close, Ping and Pong at its place among the messages. What it throws becomes the error. */
  readonly onControl?: (opcode: number, payload: Uint8Array) => void;
  /** Holds the decoder back. Default: decode what comes, when it comes. */
  readonly pace?: Pace;
}

/** The text of a message under the option `textAs`. */
export type TextOf<As extends TextAs> = As extends 'bytes' ? Uint8Array : string;

/** Decoders of messages, lent for as long as they hold something. */
export type MessageDecoders = DecoderPool<Message<string | Uint8Array>>;

const ignoreControl = (): void => undefined;

/**
 * Decodes bytes into messages in one pass. RFC 6455 sections 5 and 8.1. It equals
 * `decodeFrames | inflate | validateText | defragment`, only faster; a connection receives through it.
 *
 *     bytes    --(head, half)---(half)--(two messages)--|
 *     messages -----------------m-------(mm)------------|
 *
 * Completes with its source; after a Close frame it ignores what else comes. Unsubscribing drops what is held.
 *
 * Holds at most one message, within `limits` (1 MiB in 131072 fragments; what extensions inflate counts as it was). An extension may
 * leave the event loop for a long message: what comes behind it is kept, and decoded when it has done.
 * @param options.role - The side that receives.
 * @throws (as error notification) ProtocolError 1002; TextError 1007; LimitError 1009 for octets, 1008 for
 * fragments; ProtocolError `RXWIRE_TRUNCATED` when the source completes inside a frame or a message.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { decodeMessages } from 'rxwire/operators';
 *
 * of(Uint8Array.of(0x81, 2, 0x68, 0x69)).pipe(decodeMessages({ role: 'client' })).subscribe(console.log);
 * // { type: 'text', data: 'hi' }
 * ```
 */
export function decodeMessages<As extends TextAs = 'string'>(
  options: DecodeMessagesOptions<As>,
): OperatorFunction<Uint8Array, Message<TextOf<As>>> {
  const { pace, extensions = [] } = options;
  const decoders = messageDecoders(options);
  if (extensions.length === 0) return decodeWith<TextOf<As>>(decoders, pace);
  // Extensions remember what has passed: every stream has its own.
  return (source) =>
    defer(() => source.pipe(decodeWith<TextOf<As>>(decoders, pace, new InboundExtensions(extensions))));
}

/** The decoders that {@link decodeMessages} uses: a server's connections share theirs. */
export function messageDecoders(options: DecodeMessagesOptions<TextAs>): MessageDecoders {
  const decoding: MessageDecoderOptions = {
    ...frameDecoderOptions(options),
    textAs: options.textAs ?? 'string',
    validateUtf8: options.validateUtf8 ?? true,
    onControl: options.onControl ?? ignoreControl,
  };
  return new DecoderPool(() => new MessageDecoder(decoding));
}

/** {@link decodeMessages} with decoders that are there already. */
export function decodeWith<Text>(
  decoders: MessageDecoders,
  pace: Pace | undefined,
  extensions?: InboundExtensions,
): OperatorFunction<Uint8Array, Message<Text>> {
  return (source) =>
    new Observable<Message<Text>>((destination) => {
      // What text is was settled by `textAs`; the decoder's own type cannot say so.
      const subscriber = destination as unknown as Subscriber<Message<string | Uint8Array>>;
      decodeInto(subscriber, source, decoders, pace, extensions);
    });
}

/** {@link decodeWith}, to a subscriber that is there already: two Observables less for every connection. */
export function decodeInto(
  subscriber: Subscriber<Message<string | Uint8Array>>,
  source: Observable<Uint8Array>,
  decoders: MessageDecoders,
  pace: Pace | undefined,
  extensions?: InboundExtensions,
): void {
  source.subscribe(new PullSubscriber(subscriber, decoders, pace, extensions));
}
