import { LITTLE_ENDIAN } from '../masking.js';
import { KERNEL_BYTES } from './kernel-bytes.js';

/** Octets that fit the kernel's memory at a time. */
export const KERNEL_INPUT_BYTES = 65536;
/** Frames that one run lists at most. */
const TABLE_FRAMES = 4096;
const TABLE_AT = KERNEL_INPUT_BYTES + 16;

/** What is used of the global that every engine has and no library of this project's declares. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly stopped: { readonly value: number };
  readonly mask: (at: number, length: number, key: number) => number;
  readonly run: (length: number, masked: number, most: number, table: number, limit: number) => number;
}

/**
 * The inner loops of decoding as WebAssembly with SIMD, in memory of their own: octets are copied in, unmasked 16 at a time, and made
 * into messages from there. 125 octets cost 13 ns where a loop over words takes 40; the native add-on that others use takes 95.
 *
 * There is one memory for the process. What lies in it is good until anything else uses the kernel, which `uses` counts.
 */
export class Kernel {
  /** The memory's input. */
  readonly bytes: Buffer;
  /** Counts the times that the memory was written to. */
  uses = 0;
  readonly #exports: Exports;
  readonly #table: Int32Array;

  constructor(exports: Exports) {
    this.#exports = exports;
    this.bytes = Buffer.from(exports.memory.buffer, 0, KERNEL_INPUT_BYTES);
    this.#table = new Int32Array(exports.memory.buffer, TABLE_AT, TABLE_FRAMES * 2);
  }

  /**
   * Copies `chunk[from, to)` in, at most 64 KiB, and finds the whole, unfragmented data frames it begins with, unmasked. Anything else,
   * right or wrong, ends the run.
   *
   * @param most - Octets of a payload in the run at most.
   * @returns how many frames there are: see `start`, `end`, `isAscii`, `isBinary`.
   */
  run(chunk: Buffer, from: number, to: number, masked: boolean, most: number): number {
    this.uses++;
    chunk.copy(this.bytes, 0, from, to);
    return this.#exports.run(to - from, masked ? 1 : 0, most, TABLE_AT, TABLE_FRAMES);
  }

  /** How many octets the last run took. */
  get stopped(): number {
    return this.#exports.stopped.value;
  }

  /** Where the payload of a frame of the last run begins in `bytes`. */
  start(index: number): number {
    return this.#table[index * 2]!;
  }

  /** Its length, times 4, plus 2 if it is ASCII, plus 1 if it is binary. */
  facts(index: number): number {
    return this.#table[index * 2 + 1]!;
  }

  /**
   * Copies at most 64 KiB in and applies the key to them; they are at the beginning of `bytes` then.
   *
   * @returns whether they are all ASCII.
   */
  maskIn(chunk: Buffer, from: number, to: number, key: number): boolean {
    this.uses++;
    chunk.copy(this.bytes, 0, from, to);
    return this.#exports.mask(0, to - from, key) === 1;
  }

  /** Applies the key to `chunk[from, to)` in place, however long it is. Returns whether all is ASCII then. */
  mask(chunk: Buffer, from: number, to: number, key: number): boolean {
    let ascii = true;
    for (let at = from; at < to; at += KERNEL_INPUT_BYTES) {
      const end = Math.min(at + KERNEL_INPUT_BYTES, to);
      ascii = this.maskIn(chunk, at, end, key) && ascii;
      this.bytes.copy(chunk, at, 0, end - at);
    }
    return ascii;
  }
}

/** The kernel of this process; undefined where WebAssembly or its SIMD is not to be had. */
export const kernel: Kernel | undefined = instantiate();

function instantiate(): Kernel | undefined {
  // Keys and the table are read in this machine's order, and WebAssembly has only one.
  if (!LITTLE_ENDIAN) return undefined;
  try {
    const module = new WebAssembly.Module(Buffer.from(KERNEL_BYTES, 'base64'));
    return new Kernel(new WebAssembly.Instance(module).exports as Exports);
  } catch {
    // Without it the loops over words do the same.
    return undefined;
  }
}
