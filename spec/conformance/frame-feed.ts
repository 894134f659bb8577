import { type WireFrame, WireReader } from '../support/wire-frames.js';

/** Frames out of chunks of any size: a long frame is not looked at before it is there. */
export class FrameFeed {
  readonly #reader = new WireReader();
  #chunks: Uint8Array[] = [];
  #held = 0;
  #wanted = 2;

  /** Octets that are no whole frame. */
  get rest(): number {
    return this.#held + this.#reader.rest.length;
  }

  push(chunk: Uint8Array): WireFrame[] {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.rest < this.#wanted) return [];
    const frames = this.#reader.push(Buffer.concat(this.#chunks));
    this.#chunks = [];
    this.#held = 0;
    this.#wanted = wanted(this.#reader.rest);
    return frames;
  }
}

/** How many octets there have to be for anything more to be found. */
function wanted(rest: Buffer): number {
  if (rest.length < 2) return 2;
  const short = rest[1]! & 0x7f;
  const key = rest[1]! >= 0x80 ? 4 : 0;
  if (short < 126) return 2 + key + short;
  const head = short === 126 ? 4 : 10;
  if (rest.length < head) return head;
  const length = short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
  return head + key + length;
}
