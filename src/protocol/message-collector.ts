import { mayView } from './byte-ownership.js';

const NO_BYTES = Buffer.alloc(0);
const FIRST_BYTES = 1024;
const LAST_BYTES = 64 * 1024;
/** From here on a piece is kept by reference: copying it costs more than a further entry in the list. */
const REFERENCE_BYTES = 16 * 1024;

/**
 * Joins the pieces of one message.
 *
 * Holds at most about twice the octets it copied, however small the pieces and whatever length was announced: they are
 * copied together, so that they neither cost an object each nor keep the chunks they came in. A large piece is kept as
 * the view it is, where that wastes little.
 */
export class MessageCollector {
  size = 0;
  #parts: Buffer[] = [];
  #tail: Buffer = NO_BYTES;
  #used = 0;
  #kept = 0;
  /** What `size` will be at the end of the frame that comes. */
  #expected = 0;
  /** Whether the tail is the place of all of it. */
  #placed = false;

  /**
   * A frame of `length` octets begins. If it is large, and at least as long as what is here already, then once half of
   * that has come the rest is given its place, and its pieces are copied to where they stay.
   */
  expect(length: number): void {
    const worthIt = length >= REFERENCE_BYTES && length >= this.size;
    this.#expected = worthIt ? this.size + length : 0;
  }

  /** Takes `bytes[start, end)`, which must not change afterwards unless it is copied: see {@link mayView}. */
  add(bytes: Buffer, start: number, end: number): void {
    const count = end - start;
    if (this.#room < count && (this.size + count) * 2 >= this.#expected) this.#gather();
    this.size += count;
    if (count >= REFERENCE_BYTES && !this.#placed && mayView(bytes, count)) {
      this.#keepTail();
      this.#parts.push(bytes.subarray(start, end));
      return;
    }
    let at = start;
    while (at < end) {
      if (this.#room === 0) this.#openTail(Math.min(Math.max(FIRST_BYTES, this.size), LAST_BYTES));
      const copied = bytes.copy(this.#tail, this.#used, at, Math.min(end, at + this.#room));
      this.#used += copied;
      at += copied;
    }
  }

  /** The joined octets. They may be a view of more memory, at most twice as much. Empties the collector. */
  take(): Buffer {
    this.#keepTail();
    const whole = this.#parts.length === 1 ? this.#parts[0]! : this.#join(this.size);
    this.#parts = [];
    this.#tail = NO_BYTES;
    this.#used = 0;
    this.#kept = 0;
    this.size = 0;
    this.#expected = 0;
    this.#placed = false;
    return whole;
  }

  get #room(): number {
    return this.#tail.length - this.#used;
  }

  /** Moves everything into memory for all that is expected, if something is. */
  #gather(): void {
    if (this.#expected === 0) return;
    this.#keepTail();
    const { size } = this;
    const whole = this.#join(this.#expected);
    this.#parts = [];
    this.#tail = whole;
    this.#used = size;
    this.#kept = 0;
    this.#expected = 0;
    this.#placed = true;
  }

  /** Copies the parts into `capacity` octets of new memory. */
  #join(capacity: number): Buffer {
    const whole = Buffer.allocUnsafeSlow(capacity);
    let at = 0;
    for (const part of this.#parts) at += part.copy(whole, at);
    return whole;
  }

  #openTail(bytes: number): void {
    this.#keepTail();
    this.#tail = Buffer.allocUnsafeSlow(bytes);
    this.#used = 0;
    this.#kept = 0;
    this.#placed = false;
  }

  /** Puts what was copied since the last time into the list. The rest of the tail is used on. */
  #keepTail(): void {
    if (this.#used > this.#kept) this.#parts.push(this.#tail.subarray(this.#kept, this.#used));
    this.#kept = this.#used;
  }
}
