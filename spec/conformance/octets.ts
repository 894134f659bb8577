import { maskWith, wireHeader } from '../../src/testing/index.js';
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
  const { payload = NOTHING, masked = role === 'server' } = part;
  const key = masked ? (part.key ?? random.octets(4)) : [];
  const { opcode, fin, rsv, lengthBits, declared: declaredLength } = part;
  const head = wireHeader({ opcode, fin, rsv, masked, key, lengthBits, payload, declaredLength });
  return { head, payload: masked ? maskWith(key, payload) : Buffer.from(payload) };
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
