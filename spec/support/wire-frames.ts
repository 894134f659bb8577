/** A frame as it stands on the wire, read by a decoder that shares nothing with src. */
export interface WireFrame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  /** Whether the length was written in its shortest form. */
  readonly minimal: boolean;
  /** Unmasked. */
  readonly payload: Buffer;
}

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** How {@link wire} writes a frame. */
export interface WireOptions {
  readonly fin?: boolean;
  readonly rsv?: number;
  /** The masking key; none for an unmasked frame. */
  readonly key?: readonly [number, number, number, number];
}

/** The key of nearly every spec: payloads stay legible in dumps. */
export const ZERO_KEY = [0, 0, 0, 0] as const;

/** The octets of one frame, wrong or not. */
export function wire(opcode: number, payload: Uint8Array | string = '', options: WireOptions = {}): Buffer {
  const { fin = true, rsv = 0, key } = options;
  const body = Buffer.from(payload as Uint8Array);
  const { length } = body;
  const extended = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const header = Buffer.alloc(2 + extended);
  header[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  header[1] = (key ? 0x80 : 0) | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) header.writeUInt16BE(length, 2);
  if (extended === 8) header.writeBigUInt64BE(BigInt(length), 2);
  if (key === undefined) return Buffer.concat([header, body]);
  return Buffer.concat([header, Buffer.from(key), body.map((octet, i) => octet ^ key[i % 4]!)]);
}

/** The payload of a Close frame. */
export function closeBody(code: number, reason = ''): Buffer {
  const body = Buffer.from(`xx${reason}`);
  body.writeUInt16BE(code, 0);
  return body;
}

/** What a Close frame says: `[code, reason]`, or `[]` for an empty one. */
export function closeOf(frame: WireFrame): [] | [number, string] {
  if (frame.opcode !== CLOSE) throw new Error(`expected a Close frame, the opcode is ${frame.opcode}`);
  if (frame.payload.length === 0) return [];
  return [frame.payload.readUInt16BE(0), frame.payload.toString('utf8', 2)];
}

/** Takes whole frames out of bytes, and judges nothing. */
export class WireReader {
  #rest = Buffer.alloc(0);

  /** Octets that are not yet a whole frame. */
  get rest(): Buffer {
    return this.#rest;
  }

  push(chunk: Uint8Array): WireFrame[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const frames: WireFrame[] = [];
    let at = 0;
    for (let taken = readFrame(this.#rest, at); taken !== undefined; taken = readFrame(this.#rest, at)) {
      frames.push(taken.frame);
      at = taken.end;
    }
    this.#rest = this.#rest.subarray(at);
    return frames;
  }
}

function readFrame(bytes: Buffer, from: number): { frame: WireFrame; end: number } | undefined {
  if (bytes.length < from + 2) return undefined;
  const first = bytes[from]!;
  const second = bytes[from + 1]!;
  const short = second & 0x7f;
  const masked = second >= 0x80;
  let at = from + 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
  if (bytes.length < at + (masked ? 4 : 0)) return undefined;
  const length =
    short === 126
      ? bytes.readUInt16BE(from + 2)
      : short === 127
        ? Number(bytes.readBigUInt64BE(from + 2))
        : short;
  const minimal = short < 126 || (short === 126 ? length > 125 : length > 65535);
  const key = masked ? bytes.subarray(at, at + 4) : undefined;
  if (masked) at += 4;
  if (bytes.length < at + length) return undefined;
  const payload = Buffer.from(bytes.subarray(at, at + length));
  if (key !== undefined) for (let i = 0; i < length; i++) payload[i]! ^= key[i & 3]!;
  return {
    frame: { fin: first >= 0x80, rsv: (first >> 4) & 7, opcode: first & 15, masked, minimal, payload },
    end: at + length,
  };
}
