import { createHash } from 'node:crypto';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { afterTest, checkAfterTest } from './harness.js';
import { until } from './turns.js';
import {
  WireChecker,
  type WireFrame,
  wireFrame,
  type WireFrameInit,
  WireReader,
} from '../../src/testing/index.js';
import { PING, ZERO_KEY } from './wire-frames.js';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** The example of RFC 6455 section 1.3. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** How a frame is written, beside what it is. */
export type WireOptions = Omit<WireFrameInit, 'opcode' | 'payload'>;

/** The request of a well-behaved client, to be changed line by line. */
export function requestHead(lines: readonly string[] = []): string {
  const usual = [
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Version: 13',
  ];
  return ['GET / HTTP/1.1', 'Host: 127.0.0.1', ...usual, ...lines, '', ''].join('\r\n');
}

/** What a server answers `key` with. */
export function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/** The 101 to `requestText`, with further lines. */
export function acceptHead(requestText: string, lines: readonly string[] = []): string {
  const key = /^sec-websocket-key: *(.*)$/im.exec(requestText)?.[1]?.trim() ?? '';
  const usual = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${acceptOf(key)}`];
  return ['HTTP/1.1 101 Switching Protocols', ...usual, ...lines, '', ''].join('\r\n');
}

/**
 * The other side of a connection, by hand: it writes the bytes it is told to, and every frame that comes is read by
 * a decoder of its own and judged by the rules of RFC 6455 for senders.
 */
export class RawPeer {
  readonly stream: Duplex;
  /** Frames that came, all of them. */
  readonly frames: WireFrame[] = [];
  /** What came before the frames: the head. */
  head = '';
  ended = false;
  closed = false;
  error: Error | undefined;
  readonly #masks: boolean;
  readonly #reader = new WireReader();
  readonly #checker: WireChecker;
  #taken = 0;
  #upgraded = false;

  /** @param role - What this peer plays. */
  constructor(stream: Duplex, role: 'client' | 'server', upgraded = false) {
    this.stream = stream;
    this.#masks = role === 'client';
    this.#checker = new WireChecker({ role: role === 'client' ? 'server' : 'client' });
    this.#upgraded = upgraded;
    stream.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    stream.on('error', (error) => (this.error = error));
    stream.on('end', () => (this.ended = true));
    stream.on('close', () => (this.closed = true));
    afterTest(() => stream.destroy());
    checkAfterTest(() => {
      expect(this.#checker.violations).toEqual([]);
    });
  }

  /** Bytes of a frame that never came whole. */
  get rest(): Buffer {
    return this.#reader.rest;
  }

  write(...chunks: readonly (Uint8Array | string)[]): void {
    for (const chunk of chunks) {
      this.stream.write(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk);
    }
  }

  /** Writes one frame, masked as the role wants it. */
  send(opcode: number, payload: Uint8Array | string = '', options: WireOptions = {}): void {
    this.write(this.frame(opcode, payload, options));
  }

  /** The bytes that `send` would write. */
  frame(opcode: number, payload: Uint8Array | string = '', options: WireOptions = {}): Buffer {
    return wireFrame({ opcode, payload, ...(this.#masks && { key: ZERO_KEY }), ...options });
  }

  /** The next frame that has not been asked for. */
  async next(): Promise<WireFrame> {
    await until(() => this.frames.length > this.#taken || this.closed, 'a frame comes');
    const frame = this.frames[this.#taken++];
    if (frame === undefined) throw new Error(`no frame came, the stream is closed (${String(this.error)})`);
    return frame;
  }

  /** The next one that is no Ping of keep-alive. */
  async nextButPing(): Promise<WireFrame> {
    for (;;) {
      const frame = await this.next();
      if (frame.opcode !== PING) return frame;
    }
  }

  /** Resolves when the head has come whole. */
  async headCame(): Promise<string> {
    await until(() => this.#upgraded || this.closed, 'the head comes');
    return this.head;
  }

  whenEnded(): Promise<void> {
    return until(() => this.ended || this.closed, 'the stream ends');
  }

  whenClosed(): Promise<void> {
    return until(() => this.closed, 'the stream closes');
  }

  /** Cuts the connection with a RST. */
  reset(): void {
    if (!(this.stream instanceof net.Socket)) throw new Error('only a socket can be reset');
    this.stream.resetAndDestroy();
  }

  #take(chunk: Buffer): void {
    if (this.#upgraded) {
      this.#read(chunk);
      return;
    }
    this.head += chunk.toString('latin1');
    const end = this.head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const behind = Buffer.from(this.head.slice(end + 4), 'latin1');
    if (this.head.startsWith('HTTP/1.1 101') || this.head.startsWith('GET ')) {
      this.head = this.head.slice(0, end + 4);
      this.#upgraded = true;
      this.#read(behind);
    }
  }

  #read(chunk: Buffer): void {
    this.#checker.push(chunk);
    this.frames.push(...this.#reader.push(chunk));
  }
}

/** A raw client of `url`, which has written nothing yet. */
export async function dialRaw(url: string): Promise<RawPeer> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const socket =
    protocol === 'ws+unix:'
      ? net.connect({ path: decodeURIComponent(pathname) })
      : protocol === 'wss:'
        ? tls.connect({ host: hostname, port: Number(port), rejectUnauthorized: false })
        : net.connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
  const peer = new RawPeer(socket, 'client');
  await until(() => !socket.connecting || peer.closed, 'the socket connects');
  return peer;
}

/** A raw client whose opening handshake is done. */
export async function openRaw(url: string, lines: readonly string[] = []): Promise<RawPeer> {
  const peer = await dialRaw(url);
  peer.write(requestHead(lines));
  const head = await peer.headCame();
  if (!head.startsWith('HTTP/1.1 101')) throw new Error(`expected 101, the answer is ${head}`);
  return peer;
}

/** A server that hands out raw sockets. */
export interface RawServer {
  readonly url: string;
  readonly port: number;
  /** Those that have come, in order. */
  readonly peers: RawPeer[];
  /** Resolves with the next one. */
  next(): Promise<RawPeer>;
  close(): Promise<void>;
}

/** @param onPeer - Called for every one that comes. */
export async function rawServer(onPeer?: (peer: RawPeer) => void): Promise<RawServer> {
  const peers: RawPeer[] = [];
  let taken = 0;
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const peer = new RawPeer(socket, 'server');
    peers.push(peer);
    onPeer?.(peer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const peer of peers) peer.stream.destroy();
      server.close(() => {
        resolve();
      });
    });
  afterTest(close);
  const { port } = server.address() as net.AddressInfo;
  const next = async (): Promise<RawPeer> => {
    await until(() => peers.length > taken, 'a client comes');
    return peers[taken++]!;
  };
  return { url: `ws://127.0.0.1:${port}`, port, peers, next, close };
}

/** Answers every request with 101 and, in the same chunk, with `bytes`. */
export function acceptAll(
  lines: readonly string[] = [],
  bytes: Uint8Array = Buffer.alloc(0),
): (peer: RawPeer) => void {
  return (peer) => {
    void peer.headCame().then((head) => {
      if (!peer.closed) peer.write(Buffer.concat([Buffer.from(acceptHead(head, lines), 'latin1'), bytes]));
    });
  };
}
