import fc from 'fast-check';

/** The first and the last code point of each length in UTF-8, and those beside the surrogates; the byte order mark. RFC 3629 section 3. */
const EDGES = [
  '\0',
  '\x7f',
  '\x80',
  '\u07ff',
  '\u0800',
  '\ud7ff',
  '\ue000',
  '\ufeff',
  '\uffff',
  '\u{10000}',
  '\u{10ffff}',
] as const;

/**
 * Text with every kind of code point, the byte order mark in front included. Always well-formed: a lone surrogate has no UTF-8.
 *
 * @param maxLength - The most code points. Default 40.
 */
export function texts(maxLength = 40): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: 'binary-ascii', maxLength }),
    fc.string({ unit: 'binary', maxLength }),
    fc.string({ unit: fc.constantFrom(...EDGES), maxLength }),
  );
}
