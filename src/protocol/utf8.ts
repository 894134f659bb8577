import { isUtf8 } from 'node:buffer';
import { TextError } from './errors.js';

/** Below this many bytes a walk over them is cheaper than a call into the engine. */
const WALK_BYTES = 24;

/**
 * Checks UTF-8 that arrives in pieces and fails at the first byte that no continuation can make valid: overlong
 * forms, surrogates, what lies beyond U+10FFFF. RFC 3629; RFC 6455 section 8.1.
 *
 * Holds no bytes, only what the next one may be.
 */
export class Utf8Validator {
  /** Continuation bytes still owed by the code point that the last piece broke off in. */
  #owed = 0;
  #low = 0x80;
  #high = 0xbf;
  #offset: number;

  /** @param offset - Bytes of the text that are known to be right already; only the texts of errors count them. */
  constructor(offset = 0) {
    this.#offset = offset;
  }

  /**
   * Checks `bytes[from, to)`, the next piece of the text.
   *
   * @throws TextError that names the offset of the impossible byte.
   */
  push(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (this.#owed > 0 && at < to) this.#step(bytes[at]!, at++ - from);
    if (to - at >= WALK_BYTES) {
      const whole = endOfWholeCodePoints(bytes, at, to);
      // The engine says yes or no; only a no is worth a walk to find the place.
      if (isUtf8(bytes.subarray(at, whole))) at = whole;
    }
    while (at < to) this.#step(bytes[at]!, at++ - from);
    this.#offset += to - from;
  }

  /** Notes a piece of `count` bytes known to be ASCII. */
  pushAscii(count: number): void {
    if (count > 0 && this.#owed > 0) this.#fail(0);
    this.#offset += count;
  }

  /**
   * Ends the text and makes ready for another.
   *
   * @throws TextError when it ends inside a code point.
   */
  finish(): void {
    const offset = this.#offset;
    const owed = this.#owed;
    this.#owed = 0;
    this.#offset = 0;
    if (owed > 0) throw new TextError(`text ends inside a code point, at byte ${String(offset)}`);
  }

  #step(byte: number, index: number): void {
    if (this.#owed > 0) {
      if (byte < this.#low || byte > this.#high) this.#fail(index);
      this.#owed--;
      this.#low = 0x80;
      this.#high = 0xbf;
      return;
    }
    if (byte < 0x80) return;
    if (byte < 0xc2 || byte > 0xf4) this.#fail(index);
    this.#owed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    // E0 and F0 would be overlong, ED a surrogate, F4 beyond U+10FFFF with the wrong second byte.
    this.#low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.#high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
  }

  #fail(index: number): never {
    const offset = this.#offset + index;
    this.#owed = 0;
    this.#offset = 0;
    throw new TextError(`text is not valid UTF-8 at byte ${String(offset)}`);
  }
}

/** Where the last code point that may lack bytes begins, or `to`. */
function endOfWholeCodePoints(bytes: Uint8Array, from: number, to: number): number {
  for (let at = to - 1; at >= from && at > to - 4; at--) {
    const byte = bytes[at]!;
    if (byte < 0x80) return to;
    if (byte >= 0xc0) return at;
  }
  return to;
}
