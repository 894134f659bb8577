import net from 'node:net';
import { afterTest } from '../../support/harness.js';
import { until } from '../../support/turns.js';

/** Types of frames. RFC 9113 section 6. */
export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PUSH_PROMISE = 5;
export const PING_FRAME = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

export const END_STREAM = 1;
export const END_HEADERS = 4;
export const PADDED = 8;

/** Octets of the longest frame that anybody takes. */
const MAX_FRAME = 16_384;
/** `:status 200`, as the first octet of a header block has it. RFC 7541 appendix A. */
const STATUS_200 = 0x88;

/** One frame. */
export interface Http2Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

/** Name and value, pseudo-header fields first. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** An extended CONNECT for a WebSocket. */
export const CONNECT: Fields = [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', '127.0.0.1'],
  ['sec-websocket-version', '13'],
];

/** The octets of a frame of HTTP/2, right or wrong. */
export function http2Frame(
  type: number,
  flags: number,
  id: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

/** A number of 32 bits. */
export function word(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

/** A header block without an index and without Huffman's code. RFC 7541 section 6.2.2. */
export function headerBlock(fields: Fields): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]));
}

function text(value: string): Buffer {
  const octets = Buffer.from(value, 'latin1');
  if (octets.length < 127) return Buffer.concat([Buffer.of(octets.length), octets]);
  const length = [127];
  let rest = octets.length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
  return Buffer.concat([Buffer.from([...length, rest]), octets]);
}

/** A client of HTTP/2 without TLS that writes what it is told to, and answers nothing by itself. */
export class RawHttp2 {
  readonly socket: net.Socket;
  readonly frames: Http2Frame[] = [];
  closed = false;
  #rest = Buffer.alloc(0);

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
    socket.on('data', (chunk: Buffer) => {
      this.#read(Buffer.concat([this.#rest, chunk]));
    });
    afterTest(() => socket.destroy());
  }

  write(...chunks: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(chunks));
  }

  /** Asks for a WebSocket on a stream. */
  ask(id: number, fields: Fields = CONNECT, flags = 0): void {
    const block = headerBlock(fields);
    const last = Math.ceil(block.length / MAX_FRAME) - 1;
    for (let i = 0; i <= last; i++) {
      const part = block.subarray(i * MAX_FRAME, (i + 1) * MAX_FRAME);
      const end = i === last ? END_HEADERS : 0;
      this.write(http2Frame(i === 0 ? HEADERS : CONTINUATION, (i === 0 ? flags : 0) | end, id, part));
    }
  }

  /** The data that has come on a stream. */
  data(id: number): Buffer {
    const frames = this.frames.filter((frame) => frame.type === DATA && frame.id === id);
    return Buffer.concat(frames.map(({ payload }) => payload));
  }

  /** The next thing a stream was told: open, refused with a status, reset with a code; or that the session is over. */
  async verdict(id: number): Promise<string> {
    const last = (): Http2Frame | undefined =>
      this.frames.find((frame) => frame.id === id && (frame.type === HEADERS || frame.type === RST_STREAM));
    const goaway = (): Http2Frame | undefined => this.frames.find(({ type }) => type === GOAWAY);
    await until(() => last() !== undefined || goaway() !== undefined || this.closed, 'a verdict comes');
    const frame = last();
    if (frame?.type === RST_STREAM) return `reset with ${frame.payload.readUInt32BE(0)}`;
    if (frame !== undefined) return frame.payload[0] === STATUS_200 ? 'open' : 'refused';
    return goaway() === undefined ? 'cut' : 'session over';
  }

  whenClosed(): Promise<void> {
    return until(() => this.closed, 'the socket closes');
  }

  #read(octets: Buffer): void {
    let rest = octets;
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      const [type = 0, flags = 0] = rest.subarray(3, 5);
      this.frames.push({ type, flags, id: rest.readUInt32BE(5), payload: rest.subarray(9, end) });
      rest = rest.subarray(end);
    }
    this.#rest = Buffer.from(rest);
  }
}

/** A raw client that has sent its preface and its settings, and knows the server's. */
export async function dialHttp2(url: string, settings: Uint8Array = Buffer.alloc(0)): Promise<RawHttp2> {
  const { hostname, port } = new URL(url);
  const client = new RawHttp2(net.connect({ host: hostname, port: Number(port), noDelay: true }));
  client.write(
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    http2Frame(SETTINGS, 0, 0, settings),
    http2Frame(SETTINGS, 1, 0),
  );
  await until(() => client.frames.some(({ type }) => type === SETTINGS) || client.closed);
  return client;
}
