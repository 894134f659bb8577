import fc from 'fast-check';
import '../support/seed.js';
import { hexadecimal, quoted } from '../../src/protocol/written-bytes.js';
import { payloads, texts } from 'rxwire/testing/arbitraries';
import { hex } from '../support/hex.js';

const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]+)\}|(.))|([^\\])/gsu;
const NAMED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', "'": "'", '\\': '\\' };

/** Undoes `quoted`. */
function unquoted(text: string): Uint8Array {
  const pieces = [...text.slice(1, -1).matchAll(ESCAPE)].map(([, octet, short, long, named, plain]) => {
    if (octet !== undefined) return Uint8Array.of(parseInt(octet, 16));
    const code = short ?? long;
    if (code !== undefined) return Buffer.from(String.fromCodePoint(parseInt(code, 16)));
    return Buffer.from(named === undefined ? (plain ?? '') : NAMED[named]!);
  });
  return new Uint8Array(Buffer.concat(pieces));
}

/** Octets that are text, that are not, and that go from one to the other. */
const octets = fc.oneof(
  payloads(80),
  texts().map((text) => new Uint8Array(Buffer.from(text))),
  fc
    .array(
      fc.constantFrom('e4b8ad', 'eda080', 'edbfbf', 'c3', 'a9', 'f09f9880', 'f0', '5c', '27', '1b', 'e280ae'),
    )
    .map((pieces) => hex(pieces.join(''))),
);

describe('quoted', () => {
  it('can be undone, whatever the octets', () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        expect(unquoted(quoted(bytes, Infinity).text)).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  it('shows nothing that cannot be seen or that acts on a terminal', () => {
    const { text } = quoted(allOfUnicode(), Infinity);
    const left = new Set(Array.from(text).filter((c) => /[\p{C}\p{Z}\p{Bidi_Control}\p{DI}]/u.test(c)));
    expect([...left]).toEqual([' ']);
  });

  it('tells UTF-8 from what is none', () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        const right = Buffer.from(Buffer.from(bytes).toString('utf8')).equals(bytes);
        expect(quoted(bytes, Infinity).isUtf8).toBe(right);
      }),
    );
  });

  it('shows the beginning, of at most so many characters, with no escape cut', () => {
    fc.assert(
      fc.property(octets, fc.nat(30), (bytes, maxChars) => {
        const { text } = quoted(bytes, maxChars);
        const whole = quoted(bytes, Infinity).text;
        if (whole.length - 2 <= maxChars) {
          expect(text).toBe(whole);
          return;
        }
        const shown = text.slice(0, -1);
        expect(text.at(-1)).toBe('…');
        expect(shown.length - 2).toBeLessThanOrEqual(maxChars);
        expect(Buffer.from(bytes).subarray(0, unquoted(shown).length)).toEqual(Buffer.from(unquoted(shown)));
      }),
    );
  });

  it.each([
    ['a title', '\x1b]0;x\x07', String.raw`\x1b]0;x\x07`],
    ['the one-character CSI of C1', '\x9b2J', String.raw`\u009b2J`],
    ['newlines and a tab', 'a\r\n\tb', String.raw`a\r\n\tb`],
    ['a right-to-left override', 'exe\u202egnp', String.raw`exe\u202egnp`],
    ['a byte order mark and a joiner', '\ufeff\u200d', String.raw`\ufeff\u200d`],
    ['an invisible tag', '\u{e0041}', String.raw`\u{e0041}`],
    ['a no-break space', '\xa0', String.raw`\u00a0`],
    ['an invisible letter', '\u3164', String.raw`\u3164`],
    ['what it writes with', String.raw`'\n`, String.raw`\'\\n`],
    ['letters of any script, signs and emoji as they are', 'é א 中 “…” 😀', 'é א 中 “…” 😀'],
  ])('writes %s', (_, text, shown) => {
    expect(quoted(Buffer.from(text), Infinity)).toEqual({ text: `'${shown}'`, isUtf8: true });
  });

  it.each([
    ['an octet that never is', '61ff62', String.raw`a\xffb`],
    ['a lone surrogate', 'eda080', String.raw`\xed\xa0\x80`],
    ['an overlong form', 'c0af', String.raw`\xc0\xaf`],
    ['half a code point at the end', '61e4b8', String.raw`a\xe4\xb8`],
  ])('writes %s octet by octet', (_, octetsAsHex, shown) => {
    expect(quoted(hex(octetsAsHex), Infinity)).toEqual({ text: `'${shown}'`, isUtf8: false });
  });

  it('looks at no more than it shows', () => {
    const long = new Uint8Array(1000).fill(0x61);
    long[999] = 0xff;
    expect(quoted(long, 3)).toEqual({ text: "'aaa'…", isUtf8: true });
  });
});

describe('hexadecimal', () => {
  it.each([
    [0, ''],
    [1, '00'],
    [3, '00 01 02'],
    [4, '00 01 02 …'],
  ])('writes %d octets into 8 characters', (count, shown) => {
    expect(
      hexadecimal(
        Uint8Array.from({ length: count }, (_, at) => at),
        8,
      ),
    ).toBe(shown);
  });

  it('writes all of them where there is no limit, and none where there is no room', () => {
    expect(hexadecimal(hex('00ff7f'), Infinity)).toBe('00 ff 7f');
    expect(hexadecimal(hex('00ff7f'), 1)).toBe('…');
  });
});

/** Every code point that UTF-8 can have. */
function allOfUnicode(): Uint8Array {
  const codes = Array.from({ length: 0x110000 }, (_, code) => code);
  const scalar = codes.filter((code) => code < 0xd800 || code > 0xdfff);
  return Buffer.from(scalar.map((code) => String.fromCodePoint(code)).join(''));
}
