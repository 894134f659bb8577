import type { Frame, FrameTap } from '../protocol/frame.js';

/** Shows the frames that are sent to somebody who looks on: once they are written, and never from within itself, since whoever looks on may send. */
export class SentFrames {
  /** Who looks on; undefined for nobody any more. */
  onFrame: FrameTap | undefined;
  #unshown: Frame[] | undefined;
  #showing = false;

  /** Keeps a frame that is being written, with its first byte. */
  keep(first: number, length: number, payload: Uint8Array): void {
    const fin = (first & FIN) !== 0;
    (this.#unshown ??= []).push({ fin, rsv: (first >> 4) & 7, opcode: first & 0x0f, length, payload });
  }

  /** Shows what is kept. */
  show(): void {
    if (this.#showing) return;
    this.#showing = true;
    for (let frames = this.#unshown; frames !== undefined; frames = this.#unshown) {
      this.#unshown = undefined;
      for (const frame of frames) this.onFrame?.(frame);
    }
    this.#showing = false;
  }
}

const FIN = 0x80;
