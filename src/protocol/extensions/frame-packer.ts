import type { Frame } from '../frame.js';
import { fragments } from '../fragmenter.js';
import { isMessageOpcode, Opcode } from '../opcodes.js';
import type { NegotiatedExtension } from './extension.js';
import type { Transform } from './transform.js';

/** Applies one extension to the frames that are to be sent. */
export class FramePacker {
  readonly #extension: NegotiatedExtension;
  readonly #transform: Transform | undefined;
  /** The frames of a message that has not ended. */
  #held: Frame[] = [];

  constructor(extension: NegotiatedExtension) {
    this.#extension = extension;
    this.#transform = extension.outbound?.();
  }

  /** Whether the frames may end here. */
  get atBoundary(): boolean {
    return this.#held.length === 0;
  }

  /**
   * Takes the next frame and gives those that can be sent now. A message in fragments is transformed at its end, and cut again
   * into frames as long as its first was.
   */
  push(frame: Frame): Iterable<Frame> {
    const transform = this.#transform;
    if (transform === undefined || !isMessageOpcode(frame.opcode)) return [frame];
    if (this.#extension.level === 'frame') return [this.#packed(frame, transform)];
    if (frame.fin && frame.opcode !== Opcode.continuation) return [this.#packed(frame, transform)];
    this.#held.push(frame);
    if (!frame.fin) return [];
    const held = this.#held;
    this.#held = [];
    return this.#packedMessage(held, transform);
  }

  #packed(frame: Frame, transform: Transform): Frame {
    if (transform.wants?.(frame.payload.length, undefined) === false) return frame;
    const payload = transform.whole(frame.payload, Infinity);
    return { ...frame, rsv: frame.rsv | this.#extension.rsv, length: payload.length, payload };
  }

  #packedMessage(held: readonly Frame[], transform: Transform): Iterable<Frame> {
    const first = held[0]!;
    const whole = Buffer.concat(held.map(({ payload }) => payload));
    if (transform.wants?.(whole.length, undefined) === false) return held;
    const joined: Frame = { ...first, fin: true, length: whole.length, payload: whole };
    return fragments(this.#packed(joined, transform), Math.max(first.payload.length, 1));
  }
}
