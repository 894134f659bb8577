import { Observable, type OperatorFunction } from 'rxjs';
import type { Frame } from '../protocol/frame.js';
import { encodeFrame } from '../protocol/frame-encoder.js';
import { readMaskingKey } from '../protocol/masking.js';
import { nextMaskingKey } from '../protocol/masking-keys.js';
import type { Role } from '../protocol/opcodes.js';
import { caught } from './caught.js';
import { checkRole } from './decode-options.js';
import { operate } from './operate.js';

/** What {@link encodeFrames} is told. */
export interface EncodeOptions {
  /** Whose side encodes: a client masks its frames. RFC 6455 section 5.1. */
  readonly role: Role;
  /** Masks or does not, against the role. For tests: peers refuse it. */
  readonly maskFrames?: boolean | undefined;
  /** Makes the four octets of each key. Default: the operating system's randomness. Others are for tests. */
  readonly maskingKey?: (() => Uint8Array) | undefined;
}

/** A source of masking keys for frames this side sends, or undefined for a side that does not mask. */
export function maskingKeys(options: EncodeOptions): (() => number) | undefined {
  checkRole(options.role);
  const masks = options.maskFrames ?? options.role === 'client';
  if (!masks) return undefined;
  const make = options.maskingKey;
  if (make === undefined) return nextMaskingKey;
  return () => {
    const key: unknown = make();
    if (!(key instanceof Uint8Array)) {
      caught(key);
      throw new TypeError(`maskingKey gave a value of type ${typeof key}, expected a Uint8Array`);
    }
    if (key.length !== 4) {
      throw new RangeError(`maskingKey gave ${String(key.length)} bytes, expected 4`);
    }
    return readMaskingKey(key, 0);
  };
}

/**
 * Encodes frames into bytes, one chunk a frame, in memory of its own; payloads given are not changed. RFC 6455 section 5.2.
 *
 *     frames --f--f--|
 *     bytes  --b--b--|
 *
 * Frames are not judged, so that wrong ones can be made. Holds nothing.
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { makeFrame, Opcode } from 'rxwire/protocol';
 * import { encodeFrames } from 'rxwire/operators';
 *
 * of(makeFrame(Opcode.text, 'hi')).pipe(encodeFrames({ role: 'server' })).subscribe(console.log);
 * // Uint8Array(4) [ 129, 2, 104, 105 ]
 * ```
 */
export function encodeFrames(options: EncodeOptions): OperatorFunction<Frame, Uint8Array> {
  const nextKey = maskingKeys(options);
  return (source) =>
    new Observable<Uint8Array>((destination) => {
      source.subscribe(
        operate<Frame, Uint8Array>({
          destination,
          next: (frame) => {
            destination.next(encodeFrame(frame, nextKey?.()));
          },
        }),
      );
    });
}
