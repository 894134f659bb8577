/**
 * A DEFLATE decoder, RFC 1951, that shares nothing with zlib: it is slow, it looks at every bit, and it knows where a message of
 * permessage-deflate has to end. It is the judge of what may be delivered, and of how far back a compressor has looked.
 */
export interface Inflated {
  readonly plain: Buffer;
  /** The longest distance that was referred back. */
  readonly farthest: number;
}

const TAIL = Buffer.of(0x00, 0x00, 0xff, 0xff);
const MAX_BITS = 15;
const MAX_DISTANCE = 32_768;
const MAX_FINAL_BLOCKS = 64;
const END_OF_BLOCK = 256;
const LENGTH_SYMBOLS = 286;
const DISTANCE_SYMBOLS = 30;

const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const LENGTH_BASE = basesOf(3, LENGTH_EXTRA).with(28, 258);
const DISTANCE_EXTRA = Array.from({ length: DISTANCE_SYMBOLS }, (_, i) => Math.max(0, (i >> 1) - 1));
const DISTANCE_BASE = basesOf(1, DISTANCE_EXTRA);
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function basesOf(first: number, extra: readonly number[]): number[] {
  let base = first;
  return extra.map((bits) => (base += 1 << bits) - (1 << bits));
}

class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The octet that is next, once the bits of the last one are passed over. */
  get octet(): number {
    return (this.#at + 7) >> 3;
  }

  align(): void {
    this.#at = this.octet * 8;
  }

  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      const octet = this.#bytes[this.#at >> 3];
      if (octet === undefined) throw new Error('ended in the middle of a block');
      value |= ((octet >> (this.#at & 7)) & 1) << i;
    }
    return value;
  }
}

/** A Huffman code as RFC 1951 section 3.2.2 makes it of lengths. */
class Code {
  readonly #counts = new Uint16Array(MAX_BITS + 1);
  readonly #symbols: number[] = [];

  constructor(lengths: readonly number[], mayBeIncomplete: boolean) {
    for (const length of lengths) this.#counts[length]!++;
    this.#counts[0] = 0;
    for (let bits = 1; bits <= MAX_BITS; bits++) {
      for (const [symbol, length] of lengths.entries()) if (length === bits) this.#symbols.push(symbol);
    }
    let left = 1;
    for (let bits = 1; bits <= MAX_BITS; bits++) left = left * 2 - this.#counts[bits]!;
    // No more than one code of one bit may stand alone; no code at all is an error when it is used.
    const alone = this.#symbols.length === 0 || (this.#symbols.length === 1 && this.#counts[1] === 1);
    if (left < 0 || (left > 0 && !(mayBeIncomplete && alone))) throw new Error('a code does not add up');
  }

  next(bits: Bits): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      code |= bits.take(1);
      const count = this.#counts[length]!;
      if (code - first < count) return this.#symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error('a code stands for nothing');
  }
}

const FIXED_LENGTHS = new Code(
  Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
  false,
);
const FIXED_DISTANCES = new Code(
  Array.from({ length: 32 }, () => 5),
  false,
);

/**
 * Inflates the payload of one message. RFC 7692 section 7.2.2.
 *
 * @param history - What may be referred back to.
 * @param windowBytes - Octets that may be referred back to from behind a block with BFINAL, and of the history.
 * @throws Error when it is not what a compressor can have made of a message.
 */
export function tinyInflate(payload: Uint8Array, history: Uint8Array, windowBytes: number): Inflated {
  const bits = new Bits(Buffer.concat([payload, TAIL]));
  const out: number[] = [...history];
  let reach = Math.min(history.length, windowBytes);
  let begun = out.length;
  let farthest = 0;
  const done = (): Inflated => ({ plain: Buffer.from(out.slice(history.length)), farthest });
  const back = (distance: number): number => {
    if (distance > MAX_DISTANCE || distance > reach + out.length - begun) throw new Error('too far back');
    farthest = Math.max(farthest, distance);
    return distance;
  };
  for (let finals = 0; ;) {
    const final = bits.take(1) === 1;
    const type = bits.take(2);
    if (type === 0) {
      bits.align();
      const at = bits.octet;
      copyStored(bits, out);
      // The empty block whose length is not sent.
      if (at === payload.length) return done();
    } else if (type === 3) {
      throw new Error('a block of the reserved type');
    } else {
      copyCoded(bits, out, type === 1 ? [FIXED_LENGTHS, FIXED_DISTANCES] : readCodes(bits), back);
    }
    if (!final) continue;
    bits.align();
    if (bits.octet === payload.length) return done();
    if (bits.octet > payload.length || ++finals > MAX_FINAL_BLOCKS) throw new Error('too many final blocks');
    reach = Math.min(out.length, windowBytes);
    begun = out.length;
  }
}

function copyStored(bits: Bits, out: number[]): void {
  const length = bits.take(16);
  if ((bits.take(16) ^ 0xffff) !== length) throw new Error('the lengths of a stored block do not match');
  for (let i = 0; i < length; i++) out.push(bits.take(8));
}

function copyCoded(
  bits: Bits,
  out: number[],
  [lengths, distances]: readonly [Code, Code],
  back: (distance: number) => number,
): void {
  for (;;) {
    const symbol = lengths.next(bits);
    if (symbol < END_OF_BLOCK) {
      out.push(symbol);
      continue;
    }
    if (symbol === END_OF_BLOCK) return;
    if (symbol >= LENGTH_SYMBOLS) throw new Error('a length that there is not');
    const length = LENGTH_BASE[symbol - 257]! + bits.take(LENGTH_EXTRA[symbol - 257]!);
    const code = distances.next(bits);
    if (code >= DISTANCE_SYMBOLS) throw new Error('a distance that there is not');
    const distance = back(DISTANCE_BASE[code]! + bits.take(DISTANCE_EXTRA[code]!));
    for (let i = 0; i < length; i++) out.push(out[out.length - distance]!);
  }
}

/** The codes in front of a dynamic block. RFC 1951 section 3.2.7. */
function readCodes(bits: Bits): [Code, Code] {
  const lengthCount = bits.take(5) + 257;
  const distanceCount = bits.take(5) + 1;
  const orderCount = bits.take(4) + 4;
  if (lengthCount > LENGTH_SYMBOLS || distanceCount > DISTANCE_SYMBOLS) throw new Error('too many symbols');
  const ordered = Array.from({ length: 19 }, () => 0);
  for (let i = 0; i < orderCount; i++) ordered[CODE_LENGTH_ORDER[i]!] = bits.take(3);
  const code = new Code(ordered, false);
  const all: number[] = [];
  while (all.length < lengthCount + distanceCount) all.push(...repeated(code.next(bits), bits, all.at(-1)));
  if (all.length > lengthCount + distanceCount) throw new Error('too many lengths');
  if (all[END_OF_BLOCK] === 0) throw new Error('no code for the end of the block');
  return [new Code(all.slice(0, lengthCount), true), new Code(all.slice(lengthCount), true)];
}

function repeated(symbol: number, bits: Bits, last: number | undefined): number[] {
  if (symbol < 16) return [symbol];
  if (symbol === 16 && last === undefined) throw new Error('nothing to repeat');
  const [value, least, extra] = symbol === 16 ? [last!, 3, 2] : symbol === 17 ? [0, 3, 3] : [0, 11, 7];
  return Array.from({ length: least + bits.take(extra) }, () => value);
}
