import { takeOut } from './byte-ownership.js';
import type { FrameDecoder } from './frame-decoder.js';
import type { Frame } from './frame.js';
import { MessageCollector } from './message-collector.js';

/** Joins the pieces of one data frame that arrives in several chunks, up to a length: only frames that nobody else joins are longer. */
export class FrameCollector {
  readonly #fin: boolean;
  readonly #rsv: number;
  readonly #opcode: number;
  readonly #length: number;
  readonly #most: number;
  readonly #parts: MessageCollector = new MessageCollector();

  /**
   * Begins with the head that `frames` has just found.
   *
   * @param most - Octets of the payload to keep. Default all.
   */
  constructor(frames: FrameDecoder, most = Infinity) {
    this.#most = most;
    this.#fin = frames.fin;
    this.#rsv = frames.rsv;
    this.#opcode = frames.opcode;
    this.#length = frames.length;
    this.#parts.expect(Math.min(frames.length, most));
  }

  /** Takes the piece that `frames` has just found. */
  add({ bytes, start, end }: FrameDecoder): void {
    this.#parts.add(bytes, start, Math.min(end, start + this.#most - this.#parts.size));
  }

  /** The whole frame, at its end. */
  frame(): Frame {
    return {
      fin: this.#fin,
      rsv: this.#rsv,
      opcode: this.#opcode,
      length: this.#length,
      payload: takeOut(this.#parts.take()),
    };
  }
}
