import { headerBytes } from './frame-encoder.js';
import { kernel, KERNEL_INPUT_BYTES } from './kernel/kernel.js';
import { latin1Slice } from './string-bytes.js';

/** Payloads of up to this many octets are decoded in runs of frames. */
const RUN_PAYLOAD_BYTES = 4096;

/** What the kernel tells of a frame, beside its length. */
const BINARY = 1;
const ASCII = 2;

/** Octets whose strings are made at a time, and so about the most that a short one keeps alive. */
const TEXTS_BYTES = 1024;

const NO_BYTES = Buffer.alloc(0);

/**
 * Lets the kernel look for runs of plain frames: whole, text or binary, unfragmented. It knows nothing of what is wrong or unusual:
 * that ends a run and is left to the decoder.
 */
export class FrameRun {
  /** The frame taken last: where its payload is in the kernel's memory, and where it ends in the chunk. */
  start = 0;
  length = 0;
  binary = false;
  ascii = false;
  chunkEnd = 0;
  /** The memory `start` counts in. */
  readonly bytes: Buffer = kernel?.bytes ?? NO_BYTES;
  readonly #masked: boolean;
  readonly #most: number;
  #index = 0;
  #count = 0;
  #base = 0;
  /** What `kernel.uses` was when the run was found: its memory is anybody's. */
  #use = 0;
  /** The octets `#textsFrom` to `#textsTo` of the kernel's memory as a string. */
  #texts = '';
  #textsFrom = 0;
  #textsTo = 0;
  /** Where the kernel is worth the next try: behind octets that were copied for nothing. */
  #tryAt = 0;

  /** @param most - Octets of the largest payload that may pass without a further look. */
  constructor(masked: boolean, most: number) {
    this.#masked = masked;
    this.#most = Math.min(RUN_PAYLOAD_BYTES, most);
  }

  /** Another chunk begins, or the last is dropped. */
  reset(): void {
    this.#index = 0;
    this.#count = 0;
    this.#tryAt = 0;
    this.#dropTexts();
  }

  /** Takes the next frame, which begins at `at`. Returns whether there is one. */
  take(chunk: Buffer, at: number): boolean {
    if (this.#index === this.#count || kernel?.uses !== this.#use) return this.#begin(chunk, at);
    const index = this.#index++;
    const facts = kernel.facts(index);
    const start = kernel.start(index);
    const length = facts >> 2;
    this.start = start;
    this.length = length;
    this.binary = (facts & BINARY) !== 0;
    this.ascii = (facts & ASCII) !== 0;
    this.chunkEnd = this.#base + start + length;
    return true;
  }

  /**
   * The payload of the frame taken last as a string; it must be ASCII.
   *
   * The texts of neighbours are made as one string and are slices of it: a call into the engine costs more than the octets of a short one.
   */
  text(): string {
    const end = this.start + this.length;
    if (end > this.#textsTo) this.#readTexts(this.start, end);
    return this.#texts.substring(this.start - this.#textsFrom, end - this.#textsFrom);
  }

  #readTexts(from: number, end: number): void {
    let to = end;
    for (let index = this.#index; kernel !== undefined && index < this.#count; index++) {
      const facts = kernel.facts(index);
      const nextEnd = kernel.start(index) + (facts >> 2);
      if ((facts & (ASCII | BINARY)) !== ASCII || nextEnd - from > TEXTS_BYTES) break;
      to = nextEnd;
    }
    this.#texts = latin1Slice(this.bytes, from, to);
    this.#textsFrom = from;
    this.#textsTo = to;
  }

  #dropTexts(): void {
    this.#texts = '';
    this.#textsTo = 0;
  }

  #begin(chunk: Buffer, at: number): boolean {
    this.#index = 0;
    this.#count = 0;
    this.#dropTexts();
    if (kernel === undefined || at < this.#tryAt || !this.#isWorthIt(chunk, at)) return false;
    const to = Math.min(chunk.length, at + KERNEL_INPUT_BYTES);
    this.#count = kernel.run(chunk, at, to, this.#masked, this.#most);
    this.#base = at;
    this.#use = kernel.uses;
    // Frames of another kind between those of a run would have everything copied again and again.
    if (kernel.stopped * 4 < to - at) this.#tryAt = to;
    return this.#count > 0 && this.take(chunk, at);
  }

  /** Whether a frame that a run may begin with is here, and whole. */
  #isWorthIt(chunk: Buffer, at: number): boolean {
    const first = chunk[at];
    if (first !== 0x81 && first !== 0x82) return false;
    const short = (chunk[at + 1] ?? 0x7f) & 0x7f;
    if (short === 127) return false;
    const length = short < 126 ? short : ((chunk[at + 2] ?? 0) << 8) | (chunk[at + 3] ?? 0);
    return length <= this.#most && at + headerBytes(length, this.#masked) + length <= chunk.length;
  }
}
