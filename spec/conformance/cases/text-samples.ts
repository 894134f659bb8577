import { type Row, WELL_FORMED } from '../utf8-table.js';

/** Texts that are well-formed, with a name. */
export const VALID: readonly (readonly [string, string])[] = [
  ['ascii', 'Hello, 123 ~'],
  ['nul', 'a\0b'],
  ['control-characters', '\x01\x1f\x7f\t\n'],
  ['german', 'Fünf größere Äpfel'],
  ['greek', 'κόσμε'],
  ['russian', 'Добрый день'],
  ['hebrew', 'שלום עולם'],
  ['hindi', 'नमस्ते'],
  ['japanese', 'こんにちは世界'],
  ['emoji', '😀👩‍👩‍👧🇪🇺'],
  ['combining', 'e\u0301 n\u0303'],
  ['byte-order-mark', '\ufeffa\ufeff'],
  ['replacement-character', '\ufffd'],
  ['first-of-each-length', '\0\x80\u0800\u{10000}'],
  ['last-of-each-length', '\x7f\u07ff\uffff\u{10ffff}'],
  ['around-the-surrogates', '\ud7ff\ue000'],
  ['private-use', '\ue000\uf8ff\u{f0000}\u{10fffd}'],
  [
    'boundaries-of-leads',
    '\u{7ff}\u{800}\u{fff}\u{1000}\u{cfff}\u{d000}\u{ffff}\u{10000}\u{3ffff}\u{40000}\u{fffff}\u{100000}',
  ],
  ['noncharacters-of-the-first-plane', '\ufdd0\ufdef\ufffe\uffff'],
  ...Array.from({ length: 16 }, (_, i): [string, string] => {
    const plane = (i + 1) * 0x10000;
    return [`noncharacters-of-plane-${i + 1}`, String.fromCodePoint(plane + 0xfffe, plane + 0xffff)];
  }),
];

/** Octets that begin no character. */
const NO_LEADS = Array.from({ length: 256 }, (_, octet) => octet).filter(
  (octet) => !WELL_FORMED.some(([first]) => first !== undefined && octet >= first[0] && octet <= first[1]),
);

/** Just outside a range, and far from it. */
function outside([low, high]: readonly [number, number]): number[] {
  return [...new Set([0x00, 0x41, 0x7f, low - 1, high + 1, 0xc0, 0xff])].filter(
    (octet) => octet < low || octet > high,
  );
}

function leads([first]: Row): number[] {
  return first === undefined ? [] : [...new Set(first)];
}

/** The lowest octets of a row behind its lead, as many as are wanted. */
function followers(row: Row, count: number): number[] {
  return row.slice(1, 1 + count).map(([low]) => low);
}

/** For every row of the table and each of its places, octets that do not belong there. */
function wrongFollowers(): number[][] {
  return WELL_FORMED.flatMap((row) =>
    leads(row).flatMap((lead) =>
      row.slice(1).flatMap((range, i) => outside(range).map((octet) => [lead, ...followers(row, i), octet])),
    ),
  );
}

/** Sequences whose last octets are all needed by decoders that look less closely. */
const CLASSICS = [
  'c0af',
  'c1bf',
  'e080af',
  'e09fbf',
  'f08080af',
  'f08fbfbf',
  'eda080',
  'edbfbf',
  'eda080edb080',
  'f4908080',
  'f8888080af',
  'fc848080af',
];

/** Each is not UTF-8 whatever comes behind it. */
export const IMPOSSIBLE: readonly Uint8Array[] = unique([
  ...NO_LEADS.map((octet) => Buffer.of(octet)),
  ...wrongFollowers().map((octets) => Buffer.from(octets)),
  ...CLASSICS.map((digits) => Buffer.from(digits, 'hex')),
]);

/** Each is the beginning of a character, and not all of it. */
export const TRUNCATED: readonly Uint8Array[] = unique(
  WELL_FORMED.flatMap((row) =>
    leads(row).flatMap((lead) => row.slice(1).map((_, i) => Buffer.from([lead, ...followers(row, i)]))),
  ),
);

function unique(some: readonly Buffer[]): Buffer[] {
  return [...new Map(some.map((bytes) => [bytes.toString('hex'), bytes])).values()];
}
