import { isUtf8 } from 'node:buffer';
import { TextError } from './errors.js';
import { latin1Slice, utf8Slice } from './string-bytes.js';
import { Utf8Validator } from './utf8.js';

/** How text messages are handed out: as strings, or as the UTF-8 octets that came. */
export type TextAs = 'string' | 'bytes';

/** Makes the string of ASCII octets; three times as fast as decoding UTF-8. */
export function asciiText(bytes: Buffer, start: number, end: number): string {
  return start === end ? '' : latin1Slice(bytes, start, end);
}

/** Makes the string of UTF-8 octets. What is not UTF-8 becomes U+FFFD; a leading U+FEFF stays. */
export function utf8Text(bytes: Buffer, start: number, end: number): string {
  return utf8Slice(bytes, start, end);
}

/** @throws TextError that names the first byte of `bytes[start, end)` that is not UTF-8. */
export function checkUtf8(bytes: Buffer, start: number, end: number): void {
  if (isUtf8(bytes.subarray(start, end))) return;
  const validator = new Utf8Validator();
  validator.push(bytes, start, end);
  validator.finish();
  throw new TextError('text is not valid UTF-8');
}
