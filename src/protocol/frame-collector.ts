import { takeOut } from './byte-ownership.js';
import type { FrameDecoder } from './frame-decoder.js';
import type { Frame } from './frame.js';
import { MessageCollector } from './message-collector.js';

/** Joins the pieces of one data frame that arrives in several chunks. */
export class FrameCollector {
  readonly #fin: boolean;
  readonly #rsv: number;
  readonly #opcode: number;
  readonly #length: number;
  readonly #parts: MessageCollector = new MessageCollector();

  /** Begins with the head that `frames` has just found. */
  constructor(frames: FrameDecoder) {
    this.#fin = frames.fin;
    this.#rsv = frames.rsv;
    this.#opcode = frames.opcode;
    this.#length = frames.length;
    this.#parts.expect(frames.length);
  }

  /** Takes the piece that `frames` has just found. */
  add(frames: FrameDecoder): void {
    this.#parts.add(frames.bytes, frames.start, frames.end);
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
