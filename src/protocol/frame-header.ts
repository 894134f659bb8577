import type { FragmentSequence } from './fragment-sequence.js';
import {
  checkFirstByte,
  checkLength16,
  checkSecondByte,
  joinLength64,
  type MaskExpectation,
} from './frame-rules.js';
import { readMaskingKey } from './masking.js';
import { isControl, isMessageOpcode } from './opcodes.js';
import { NOTHING_OWNED, type OwnedBits } from './owned-bits.js';

const MAX_HEADER_BYTES = 14;
const KEY_BYTES = 4;

/** Reads one frame header after the other and judges each at the first byte that decides. RFC 6455 section 5.2. */
export class FrameHeader {
  fin = true;
  rsv = 0;
  opcode = 0;
  length = 0;
  masked = false;
  key = 0;
  /** Whether the last `read` came to the end of a header. */
  complete = false;
  /** What extensions may use. */
  owned: OwnedBits = NOTHING_OWNED;
  readonly #mask: MaskExpectation;
  readonly #sequence: FragmentSequence;
  /** A header that chunks have cut, collected byte by byte. */
  #partial: Buffer | undefined;
  #filled = 0;

  constructor(mask: MaskExpectation, sequence: FragmentSequence) {
    this.#mask = mask;
    this.#sequence = sequence;
  }

  /** The first byte of a header that has begun and not ended. */
  get begun(): number | undefined {
    return this.#filled === 0 ? undefined : this.#partial?.[0];
  }

  /**
   * Reads on at `at`, which is in the chunk.
   *
   * @returns where it stopped: behind the header if it is `complete`, else at the end of the chunk.
   */
  read(chunk: Buffer, at: number): number {
    if (this.#filled > 0) return this.#collect(chunk, at);
    const available = chunk.length - at;
    const first = chunk[at]!;
    const second = available > 1 ? chunk[at + 1]! : 0;
    const size = headerSize(second);
    if (available < 2 || available < size) return this.#collect(chunk, at);
    this.#acceptFirst(first);
    this.#acceptSecond(first, second);
    this.#acceptLength(chunk, at, second);
    if (this.masked) this.key = readMaskingKey(chunk, at + size - KEY_BYTES);
    this.complete = true;
    return at + size;
  }

  #collect(chunk: Buffer, from: number): number {
    const partial = (this.#partial ??= Buffer.allocUnsafeSlow(MAX_HEADER_BYTES));
    this.complete = false;
    let at = from;
    while (at < chunk.length) {
      partial[this.#filled++] = chunk[at++]!;
      if (this.#judge(partial, this.#filled)) break;
    }
    return at;
  }

  /** Judges a header of which `filled` bytes are in hand, the last of them new. Returns whether it is complete. */
  #judge(partial: Buffer, filled: number): boolean {
    const first = partial[0]!;
    if (filled === 1) {
      this.#acceptFirst(first);
      return false;
    }
    const second = partial[1]!;
    if (filled === 2) this.#acceptSecond(first, second);
    const size = headerSize(second);
    if (filled === (this.masked ? size - KEY_BYTES : size)) this.#acceptLength(partial, 0, second);
    if (filled < size) return false;
    if (this.masked) this.key = readMaskingKey(partial, size - KEY_BYTES);
    this.#filled = 0;
    this.complete = true;
    return true;
  }

  #acceptFirst(first: number): void {
    // A whole text or binary message between messages needs no further look: that is nearly every frame.
    if ((first === 0x81 || first === 0x82) && !this.#sequence.open) return;
    checkFirstByte(first, this.owned);
    const opcode = first & 0x0f;
    if (isMessageOpcode(opcode)) this.#sequence.checkOpcode(opcode);
  }

  #acceptSecond(first: number, second: number): void {
    checkSecondByte(first, second, this.#mask);
    this.fin = (first & 0x80) !== 0;
    this.rsv = (first >> 4) & 7;
    this.opcode = first & 0x0f;
    this.masked = (second & 0x80) !== 0;
  }

  #acceptLength(source: Buffer, from: number, second: number): void {
    const at = from + 2;
    let length = second & 0x7f;
    if (length === 126) {
      length = (source[at]! << 8) | source[at + 1]!;
      checkLength16(length);
    } else if (length === 127) {
      length = joinLength64(source.readUInt32BE(at), source.readUInt32BE(at + 4));
    }
    this.length = length;
    if (isMessageOpcode(this.opcode)) {
      this.#sequence.admit(this.fin, length, this.rsv !== 0 || this.owned.always);
    } else if (!isControl(this.opcode)) {
      this.#sequence.admitAlone(length);
    }
  }
}

function headerSize(second: number): number {
  const length = second & 0x7f;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second & 0x80 ? KEY_BYTES : 0);
}
