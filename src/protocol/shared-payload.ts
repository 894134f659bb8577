import { headerBytes, writeHeader } from './frame-encoder.js';
import { utf8Write } from './string-bytes.js';

/** A payload that many connections send, with the frame that a server sends it in: header and payload in one piece. RFC 6455 section 5.2. */
export class SharedPayload {
  /** Its octets, which never change. */
  readonly bytes: Uint8Array;
  readonly #frame: Buffer;
  /** The first byte of the frame; 0 as long as it has no header. */
  #first = 0;

  /** @param content - A string as UTF-8; bytes are copied. */
  constructor(content: string | Uint8Array) {
    const length = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
    const begin = headerBytes(length, false);
    this.#frame = Buffer.allocUnsafe(begin + length);
    if (typeof content === 'string') utf8Write(this.#frame, content, begin);
    else this.#frame.set(content, begin);
    this.bytes = this.#frame.subarray(begin);
  }

  /**
   * All of it in one frame, unmasked. Made for the `first` byte that is asked for first, since nearly always it is the only one.
   *
   * @returns undefined for another one.
   */
  frame(first: number): Uint8Array | undefined {
    if (this.#first === 0) {
      writeHeader(this.#frame, 0, first, this.bytes.length, undefined);
      this.#first = first;
    }
    return this.#first === first ? this.#frame : undefined;
  }
}
