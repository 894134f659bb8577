import { readFileSync } from 'node:fs';
import { constants, deflateRawSync } from 'node:zlib';
import type { Role } from '../../src/protocol/index.js';

/** One stream of bytes from a peer, and what a receiver has to make of it. */
export interface Vector {
  readonly id: string;
  readonly desc: string;
  /** The side that receives. */
  readonly role: Role;
  readonly permessageDeflate: boolean;
  readonly maxMessage: number | null;
  readonly maxFragments: number | null;
  readonly bytes: Uint8Array;
  readonly expect: string;
}

type Recorded = Omit<Vector, 'bytes'> & { readonly chunks: 'built' | readonly string[] };

const NO_KEY = Buffer.alloc(4);

/** The vectors of frames.json, with the long ones built. */
export function readVectors(): Vector[] {
  const path = new URL('frames.json', import.meta.url);
  const recorded = JSON.parse(readFileSync(path, 'utf8')) as Recorded[];
  return recorded.map(({ chunks, ...vector }) => ({
    ...vector,
    bytes: chunks === 'built' ? build(vector.id) : Buffer.from(chunks.join(''), 'hex'),
  }));
}

function build(id: string): Uint8Array {
  const make = BUILT[id];
  if (make === undefined) throw new Error(`vector ${id} has neither octets nor a recipe`);
  return make();
}

const BUILT: Readonly<Record<string, () => Uint8Array>> = {
  'LEN-4': () => {
    const head = Buffer.from('82ff000000000000ffff00000000', 'hex');
    return Buffer.concat([head, Buffer.alloc(65535)]);
  },
  'PMD-25': () => masked(0xc2, deflated(4 * 1024 * 1024)),
  'PMD-26': () => {
    const bomb = deflated(4 * 1024 * 1024);
    const middle = bomb.length >> 1;
    return Buffer.concat([masked(0x42, bomb.subarray(0, middle)), masked(0x80, bomb.subarray(middle))]);
  },
  'PMD-27': () => masked(0xc2, deflated(1024 * 1024)),
  'PMD-28': () => masked(0xc2, deflated(1024 * 1024 + 1)),
  'PMD-29': () => {
    const block = Buffer.from('000000ffff', 'hex');
    return masked(0xc1, Buffer.concat([...Array.from({ length: 10_000 }, () => block), Buffer.alloc(1)]));
  },
  'LIM-3': () =>
    Buffer.concat([
      masked(0x02, Buffer.alloc(1000)),
      masked(0x89, Buffer.alloc(100)),
      masked(0x80, Buffer.alloc(24)),
    ]),
  'LIM-4': () => {
    const empty = masked(0x00, Buffer.alloc(0));
    return Buffer.concat([masked(0x02, Buffer.alloc(0)), ...Array.from({ length: 1000 }, () => empty)]);
  },
};

/** Zeros as permessage-deflate puts them in a frame: without the empty block at the end. */
function deflated(zeros: number): Buffer {
  const whole = deflateRawSync(Buffer.alloc(zeros), { finishFlush: constants.Z_SYNC_FLUSH });
  return whole.subarray(0, -4);
}

/** A frame of a client, with the key that changes nothing. */
function masked(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.of(first, 0x80 | length), NO_KEY, payload]);
  return Buffer.concat([Buffer.of(first, 0xfe, length >> 8, length & 0xff), NO_KEY, payload]);
}

/** The same frames as the other side would get them: not masked. What follows the last whole header is kept as it is. */
export function unmasked(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const second = bytes[at + 1]! & 0x7f;
    const keyAt = at + 2 + (second === 126 ? 2 : second === 127 ? 8 : 0);
    const head = Buffer.from(bytes.subarray(at, keyAt));
    head[1] = second;
    const key = bytes.subarray(keyAt, keyAt + 4);
    const from = keyAt + 4;
    const to = Math.min(bytes.length, from + announced(head));
    const payload = bytes.slice(from, to).map((octet, index) => octet ^ key[index & 3]!);
    parts.push(head, payload);
    at = to;
  }
  return Buffer.concat(parts);
}

function announced(head: Buffer): number {
  if (head[1] === 126) return head.readUInt16BE(2);
  if (head[1] === 127) return Number(head.readBigUInt64BE(2));
  return head[1]!;
}
