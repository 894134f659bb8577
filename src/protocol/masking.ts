/*
 * Masking, RFC 6455 section 5.3, by words of 32 bits. A key is kept as the number whose bytes in this machine's
 * order are the four octets of the wire; the transformation is its own inverse.
 */

const ONE = new Uint8Array(new Uint32Array([1]).buffer);
/** Whether this machine has the lowest octet of a word first. */
export const LITTLE_ENDIAN: boolean = ONE[0] === 1;
const HIGH_BITS = 0x80808080;

/** Reads the four octets of a masking key. */
export function readMaskingKey(bytes: Uint8Array, at: number): number {
  const a = bytes[at]!;
  const b = bytes[at + 1]!;
  const c = bytes[at + 2]!;
  const d = bytes[at + 3]!;
  return LITTLE_ENDIAN ? a | (b << 8) | (c << 16) | (d << 24) : d | (c << 8) | (b << 16) | (a << 24);
}

/** Writes the four octets of a masking key. */
export function writeMaskingKey(key: number, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = maskByte(key, i);
}

function maskByte(key: number, index: number): number {
  const place = index & 3;
  return (key >>> ((LITTLE_ENDIAN ? place : 3 - place) << 3)) & 0xff;
}

/** The key for a payload's rest, after `count` octets of it have been masked. */
export function rotateMaskingKey(key: number, count: number): number {
  const bits = (count & 3) << 3;
  if (bits === 0) return key;
  return LITTLE_ENDIAN ? (key >>> bits) | (key << (32 - bits)) : (key << bits) | (key >>> (32 - bits));
}

/** The words of the memory behind `bytes`, aligned to the start of its ArrayBuffer. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
}

/**
 * Applies the key to `bytes[from, to)` in place.
 *
 * @param words - `wordsOf(bytes)`, made once for many frames: making it costs more than a small frame's masking.
 * @returns whether every octet is ASCII afterwards: it costs nothing here and saves the UTF-8 check.
 */
export function mask(bytes: Uint8Array, words: Int32Array, from: number, to: number, key: number): boolean {
  const base = bytes.byteOffset;
  let i = from;
  let seen = 0;
  while (i < to && ((base + i) & 3) !== 0) {
    const byte = bytes[i]! ^ maskByte(key, i - from);
    bytes[i] = byte;
    seen |= byte;
    i++;
  }
  const turned = rotateMaskingKey(key, i - from);
  let word = (base + i) >> 2;
  const count = (to - i) >> 2;
  const stop = word + count;
  let high = 0;
  // Two at a time: the store of one word overlaps the load of the next.
  for (const pairs = stop - 1; word < pairs; word += 2) {
    const a = words[word]! ^ turned;
    const b = words[word + 1]! ^ turned;
    words[word] = a;
    words[word + 1] = b;
    high |= a | b;
  }
  if (word < stop) {
    const a = words[word]! ^ turned;
    words[word] = a;
    high |= a;
  }
  i += count << 2;
  while (i < to) {
    const byte = bytes[i]! ^ maskByte(key, i - from);
    bytes[i] = byte;
    seen |= byte;
    i++;
  }
  return ((high & HIGH_BITS) | (seen & 0x80)) === 0;
}

/** Whether every octet of `bytes[from, to)` is ASCII. */
export function isAsciiRange(bytes: Uint8Array, words: Int32Array, from: number, to: number): boolean {
  const base = bytes.byteOffset;
  let i = from;
  let seen = 0;
  while (i < to && ((base + i) & 3) !== 0) seen |= bytes[i++]!;
  let word = (base + i) >> 2;
  const count = (to - i) >> 2;
  const stop = word + count;
  let high = 0;
  for (const fours = stop - 3; word < fours; word += 4) {
    high |= words[word]! | words[word + 1]! | words[word + 2]! | words[word + 3]!;
  }
  while (word < stop) high |= words[word++]!;
  i += count << 2;
  while (i < to) seen |= bytes[i++]!;
  return ((high & HIGH_BITS) | (seen & 0x80)) === 0;
}
