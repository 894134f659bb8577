import type { Content } from './case.js';
import { Random } from './random.js';

/** Characters of one to four octets. */
const WORDS = Buffer.from('abc grüße € 𝄞 ');

/** Octets that are different from place to place. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7) & 0xff;
  return bytes;
}

/** UTF-8 of exactly so many octets, with characters of every length where there is room. */
export function textBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length, 'x');
  const whole = length - (length % WORDS.length);
  if (whole > 0) bytes.fill(WORDS, 0, whole);
  return bytes;
}

const SOURCE_OCTETS = 512 * 1024;

/** JSON as it is on many connections: it repeats itself, and is not the same twice. */
export function jsonBytes(length: number, number: number): Buffer {
  json ??= Buffer.from(
    Array.from(
      { length: 12_000 },
      (_, i) => `{"id":${i * 1009},"name":"name ${(i * 7919) % 1000}","on":true},`,
    ).join(''),
  );
  return sliceOf(json, length, number);
}

/** Octets that cannot be compressed. */
export function noiseBytes(length: number, number: number): Buffer {
  noise ??= Buffer.from(new Random(1).octets(SOURCE_OCTETS));
  return sliceOf(noise, length, number);
}

let json: Buffer | undefined;
let noise: Buffer | undefined;

function sliceOf(source: Buffer, length: number, number: number): Buffer {
  const begin = (number * 7907) % (SOURCE_OCTETS - length);
  return source.subarray(begin, begin + length);
}

export function text(data: Uint8Array | string): Content {
  return { type: 'text', data: Buffer.from(data as Uint8Array) };
}

export function binary(data: Uint8Array | string): Content {
  return { type: 'binary', data: Buffer.from(data as Uint8Array) };
}

/** A message of so many octets. */
export function contentOf(type: Content['type'], length: number): Content {
  return { type, data: type === 'text' ? textBytes(length) : pattern(length) };
}
