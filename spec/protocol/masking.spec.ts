import fc from 'fast-check';
import '../support/seed.js';
import { maskingKeys } from 'rxwire/testing/arbitraries';
import {
  isAsciiRange,
  mask,
  readMaskingKey,
  rotateMaskingKey,
  wordsOf,
  writeMaskingKey,
} from '../../src/protocol/masking.js';

/** The transformation as section 5.3 has it: octet i of the payload with octet i modulo 4 of the key. */
function byOctets(bytes: Uint8Array, from: number, to: number, key: Uint8Array): Uint8Array {
  return bytes.map((octet, at) => (at >= from && at < to ? octet ^ key[(at - from) & 3]! : octet));
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((octet) => octet < 0x80);
}

/** A stretch of bytes that begins anywhere in its memory, and a part of it. */
const stretches = fc
  .record({
    memory: fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.array(fc.nat(0x7f), { maxLength: 80 }).map((octets) => Uint8Array.from(octets)),
    ),
    offset: fc.nat(7),
    a: fc.nat(80),
    b: fc.nat(80),
  })
  .map(({ memory, offset, a, b }) => {
    const bytes = memory.subarray(Math.min(offset, memory.length));
    const [from, to] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)];
    return { memory, bytes, from, to };
  });

describe('mask', () => {
  it('by words is what it is by octets, and leaves alone what is beside', () => {
    fc.assert(
      fc.property(stretches, maskingKeys, ({ memory, bytes, from, to }, key) => {
        const start = bytes.byteOffset - memory.byteOffset;
        const wanted = byOctets(memory, start + from, start + to, key);
        const ascii = mask(bytes, wordsOf(bytes), from, to, readMaskingKey(key, 0));
        expect(memory).toEqual(wanted);
        expect(ascii).toBe(isAscii(bytes.subarray(from, to)));
      }),
      { numRuns: 500 },
    );
  });

  it('is right at every offset and length', () => {
    const key = Uint8Array.of(0x81, 0x42, 0x24, 0x18);
    for (let offset = 0; offset < 8; offset++) {
      for (let length = 0; length < 40; length++) {
        const memory = new Uint8Array(56).map((_, at) => at * 5);
        const wanted = byOctets(memory, offset, offset + length, key);
        mask(memory, wordsOf(memory), offset, offset + length, readMaskingKey(key, 0));
        expect(memory).toEqual(wanted);
      }
    }
  });

  it('undoes itself', () => {
    fc.assert(
      fc.property(stretches, maskingKeys, ({ memory, bytes, from, to }, key) => {
        const before = memory.slice();
        const number = readMaskingKey(key, 0);
        mask(bytes, wordsOf(bytes), from, to, number);
        mask(bytes, wordsOf(bytes), from, to, number);
        expect(memory).toEqual(before);
      }),
    );
  });

  it('sees a single octet that is not ASCII, wherever it is', () => {
    for (let at = 0; at < 40; at++) {
      const bytes = new Uint8Array(40).fill(0x61);
      expect(mask(bytes, wordsOf(bytes), 0, 40, 0)).toBe(true);
      bytes[at] = 0x80;
      expect(mask(bytes, wordsOf(bytes), 0, 40, 0)).toBe(false);
      expect(isAsciiRange(bytes, wordsOf(bytes), 0, 40)).toBe(false);
      expect(isAsciiRange(bytes, wordsOf(bytes), 0, at)).toBe(true);
      expect(isAsciiRange(bytes, wordsOf(bytes), at + 1, 40)).toBe(true);
    }
  });

  it('reaches octets that no whole word of the memory covers', () => {
    const bytes = new Uint8Array(new ArrayBuffer(7));
    mask(bytes, wordsOf(bytes), 0, 7, readMaskingKey(Uint8Array.of(1, 2, 3, 4), 0));
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3, 4, 1, 2, 3));
  });
});

describe('isAsciiRange', () => {
  it('looks at exactly the range', () => {
    fc.assert(
      fc.property(stretches, ({ bytes, from, to }) => {
        expect(isAsciiRange(bytes, wordsOf(bytes), from, to)).toBe(isAscii(bytes.subarray(from, to)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a masking key', () => {
  it('is read and written as four octets', () => {
    fc.assert(
      fc.property(maskingKeys, fc.nat(5), (key, at) => {
        const bytes = new Uint8Array(10);
        writeMaskingKey(readMaskingKey(key, 0), bytes, at);
        expect(bytes.subarray(at, at + 4)).toEqual(key);
        expect(readMaskingKey(bytes, at)).toBe(readMaskingKey(key, 0));
      }),
    );
  });

  it('is turned so that a payload can be masked in pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), maskingKeys, fc.nat(40), (payload, key, place) => {
        const wanted = byOctets(payload, 0, payload.length, key);
        const cut = Math.min(place, payload.length);
        const number = readMaskingKey(key, 0);
        mask(payload, wordsOf(payload), 0, cut, number);
        mask(payload, wordsOf(payload), cut, payload.length, rotateMaskingKey(number, cut));
        expect(payload).toEqual(wanted);
      }),
    );
  });
});
