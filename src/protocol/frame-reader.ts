import { copyOut } from './byte-ownership.js';
import { FrameCollector } from './frame-collector.js';
import { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.js';
import { Found } from './found.js';
import type { Frame, FrameTap } from './frame.js';

/** Reads whole frames out of bytes. RFC 6455 section 5.2. Holds at most one frame, within the limits. */
export class FrameReader {
  /** Called with every frame while it is set, before it is given out. */
  onFrame: FrameTap | undefined;

  readonly #frames: FrameDecoder;
  #parts: FrameCollector | undefined;

  constructor(options: FrameDecoderOptions) {
    this.#frames = new FrameDecoder(options);
  }

  /** Whether bytes are in hand that `next` has not gone through. */
  get pending(): boolean {
    return this.#frames.pending;
  }

  /** Whether the stream may end here: between two frames, or after a Close frame. */
  get atBoundary(): boolean {
    return !this.#frames.insideFrame;
  }

  /** Gives the reader the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    this.#frames.push(chunk);
  }

  /** Whether it is as good as new: between two messages, with nothing in hand, and the stream goes on. */
  get idle(): boolean {
    return this.#frames.idle;
  }

  /** Drops what is in hand and what will come. */
  stop(): void {
    this.#frames.stop();
    this.#parts = undefined;
  }

  /**
   * The next frame, or undefined when more bytes are needed for one.
   *
   * @param controlOnly - Stop before the next data frame instead of beginning it.
   * @throws ProtocolError, TextError or LimitError. Nothing is read any more after that.
   */
  next(controlOnly = false): Frame | undefined {
    const frame = this.#read(controlOnly);
    if (frame !== undefined) this.onFrame?.(frame);
    return frame;
  }

  #read(controlOnly: boolean): Frame | undefined {
    const frames = this.#frames;
    for (;;) {
      if (controlOnly && frames.beforeDataFrame) return undefined;
      switch (frames.next()) {
        case Found.nothing:
          return undefined;
        case Found.frame: {
          const { fin, rsv, opcode, length, bytes, start, end } = frames;
          return { fin, rsv, opcode, length, payload: copyOut(bytes, start, end) };
        }
        case Found.head:
          this.#parts = new FrameCollector(frames);
          break;
        case Found.piece:
          this.#parts?.add(frames);
          break;
        case Found.end: {
          const frame = this.#parts?.frame();
          this.#parts = undefined;
          return frame;
        }
      }
    }
  }
}
