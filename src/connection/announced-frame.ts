import { headerBytes, MAX_HEADER_BYTES, writeHeader } from '../protocol/frame-encoder.js';
import { mask, rotateMaskingKey, wordsOf } from '../protocol/masking.js';
import { slab, SLAB_COPY_BYTES } from '../transport/slab.js';
import type { WriteCoalescer } from '../transport/write-coalescer.js';

/** A frame whose header has been written and whose payload is written chunk by chunk. RFC 6455 section 5.2. */
export class AnnouncedFrame {
  /** The first byte of its header. */
  readonly first: number;
  readonly length: number;
  /** Octets of the payload that have not been written. */
  remaining: number;
  readonly #writes: WriteCoalescer;
  /** The masking key as it stands for the next octet; 0 changes nothing. */
  #key: number;

  constructor(
    writes: WriteCoalescer,
    first: number,
    length: number,
    key: number | undefined,
    applyMask: boolean,
  ) {
    this.first = first;
    this.length = length;
    this.remaining = length;
    this.#writes = writes;
    this.#key = applyMask ? (key ?? 0) : 0;
    const at = writes.reserve(MAX_HEADER_BYTES);
    writeHeader(slab.bytes, at, first, length, key);
    writes.commit(at + headerBytes(length, key !== undefined));
  }

  /** Writes the next octets of the payload, at most those that remain. They are never changed. */
  write(chunk: Uint8Array): void {
    const { length } = chunk;
    this.remaining -= length;
    if (length <= SLAB_COPY_BYTES) {
      const at = this.#writes.reserve(length);
      slab.bytes.set(chunk, at);
      if (this.#key !== 0) mask(slab.bytes, slab.words, at, at + length, this.#key);
      this.#writes.commit(at + length);
    } else if (this.#key === 0) {
      this.#writes.push(chunk);
    } else {
      const bytes = Buffer.from(chunk);
      mask(bytes, wordsOf(bytes), 0, length, this.#key);
      this.#writes.push(bytes);
    }
    this.#key = rotateMaskingKey(this.#key, length);
  }
}
