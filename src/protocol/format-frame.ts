import { CloseCode } from './close-code.js';
import type { Frame } from './frame.js';
import { Opcode } from './opcodes.js';
import { type Checks, checkOptions, oneOf, wholeNumber } from './option-checks.js';
import { countOfBytes, hexadecimal, quoted } from './written-bytes.js';

/** How a frame is written. */
export interface FormatOptions {
  /** Puts `<` before what was received and `>` before what was sent. Default: neither. */
  readonly direction?: 'received' | 'sent';
  /** Characters of the payload that are shown, escapes written out. Default 75. `Infinity` shows all of it. */
  readonly maxChars?: number;
}

export const FORMAT_CHECKS: Checks = Object.freeze({
  direction: oneOf('received', 'sent'),
  maxChars: wholeNumber(0),
});

const MAX_CHARS = 75;
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Opcode).map(([name, opcode]) => [opcode, name.toUpperCase()]),
);
const CLOSE_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(CloseCode).map(([name, code]) => [code, inWords(name)] as const),
  [CloseCode.normal, 'OK'],
]);

/**
 * A frame as one line, for logs. RFC 6455 section 5.2.
 *
 *     < TEXT 'hello' [5 bytes]
 *     > CLOSE 1000 (OK) [2 bytes]
 *     < BINARY 01 02 03 04 [4 bytes, continued]
 *     < TEXT aa 56 4a … [2048 bytes, RSV1]
 *
 * Text is in quotes. Whatever in it cannot be seen, would act on a terminal or turn the direction of what follows, and every octet
 * that is not UTF-8, is written out: `\n`, `\x1b`, `\u202e`, `\xff`. Pings, Pongs and continuations are text where they
 * are UTF-8 and hexadecimal otherwise. With a reserved bit set the payload is an extension's, and always hexadecimal. `continued`
 * says that the frame is not the last of its message.
 *
 * Never throws on a frame, however wrong it is. Only the bytes that are shown are looked at.
 *
 * @throws TypeError or RangeError for a wrong option.
 * @example
 * ```ts
 * import { formatFrame, makeFrame, Opcode } from 'rxwire';
 *
 * console.log(formatFrame(makeFrame(Opcode.ping, 'a\n'), { direction: 'sent' }));
 * // > PING 'a\n' [2 bytes]
 * ```
 */
export function formatFrame(frame: Frame, options: FormatOptions = {}): string {
  checkOptions(options, FORMAT_CHECKS);
  const name = NAMES.get(frame.opcode) ?? `OPCODE-0x${frame.opcode.toString(16)}`;
  const payload = written(frame, options.maxChars ?? MAX_CHARS);
  return inLine(options.direction, name, payload, `[${facts(frame).join(', ')}]`);
}

/** Octets as one line, `< 81 02 68 69 [4 bytes]`. */
export function formatOctets(octets: Uint8Array, options: FormatOptions): string {
  const shown = hexadecimal(octets, options.maxChars ?? MAX_CHARS);
  return inLine(options.direction, shown, `[${countOfBytes(octets.length)}]`);
}

function inLine(direction: 'received' | 'sent' | undefined, ...parts: readonly string[]): string {
  const arrow = direction === undefined ? '' : direction === 'received' ? '<' : '>';
  return [arrow, ...parts].filter((part) => part !== '').join(' ');
}

function written({ opcode, rsv, payload }: Frame, maxChars: number): string {
  if (rsv === 0 && opcode === Opcode.close && payload.length > 1) return writtenClose(payload, maxChars);
  if (rsv !== 0 || !mayBeText(opcode, payload.length)) return hexadecimal(payload, maxChars);
  const { text, isUtf8 } = quoted(payload, maxChars);
  return isUtf8 || opcode === Opcode.text ? text : hexadecimal(payload, maxChars);
}

function mayBeText(opcode: number, length: number): boolean {
  if (opcode === Opcode.text) return true;
  return length > 0 && (opcode === Opcode.continuation || opcode === Opcode.ping || opcode === Opcode.pong);
}

/** `1001 (going away) 'back soon'`. */
function writtenClose(payload: Uint8Array, maxChars: number): string {
  const code = payload[0]! * 256 + payload[1]!;
  const status = `${String(code)} (${closeName(code)})`;
  return payload.length === 2 ? status : `${status} ${quoted(payload.subarray(2), maxChars).text}`;
}

/** RFC 6455 section 7.4.2 for the ranges. */
function closeName(code: number): string {
  const name = CLOSE_NAMES.get(code);
  if (name !== undefined) return name;
  if (code >= 3000 && code <= 3999) return 'registered';
  return code >= 4000 && code <= 4999 ? 'private use' : 'unknown';
}

function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function facts({ fin, rsv, length, payload }: Frame): string[] {
  // Frames made by hand may say another length than they have.
  const size =
    length === payload.length ? countOfBytes(length) : `${String(payload.length)} of ${countOfBytes(length)}`;
  const bits = [4, 2, 1].flatMap((bit, index) => ((rsv & bit) === 0 ? [] : [`RSV${String(index + 1)}`]));
  return fin ? [size, ...bits] : [size, 'continued', ...bits];
}
