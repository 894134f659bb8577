import { asBuffer } from '../as-buffer.js';
import { takeOut } from '../byte-ownership.js';
import { FragmentSequence } from '../fragment-sequence.js';
import type { Frame } from '../frame.js';
import type { ResolvedLimits } from '../limits.js';
import { MessageCollector } from '../message-collector.js';
import { isMessageOpcode, Opcode } from '../opcodes.js';
import type { NegotiatedExtension } from './extension.js';
import type { Transform } from './transform.js';

/** Undoes one extension frame by frame: what it transformed comes out as it was, without the extension's bits. */
export class FrameUnpacker {
  readonly #extension: NegotiatedExtension;
  readonly #transform: Transform | undefined;
  readonly #sequence: FragmentSequence;
  readonly #maxBytes: number;
  /** Octets of the message that have come out. */
  #size = 0;
  #opcode: number = Opcode.binary;
  #bits = 0;
  #packed: MessageCollector | undefined;

  constructor(extension: NegotiatedExtension, limits: ResolvedLimits) {
    this.#extension = extension;
    this.#transform = extension.inbound?.();
    this.#sequence = new FragmentSequence(limits);
    this.#maxBytes = limits.maxMessageBytes;
  }

  /** Whether the frames may end here. */
  get atBoundary(): boolean {
    return !this.#sequence.open;
  }

  /**
   * Takes the next frame and gives the one that comes out, if one does: a message that was transformed whole comes out as one frame, at
   * its end.
   *
   * @throws ProtocolError 1002 for a frame out of order, and what the extension throws; LimitError.
   */
  push(frame: Frame): Frame | undefined {
    const transform = this.#transform;
    if (transform === undefined || !isMessageOpcode(frame.opcode)) return frame;
    const { rsv } = this.#extension;
    const marked = rsv === 0 || (frame.rsv & rsv) !== 0;
    this.#sequence.checkOpcode(frame.opcode);
    this.#sequence.admit(frame.fin, frame.payload.length, marked);
    if (frame.opcode !== Opcode.continuation) this.#size = 0;
    if (this.#extension.level === 'message') return this.#ofMessage(frame, transform, marked);
    const out = marked ? transform.whole(frame.payload, this.#maxBytes - this.#size) : frame.payload;
    this.#size += out.length;
    return marked ? this.#undone(frame, frame.rsv, out) : frame;
  }

  #ofMessage(frame: Frame, transform: Transform, marked: boolean): Frame | undefined {
    if (frame.opcode !== Opcode.continuation) {
      if (!marked) return frame;
      if (frame.fin) return this.#undone(frame, frame.rsv, transform.whole(frame.payload, this.#maxBytes));
      this.#opcode = frame.opcode;
      this.#bits = frame.rsv;
      this.#packed = new MessageCollector();
    }
    const packed = this.#packed;
    if (packed === undefined) return frame;
    const { payload } = frame;
    packed.add(asBuffer(payload), 0, payload.length);
    if (!frame.fin) return undefined;
    this.#packed = undefined;
    const out = transform.whole(packed.take(), this.#maxBytes);
    return this.#undone({ ...frame, opcode: this.#opcode }, this.#bits, out);
  }

  #undone(frame: Frame, bits: number, out: Uint8Array): Frame {
    const payload = takeOut(asBuffer(out));
    return { ...frame, rsv: bits & ~this.#extension.rsv, length: payload.length, payload };
  }
}
