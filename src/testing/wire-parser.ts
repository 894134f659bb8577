import { maskWith } from './wire-frame.js';

/** What stands before a payload. RFC 6455 section 5.2. */
export interface WireHeader {
  readonly fin: boolean;
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv: number;
  readonly opcode: number;
  /** The masking key of a masked frame. */
  readonly key: Buffer | undefined;
  /** Whether the length was written in its shortest form. */
  readonly minimal: boolean;
  /** As declared. */
  readonly length: bigint;
  /** Octets of the stream before the frame. */
  readonly offset: number;
  /** Octets of the header itself. */
  readonly octets: number;
}

/** What a {@link WireParser} finds, in order. */
export interface WireSink {
  onHeader(header: WireHeader): void;
  /** A piece of the payload as it came, unmasked. */
  onPayload(octets: Buffer): void;
  /** The frame is whole. */
  onEnd(): void;
}

/**
 * Takes the octets of frames apart, as they come, and judges nothing. It shares nothing with the decoder of the library, so that each can
 * be held against the other.
 */
export class WireParser {
  readonly #sink: WireSink;
  readonly #head: number[] = [];
  #offset = 0;
  #header: WireHeader | undefined;
  /** Octets of the payload that came, and those that are to come. */
  #taken = 0;
  #left = 0n;

  constructor(sink: WireSink) {
    this.#sink = sink;
  }

  /** Octets of the stream that were pushed. */
  get offset(): number {
    return this.#offset;
  }

  /** Octets before the frame that is not whole yet. */
  get frameOffset(): number {
    return this.#header?.offset ?? this.#offset - this.#head.length;
  }

  /** Whether the octets that came end between two frames. */
  get between(): boolean {
    return this.#header === undefined && this.#head.length === 0;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#header !== undefined) at += this.#takePayload(this.#header, chunk, at);
      else this.#takeOctet(chunk[at++]!);
    }
  }

  #takeOctet(octet: number): void {
    this.#head.push(octet);
    this.#offset++;
    if (this.#head.length < octetsOfHeader(this.#head)) return;
    const header = headerOf(Buffer.from(this.#head), this.#offset);
    this.#head.length = 0;
    this.#header = header;
    this.#taken = 0;
    this.#left = header.length;
    this.#sink.onHeader(header);
    if (this.#left === 0n) this.#end();
  }

  #takePayload(header: WireHeader, chunk: Uint8Array, at: number): number {
    const there = chunk.length - at;
    const count = this.#left < BigInt(there) ? Number(this.#left) : there;
    const piece = chunk.subarray(at, at + count);
    const from = this.#taken;
    this.#taken += count;
    this.#left -= BigInt(count);
    this.#offset += count;
    this.#sink.onPayload(header.key === undefined ? Buffer.from(piece) : unmasked(header.key, piece, from));
    if (this.#left === 0n) this.#end();
    return count;
  }

  #end(): void {
    this.#sink.onEnd();
    this.#header = undefined;
  }
}

/** How many octets the header has that begins so. */
function octetsOfHeader(head: readonly number[]): number {
  if (head.length < 2) return 2;
  const short = head[1]! & 0x7f;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (head[1]! >= 0x80 ? 4 : 0);
}

function headerOf(head: Buffer, end: number): WireHeader {
  const [first = 0, second = 0] = head;
  const short = second & 0x7f;
  const length =
    short === 126 ? BigInt(head.readUInt16BE(2)) : short === 127 ? head.readBigUInt64BE(2) : BigInt(short);
  return {
    fin: first >= 0x80,
    rsv: (first >> 4) & 7,
    opcode: first & 15,
    key: second >= 0x80 ? head.subarray(-4) : undefined,
    minimal: short < 126 || length > (short === 126 ? 125n : 65535n),
    length,
    offset: end - head.length,
    octets: head.length,
  };
}

function unmasked(key: Buffer, piece: Uint8Array, from: number): Buffer {
  return maskWith(
    [0, 1, 2, 3].map((i) => key[(from + i) & 3]!),
    piece,
  );
}
