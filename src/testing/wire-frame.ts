import type { Role } from '../protocol/index.js';

/** What {@link wireFrame} writes. Everything may be wrong. */
export interface WireFrameInit {
  /** 0 to 15. */
  readonly opcode: number;
  /** Text is written as UTF-8. Default none. */
  readonly payload?: Uint8Array | string | undefined;
  /** Default true. */
  readonly fin?: boolean | undefined;
  /** The three reserved bits: RSV1 is 4, RSV2 is 2, RSV3 is 1. Default 0. */
  readonly rsv?: number | undefined;
  /** The MASK bit. Default: set where there is a `key`. */
  readonly masked?: boolean | undefined;
  /** The four octets of the masking key. Default {@link WIRE_KEY}, of a masked frame. */
  readonly key?: ArrayLike<number> | undefined;
  /** Bits of the length field: 7, 7+16 or 7+64. Default the fewest that the length goes into. RFC 6455 section 5.2. */
  readonly lengthBits?: 7 | 16 | 64 | undefined;
  /** What the length field says. Default the octets of the payload. */
  readonly declaredLength?: number | bigint | undefined;
}

/** The masking key of the example in RFC 6455 section 5.7. */
export const WIRE_KEY: readonly number[] = Object.freeze([0x37, 0xfa, 0x21, 0x3d]);

/**
 * The octets of one frame, right or wrong. RFC 6455 section 5.2. It shares nothing with the encoder of the library.
 *
 * @throws RangeError for what does not fit its field: an opcode over 15, a key that is not four octets, a length over its bits.
 * @example
 * ```ts
 * import { wireFrame } from 'rxwire/testing';
 *
 * wireFrame({ opcode: 1, payload: 'Hello', masked: true }); // as in section 5.7
 * wireFrame({ opcode: 1, payload: 'Hello', lengthBits: 64 }); // a length that is not minimal
 * wireFrame({ opcode: 9, payload: 'x'.repeat(126), fin: false }); // a Ping that breaks two rules
 * ```
 */
export function wireFrame(init: WireFrameInit): Buffer {
  const payload = Buffer.from((init.payload ?? '') as Uint8Array);
  const header = wireHeader({ ...init, payload });
  if ((header[1]! & 0x80) === 0) return Buffer.concat([header, payload]);
  return Buffer.concat([header, maskWith(header.subarray(-4), payload)]);
}

/** The octets before the payload, the masking key included, as {@link wireFrame} writes them. */
export function wireHeader(init: WireFrameInit): Buffer {
  const { opcode, fin = true, rsv = 0, key, masked = key !== undefined } = init;
  checkBits('opcode', opcode, 15);
  checkBits('rsv', rsv, 7);
  const length = BigInt(init.declaredLength ?? Buffer.byteLength(init.payload ?? ''));
  const bits = init.lengthBits ?? fewestBits(length);
  checkLength(length, bits);
  const extended = Buffer.alloc(bits === 7 ? 0 : bits / 8);
  if (bits === 16) extended.writeUInt16BE(Number(length));
  if (bits === 64) extended.writeBigUInt64BE(length);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const second = (masked ? 0x80 : 0) | (bits === 7 ? Number(length) : bits === 16 ? 126 : 127);
  return Buffer.concat([Buffer.of(first, second), extended, Buffer.from(masked ? keyOf(key) : [])]);
}

/** A copy of the payload, masked, or unmasked again. RFC 6455 section 5.3. */
export function maskWith(key: ArrayLike<number>, payload: Uint8Array): Buffer {
  const octets = Buffer.from(payload);
  const [a = 0, b = 0, c = 0, d = 0] = Array.from(key);
  const whole = octets.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    octets[i]! ^= a;
    octets[i + 1]! ^= b;
    octets[i + 2]! ^= c;
    octets[i + 3]! ^= d;
  }
  for (let i = whole; i < octets.length; i++) octets[i]! ^= key[i & 3] ?? 0;
  return octets;
}

/** A frame as one of `sender` writes it: masked if that is a client, and if nothing else is said. RFC 6455 section 5.1. */
export function frameFrom(sender: Role, init: WireFrameInit): Buffer {
  return wireFrame({ ...init, masked: init.masked ?? (sender === 'client' || init.key !== undefined) });
}

/**
 * The payload of a Close frame, with any code. RFC 6455 section 5.5.1.
 *
 * @param code - 0 to 65535.
 * @throws RangeError for a code that does not fit into two octets.
 */
export function closeBody(code: number, reason: Uint8Array | string = ''): Buffer {
  checkBits('code', code, 0xffff);
  return Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason as Uint8Array)]);
}

function fewestBits(length: bigint): 7 | 16 | 64 {
  return length < 126n ? 7 : length < 65536n ? 16 : 64;
}

function checkBits(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw new RangeError(`${name} is ${String(value)}, expected an integer from 0 to ${String(most)}`);
}

function checkLength(length: bigint, bits: number): void {
  const most = bits === 7 ? 125n : (1n << BigInt(bits)) - 1n;
  if (length >= 0n && length <= most) return;
  throw new RangeError(
    `the length is ${String(length)}, expected 0 to ${String(most)} in ${String(bits)} bits`,
  );
}

function keyOf(key: ArrayLike<number> = WIRE_KEY): number[] {
  if (key.length === 4) return Array.from(key);
  throw new RangeError(`the masking key has ${String(key.length)} octets, expected 4`);
}
