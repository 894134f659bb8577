import type { FramePart, Place, Role } from './case.js';
import type { Random } from './random.js';

/** A frame as it stands on the wire. Octets that are no frame are all head. */
export interface Encoded {
  readonly head: Buffer;
  readonly payload: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** @param role - The receiver's: a server's peer masks. */
export function encode(part: FramePart, role: Role, random: Random): Encoded {
  const payload = part.payload ?? NOTHING;
  const masked = part.masked ?? role === 'server';
  const head = [((part.fin ?? true) ? 0x80 : 0) | ((part.rsv ?? 0) << 4) | part.opcode];
  const length = part.declared ?? BigInt(payload.length);
  const bits = part.lengthBits ?? (length < 126n ? 7 : length < 65536n ? 16 : 64);
  const marker = bits === 7 ? Number(length) : bits === 16 ? 126 : 127;
  head.push((masked ? 0x80 : 0) | marker);
  for (let shift = bits === 7 ? 0 : bits; shift > 0; shift -= 8) {
    head.push(Number((length >> BigInt(shift - 8)) & 0xffn));
  }
  if (!masked) return { head: Buffer.from(head), payload: Buffer.from(payload) };
  const key = part.key ?? random.octets(4);
  return { head: Buffer.from([...head, ...key]), payload: maskedWith(key, payload) };
}

/** How many octets of the frame there are up to the place. */
export function octetsTo(place: Place, { head, payload }: Encoded): number {
  switch (place) {
    case 'first octet':
      return 1;
    case 'second octet':
      return 2;
    case 'length':
      return head.length - (head[1]! >= 0x80 ? 4 : 0);
    case 'end':
      return head.length + payload.length;
    default:
      return head.length + place;
  }
}

/** The first octets of a frame. */
export function beginning({ head, payload }: Encoded, count: number): Encoded {
  return {
    head: head.subarray(0, count),
    payload: payload.subarray(0, Math.max(0, count - head.length)),
  };
}

export function sizeOf(encoded: readonly Encoded[]): number {
  return encoded.reduce((sum, { head, payload }) => sum + head.length + payload.length, 0);
}

export function joined(encoded: readonly Encoded[]): Buffer {
  return Buffer.concat(encoded.flatMap(({ head, payload }) => [head, payload]));
}

function maskedWith(key: readonly number[], payload: Uint8Array): Buffer {
  const bytes = Buffer.from(payload);
  const [a = 0, b = 0, c = 0, d = 0] = key;
  const whole = bytes.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    bytes[i]! ^= a;
    bytes[i + 1]! ^= b;
    bytes[i + 2]! ^= c;
    bytes[i + 3]! ^= d;
  }
  for (let i = whole; i < bytes.length; i++) bytes[i]! ^= key[i & 3] ?? 0;
  return bytes;
}
