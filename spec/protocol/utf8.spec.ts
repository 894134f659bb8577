import fc from 'fast-check';
import '../support/seed.js';
import { byteByByte, chunk } from 'rxwire/testing';
import { chunkings, texts } from 'rxwire/testing/arbitraries';
import { hex } from '../support/hex.js';
import { TextError } from '../../src/protocol/errors.js';
import { checkUtf8 } from '../../src/protocol/message-text.js';
import { Utf8Validator } from '../../src/protocol/utf8.js';

/** Valid text, valid text with octets changed, and octets that are often of the kinds that matter. */
const octets = fc.oneof(
  texts(60).map((text) => new Uint8Array(Buffer.from(text))),
  fc.tuple(texts(60), fc.nat(), fc.nat(255)).map(([text, at, octet]) => {
    const bytes = new Uint8Array(Buffer.from(text));
    if (bytes.length > 0) bytes[at % bytes.length] = octet;
    return bytes;
  }),
  fc
    .array(
      fc.constantFrom(
        0x41,
        0x80,
        0x9f,
        0xa0,
        0xbf,
        0xc1,
        0xc2,
        0xdf,
        0xe0,
        0xe1,
        0xed,
        0xef,
        0xf0,
        0xf4,
        0xf5,
      ),
      {
        maxLength: 60,
      },
    )
    .map((values) => Uint8Array.from(values)),
);

/** What the engine's own decoder says: the first octet it cannot take, or `end` where the text may not end, or `ok`. */
function oracle(bytes: Uint8Array): number | 'end' | 'ok' {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let at = 0; at < bytes.length; at++) {
    try {
      decoder.decode(bytes.subarray(at, at + 1), { stream: true });
    } catch {
      return at;
    }
  }
  try {
    decoder.decode();
    return 'ok';
  } catch {
    return 'end';
  }
}

function verdict(chunks: readonly Uint8Array[]): number | 'end' | 'ok' {
  const validator = new Utf8Validator();
  try {
    for (const bytes of chunks) validator.push(bytes, 0, bytes.length);
  } catch (error) {
    return Number(/ at byte (\d+)$/.exec((error as Error).message)?.[1]);
  }
  try {
    validator.finish();
    return 'ok';
  } catch {
    return 'end';
  }
}

describe('Utf8Validator', () => {
  it('takes what a fatal TextDecoder takes, and names the octet where that fails, under any chunking', () => {
    fc.assert(
      fc.property(octets, chunkings, (bytes, cutting) => {
        const wanted = oracle(bytes);
        expect(verdict([bytes])).toBe(wanted);
        expect(verdict(chunk(bytes, cutting))).toBe(wanted);
        expect(verdict(byteByByte(bytes))).toBe(wanted);
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with it on every pair of octets, and on every third behind those that need one', () => {
    for (let a = 0x7f; a < 0x100; a++) {
      for (let b = 0x7e; b < 0x100; b++) {
        const bytes = Uint8Array.of(a, b);
        if (verdict([bytes]) !== oracle(bytes)) {
          expect([a, b, verdict([bytes])]).toEqual([a, b, oracle(bytes)]);
        }
      }
    }
    for (const [a, b] of [
      [0xe0, 0xa0],
      [0xed, 0x9f],
      [0xf0, 0x90],
      [0xf4, 0x8f],
    ] as const) {
      for (let c = 0; c < 0x100; c++) {
        for (const bytes of [Uint8Array.of(a, b, c), Uint8Array.of(a, b, 0x80, c)]) {
          expect(verdict([bytes])).toBe(oracle(bytes));
        }
      }
    }
  });

  it.each([0, 1, 22, 23, 24, 25, 40, 1000])('finds the wrong octet behind %d right ones', (count) => {
    for (const before of ['a', 'é', '€', '😀']) {
      const text = Buffer.from(before.repeat(count));
      expect(verdict([Buffer.concat([text, hex('ff'), text])])).toBe(text.length);
      expect(verdict([text, hex('f0'), text])).toBe(count === 0 ? 'end' : text.length + 1);
    }
  });

  it('fails at the second octet of what can only become an overlong form, a surrogate or too much', () => {
    for (const wrong of ['e080', 'e09f', 'eda0', 'edbf', 'f080', 'f08f', 'f490', 'f4bf']) {
      expect(verdict([hex(wrong)])).toBe(1);
      expect(verdict(byteByByte(hex(wrong)))).toBe(1);
    }
  });

  it('checks the range it is given and nothing beside it', () => {
    const validator = new Utf8Validator();
    validator.push(hex('ff 61 c3 a9 ff'), 1, 4);
    expect(() => validator.finish()).not.toThrow();
  });

  it('takes octets known to be ASCII, but not inside a code point', () => {
    const validator = new Utf8Validator();
    validator.pushAscii(3);
    validator.push(hex('c3'), 0, 1);
    validator.pushAscii(0);
    expect(() => validator.pushAscii(1)).toThrow('at byte 4');
  });

  it('counts from the offset it is told', () => {
    expect(() => new Utf8Validator(10).push(hex('61ff'), 0, 2)).toThrow('at byte 11');
  });

  it('is ready for another text after an end and after an error', () => {
    const validator = new Utf8Validator();
    validator.push(hex('61 c3a9'), 0, 3);
    validator.finish();
    validator.push(hex('e282'), 0, 2);
    expect(() => validator.finish()).toThrow('text ends inside a code point, at byte 2');
    expect(() => validator.push(hex('e241'), 0, 2)).toThrow('at byte 1');
    validator.push(hex('61'), 0, 1);
    expect(() => validator.finish()).not.toThrow();
  });

  it('fails with a TextError of close code 1007', () => {
    const validator = new Utf8Validator();
    expect(() => validator.push(hex('80'), 0, 1)).toThrow(TextError);
    expect(() => validator.push(hex('80'), 0, 1)).toThrow(expect.objectContaining({ closeCode: 1007 }));
  });
});

describe('checkUtf8', () => {
  it('names the first impossible octet of a range', () => {
    const bytes = Buffer.from(hex('ff 61 62 ff 63'));
    expect(() => checkUtf8(bytes, 1, 3)).not.toThrow();
    expect(() => checkUtf8(bytes, 1, 5)).toThrow('text is not valid UTF-8 at byte 2');
    expect(() => checkUtf8(Buffer.from(hex('61e282')), 0, 3)).toThrow(
      'text ends inside a code point, at byte 3',
    );
  });
});
