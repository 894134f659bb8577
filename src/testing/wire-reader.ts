import { type WireHeader, WireParser } from './wire-parser.js';

/** A frame as it stands on the wire. RFC 6455 section 5.2. */
export interface WireFrame {
  readonly fin: boolean;
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  /** Whether the length was written in its shortest form. */
  readonly minimal: boolean;
  /** Unmasked, and as it came where it is compressed. */
  readonly payload: Buffer;
  /** Octets of the stream before the frame. */
  readonly offset: number;
}

/**
 * Takes whole frames out of octets, however they are cut, and judges nothing. Its parser is not that of the library. Holds what came of one
 * frame, with no bound.
 */
export class WireReader {
  readonly #parser: WireParser;
  #frames: WireFrame[] = [];
  #header: WireHeader | undefined;
  #payload: Buffer[] = [];
  /** What came of a frame that is not whole. */
  #raw: Uint8Array[] = [];
  /** Octets of the stream up to the end of the last whole frame. */
  #wholeUntil = 0;

  constructor() {
    this.#parser = new WireParser({
      onHeader: (header) => (this.#header = header),
      onPayload: (octets) => void this.#payload.push(octets),
      onEnd: () => {
        this.#end();
      },
    });
  }

  /** The octets of a frame that is not yet whole. */
  get rest(): Buffer {
    return Buffer.concat(this.#raw);
  }

  /** @returns the frames that are whole now. */
  push(chunk: Uint8Array): WireFrame[] {
    const before = this.#parser.offset;
    this.#parser.push(chunk);
    const frames = this.#frames;
    this.#frames = [];
    if (frames.length === 0) {
      this.#raw.push(Buffer.from(chunk));
      return frames;
    }
    this.#raw = this.#parser.between ? [] : [Buffer.from(chunk.subarray(this.#wholeUntil - before))];
    return frames;
  }

  #end(): void {
    const header = this.#header;
    if (header === undefined) return;
    const { fin, rsv, opcode, key, minimal, offset } = header;
    const payload = Buffer.concat(this.#payload);
    this.#frames.push({ fin, rsv, opcode, masked: key !== undefined, minimal, payload, offset });
    this.#wholeUntil = offset + header.octets + payload.length;
    this.#payload = [];
    this.#header = undefined;
  }
}
