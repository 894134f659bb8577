import { isUtf8 } from 'node:buffer';

/** What cannot be seen, or acts on a terminal: controls, separators, the marks that turn the direction of text. */
const HIDDEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

const NAMED: ReadonlyMap<string, string> = new Map([
  [' ', ' '],
  ["'", "\\'"],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** Bytes as text in quotes. */
export interface Quoted {
  readonly text: string;
  /** Whether all that was looked at is UTF-8. */
  readonly isUtf8: boolean;
}

/**
 * Writes bytes as text in quotes, on one line. What cannot be seen is written as `\n`, `\x1b` or `\u202e`, and an octet that is not UTF-8
 * as `\xff`: the bytes can be told from what is written.
 *
 * @param maxChars - Characters between the quotes, at most; `…` stands behind them where there are more. No more bytes are looked at.
 */
export function quoted(bytes: Uint8Array, maxChars: number): Quoted {
  let text = '';
  let valid = true;
  for (let at = 0; at < bytes.length;) {
    const octets = codePointOctets(bytes, at);
    if (octets === 0) valid = false;
    const piece = octets === 0 ? `\\x${pair(bytes[at]!)}` : written(decoded(bytes, at, octets));
    if (text.length + piece.length > maxChars) return { text: `'${text}'…`, isUtf8: valid };
    text += piece;
    at += Math.max(octets, 1);
  }
  return { text: `'${text}'`, isUtf8: valid };
}

/** Writes bytes in hexadecimal, `01 02 …`: at most `maxChars` characters before the `…`. */
export function hexadecimal(bytes: Uint8Array, maxChars: number): string {
  const fitting = Math.floor((maxChars + 1) / 3);
  const pairs = Array.from(bytes.subarray(0, fitting), pair);
  if (pairs.length < bytes.length) pairs.push('…');
  return pairs.join(' ');
}

/** `1 byte`, `2 bytes`. */
export function countOfBytes(count: number): string {
  return `${String(count)} byte${count === 1 ? '' : 's'}`;
}

function pair(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}

/** How many octets the code point at `at` has; 0 where there is none that is whole and right. */
function codePointOctets(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const octets = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return isUtf8(bytes.subarray(at, at + octets)) ? octets : 0;
}

function decoded(bytes: Uint8Array, at: number, octets: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, octets).toString('utf8');
}

function written(character: string): string {
  const named = NAMED.get(character);
  if (named !== undefined) return named;
  if (!HIDDEN.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x80) return `\\x${pair(code)}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}
