/** The first memory of a history; it doubles from there up to the window. */
const LEAST_BYTES = 256;

/**
 * The last octets of plaintext that went through one direction: what the next message may refer back to. RFC 7692
 * section 7.2.3.2.
 *
 * It holds nothing until the first octet and never more than the window. They lie in one piece and in order, as zlib
 * takes a dictionary: moving a full window up by one message takes less time than putting a ring in order for each
 * call.
 */
export class History {
  readonly #windowBytes: number;
  #memory: Buffer | undefined;
  #length = 0;

  /** @param windowBytes - The most octets to hold, 256 to 32768. */
  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
  }

  /** What is held, the oldest octet first; undefined when that is nothing. It changes with the next `append`. */
  get bytes(): Buffer | undefined {
    return this.#length === 0 ? undefined : this.#memory?.subarray(0, this.#length);
  }

  /** Adds plaintext, which is copied, and forgets what is then out of the window. */
  append(plain: Uint8Array): void {
    const added = Math.min(plain.length, this.#windowBytes);
    if (added === 0) return;
    const kept = Math.min(this.#length, this.#windowBytes - added);
    const memory = this.#withRoomFor(kept + added);
    if (kept < this.#length) memory.copyWithin(0, this.#length - kept, this.#length);
    memory.set(added === plain.length ? plain : plain.subarray(plain.length - added), kept);
    this.#length = kept + added;
  }

  /** A history of its own with the same octets. */
  copy(): History {
    const copy = new History(this.#windowBytes);
    const { bytes } = this;
    if (bytes !== undefined) copy.append(bytes);
    return copy;
  }

  /** Takes over what `other` holds, which is not used any more. */
  become(other: History): void {
    this.#memory = other.#memory;
    this.#length = other.#length;
  }

  #withRoomFor(bytes: number): Buffer {
    const memory = this.#memory;
    if (memory !== undefined && memory.length >= bytes) return memory;
    let size = Math.max(LEAST_BYTES, memory?.length ?? 0);
    while (size < bytes) size *= 2;
    const larger = Buffer.allocUnsafeSlow(Math.min(size, this.#windowBytes));
    memory?.copy(larger, 0, 0, this.#length);
    this.#memory = larger;
    return larger;
  }
}
