import fc from 'fast-check';
import { texts } from './texts.js';

/** One of each kind, RFC 3629 sections 3 and 4: no beginning, no end, longer than need be, a surrogate, over U+10FFFF. */
const ILL_FORMED: readonly (readonly number[])[] = [
  [0x80],
  [0xbf],
  [0xfe],
  [0xff],
  [0xc2],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x98],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xe0, 0x80, 0x80],
  [0xe0, 0x9f, 0xbf],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf0, 0x8f, 0xbf, 0xbf],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
];

/** Octets that are not UTF-8: well-formed text with an ill-formed sequence in it, at its beginning or at its end. At most 84 octets. */
export const notUtf8: fc.Arbitrary<Uint8Array> = fc
  .tuple(texts(10), fc.constantFrom(...ILL_FORMED), texts(10))
  .map(([before, wrong, behind]) =>
    Uint8Array.from([...Buffer.from(before), ...wrong, ...Buffer.from(behind)]),
  );
