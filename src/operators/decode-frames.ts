import { Observable, type OperatorFunction } from 'rxjs';
import type { Frame } from '../protocol/frame.js';
import { FrameReader } from '../protocol/frame-reader.js';
import { type DecodeOptions, frameDecoderOptions } from './decode-options.js';
import type { Pace } from './pace.js';
import { DecoderPool } from './decoder-pool.js';
import { PullSubscriber } from './pull-subscriber.js';

/**
 * Decodes bytes into whole frames, unmasked. RFC 6455 section 5.2.
 *
 *     bytes  --(head, half)---(half)--(two frames)--|
 *     frames -----------------f-------(ff)----------|
 *
 * Every rule of section 5 is checked, the order of fragments and the limits of a message included. Completes with its source; after
 * a Close frame it ignores what else comes. Holds at most one frame.
 *
 * @param options.role - The side that receives.
 * @param options.pace - Holds the decoder back. Default: decode what comes, when it comes.
 * @throws (as error notification) ProtocolError 1002; TextError 1007 for the reason of a Close frame; LimitError 1009 and 1008;
 * ProtocolError `RXWIRE_TRUNCATED` when the source completes inside a frame.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { decodeFrames } from 'rxwire/operators';
 *
 * of(Uint8Array.of(0x89, 0)).pipe(decodeFrames({ role: 'client' })).subscribe((frame) => console.log(frame.opcode));
 * // 9
 * ```
 */
export function decodeFrames(
  options: DecodeOptions & { readonly pace?: Pace },
): OperatorFunction<Uint8Array, Frame> {
  const decoding = frameDecoderOptions(options);
  const readers = new DecoderPool(() => new FrameReader(decoding));
  return (source) =>
    new Observable<Frame>((destination) => {
      source.subscribe(new PullSubscriber(destination, readers, options.pace));
    });
}
