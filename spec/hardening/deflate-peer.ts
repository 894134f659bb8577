import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from 'node:zlib';
import { afterTest, checkAfterTest } from '../support/harness.js';
import type { RawPeer, WireOptions } from '../support/raw-peer.js';
import { until } from '../support/turns.js';
import { WireChecker, type WireFrame, WireReader } from 'rxwire/testing';
import { CLOSE } from '../support/wire-frames.js';

const TAIL = Buffer.of(0x00, 0x00, 0xff, 0xff);
const RSV1 = 4;

/** One message as it came: its frames put together. */
export interface WireMessage {
  readonly opcode: number;
  readonly compressed: boolean;
  /** Octets of the payload of each frame. */
  readonly frames: readonly number[];
  /** As it was on the wire. */
  readonly payload: Buffer;
}

/**
 * A {@link RawPeer} whose opening handshake is done, and that has agreed on permessage-deflate: RSV1 is looked at by
 * rules of its own.
 */
export class DeflatePeer {
  readonly peer: RawPeer;
  /** Frames that came since. */
  readonly frames: WireFrame[] = [];
  readonly #reader = new WireReader();
  #taken = 0;

  /** @param role - What this peer plays. */
  constructor(peer: RawPeer, role: 'client' | 'server') {
    this.peer = peer;
    const checker = new WireChecker({
      role: role === 'client' ? 'server' : 'client',
      extensions: ['permessage-deflate'],
    });
    peer.stream.removeAllListeners('data');
    peer.stream.on('data', (chunk: Buffer) => {
      checker.push(chunk);
      this.frames.push(...this.#reader.push(chunk));
    });
    checkAfterTest(() => {
      expect(checker.violations).toEqual([]);
    });
  }

  /** Writes one compressed message in one frame. */
  send(opcode: number, payload: Uint8Array, options: WireOptions = {}): void {
    this.peer.send(opcode, payload, { rsv: RSV1, ...options });
  }

  /** Writes one compressed message in frames of `size` octets, with `between` written between them. */
  sendFragments(opcode: number, payload: Uint8Array, size: number, between?: () => Uint8Array): void {
    for (let at = 0; at < payload.length; at += size) {
      const fin = at + size >= payload.length;
      const options = { fin, rsv: at === 0 ? RSV1 : 0 };
      this.peer.send(at === 0 ? opcode : 0, payload.subarray(at, at + size), options);
      if (!fin && between !== undefined) this.peer.write(between());
    }
  }

  /** The next frame that has not been asked for. */
  async next(): Promise<WireFrame> {
    await until(() => this.frames.length > this.#taken || this.peer.closed, 'a frame comes');
    const frame = this.frames[this.#taken++];
    if (frame === undefined) throw new Error('no frame came, the stream is closed');
    return frame;
  }

  /** The next message; control frames are passed over. */
  async message(): Promise<WireMessage> {
    const parts: WireFrame[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame.opcode >= CLOSE) continue;
      parts.push(frame);
      if (!frame.fin) continue;
      const { opcode, rsv } = parts[0]!;
      const payload = Buffer.concat(parts.map((part) => part.payload));
      return {
        opcode,
        compressed: rsv === RSV1,
        frames: parts.map((part) => part.payload.length),
        payload,
      };
    }
  }

  /** The next Close frame; what comes before it is passed over. */
  async close(): Promise<WireFrame> {
    for (;;) {
      const frame = await this.next();
      if (frame.opcode === CLOSE) return frame;
    }
  }
}

/** How a direction is compressed. */
export interface Direction {
  /** Default 15. */
  readonly windowBits?: number;
  /** Default true. */
  readonly takeover?: boolean;
  readonly level?: number;
}

/**
 * A zlib stream that inflates all messages of one direction, with exactly the window that was agreed on: it hands out at most 64 octets
 * at a time, so that it knows no more than its window and those.
 */
export function referenceInflater({
  windowBits = 15,
  takeover = true,
}: Direction): (payload: Uint8Array) => Promise<Buffer> {
  const stream = createInflateRaw({ windowBits, chunkSize: 64 });
  afterTest(() => {
    stream.close();
  });
  return async (payload) => {
    const plain = await through(stream, Buffer.concat([payload, TAIL]));
    if (!takeover) stream.reset();
    return plain;
  };
}

/** A zlib stream that deflates all messages of one direction. */
export function referenceDeflater({
  windowBits = 15,
  takeover = true,
  level = 6,
}: Direction): (plain: Uint8Array) => Promise<Buffer> {
  const stream = createDeflateRaw({ windowBits, level });
  afterTest(() => {
    stream.close();
  });
  return async (plain) => {
    if (plain.length === 0) return Buffer.of(0x00);
    const payload = await through(stream, plain);
    if (!takeover) stream.reset();
    return payload.subarray(0, -TAIL.length);
  };
}

function through(stream: DeflateRaw | InflateRaw, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    const take = (chunk: Buffer): void => void out.push(chunk);
    stream.on('data', take);
    stream.once('error', reject);
    stream.write(bytes);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off('data', take);
      stream.off('error', reject);
      resolve(Buffer.concat(out));
    });
  });
}
