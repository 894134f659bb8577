import http2 from 'node:http2';
import { type CloseInfo, type Connection, type Server, type ServerOptions } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { ended, startServer, watchResources } from '../../support/harness.js';
import { turns, until } from '../../support/turns.js';
import { BINARY, CLOSE, closeOf, TEXT } from '../../support/wire-frames.js';
import { wireFrame } from '../../../src/testing/index.js';
import { connectFields, openStream, startSession } from './asking.js';
import {
  CONNECT,
  CONTINUATION,
  DATA,
  dialHttp2,
  END_HEADERS,
  END_STREAM,
  GOAWAY,
  headerBlock,
  HEADERS,
  http2Frame,
  PADDED,
  PING_FRAME,
  type RawHttp2,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
  word,
} from './raw-http2.js';

watchResources();

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = http2.constants;
const MIB = 1024 * 1024;

async function echoing(options: ServerOptions = {}): Promise<Server> {
  const server = await startServer({ http2: true, ...options });
  server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  return server;
}

/** A frame as a client sends it, in DATA. */
function dataOf(opcode: number, payload: string | Uint8Array, flags = 0): Buffer {
  return http2Frame(DATA, flags, 1, wireFrame({ opcode, payload, key: [0, 0, 0, 0] }));
}

/** The server goes on: another session, and an echo in it. */
async function goesOn(server: Server): Promise<void> {
  const session = await startSession(server.url);
  const { peer, stream } = await openStream(session, '/');
  peer.send(TEXT, 'still there');
  expect((await peer.next()).payload.toString()).toBe('still there');
  stream.close(NGHTTP2_CANCEL);
  await until(() => stream.destroyed);
}

/** A stream that is open, in a raw session, and how the server's end of it ends. */
async function opened(
  server: Server,
): Promise<{ client: RawHttp2; connection: Connection; info: () => CloseInfo | undefined }> {
  const arrived = collect(server.connections$);
  const client = await dialHttp2(server.url);
  client.ask(1);
  expect(await client.verdict(1)).toBe('open');
  const connection = arrived.values[0]!;
  const closed = collect(connection.closed$);
  return { client, connection, info: () => closed.values[0] };
}

describe('the end of a stream of HTTP/2', () => {
  it.each<[string, (client: RawHttp2) => void, Partial<CloseInfo>, boolean]>([
    [
      'END_STREAM without a Close frame',
      (c) => c.write(http2Frame(DATA, END_STREAM, 1)),
      { code: 1006 },
      false,
    ],
    [
      'END_STREAM in the middle of a frame',
      (c) => c.write(http2Frame(DATA, END_STREAM, 1, Buffer.of(0x81, 0x85, 0, 0, 0, 0, 0x68))),
      { code: 1006, initiator: 'transport' },
      true,
    ],
    [
      'END_STREAM with the Close frame',
      (c) => c.write(dataOf(CLOSE, Buffer.of(3, 232), END_STREAM)),
      { code: 1000, wasClean: true, initiator: 'remote' },
      false,
    ],
    [
      'END_STREAM as trailers, behind the Close frame',
      (c) =>
        c.write(
          dataOf(CLOSE, Buffer.of(3, 232)),
          http2Frame(HEADERS, END_STREAM | END_HEADERS, 1, headerBlock([['x', 'y']])),
        ),
      { code: 1000, wasClean: true },
      false,
    ],
    [
      'RST_STREAM with CANCEL',
      (c) => c.write(http2Frame(RST_STREAM, 0, 1, word(NGHTTP2_CANCEL))),
      { code: 1006 },
      true,
    ],
    [
      'RST_STREAM with NO_ERROR',
      (c) => c.write(http2Frame(RST_STREAM, 0, 1, word(NGHTTP2_NO_ERROR))),
      { code: 1006 },
      false,
    ],
    [
      'RST_STREAM with INTERNAL_ERROR',
      (c) => c.write(http2Frame(RST_STREAM, 0, 1, word(NGHTTP2_INTERNAL_ERROR))),
      { code: 1006 },
      true,
    ],
    [
      'RST_STREAM behind the Close frame',
      (c) => c.write(dataOf(CLOSE, Buffer.of(3, 232)), http2Frame(RST_STREAM, 0, 1, word(NGHTTP2_CANCEL))),
      { code: 1000 },
      false,
    ],
    ['the end of the socket', (c) => c.socket.destroy(), { code: 1006 }, true],
    [
      'GOAWAY with an error',
      (c) => c.write(http2Frame(GOAWAY, 0, 0, Buffer.concat([word(0), word(2)]))),
      { code: 1006 },
      true,
    ],
    [
      'a window of more than 2^31-1',
      (c) => c.write(http2Frame(WINDOW_UPDATE, 0, 1, word(0x7fffffff))),
      { code: 1006 },
      true,
    ],
  ])('ends its connection: %s', async (_, act, expected, hasCause) => {
    const server = await echoing();
    const { client, info } = await opened(server);
    act(client);
    await until(() => info() !== undefined);
    expect(info()).toMatchObject(expected);
    expect(info()?.cause !== undefined).toBe(hasCause);
    await goesOn(server);
  });

  it('is said by the server with END_STREAM, behind its Close frame', async () => {
    const server = await echoing();
    const { client, info } = await opened(server);
    client.write(dataOf(CLOSE, Buffer.of(3, 232), END_STREAM));
    await until(() => info() !== undefined);
    await until(() => client.frames.some(({ type, flags }) => type === DATA && (flags & END_STREAM) > 0));
    expect(client.data(1)).toEqual(Buffer.of(0x88, 2, 3, 232));
    expect(client.frames.some(({ type }) => type === RST_STREAM)).toBe(false);
  });

  it('is asked for with RST_STREAM of a client that never ends its side, after dropTimeoutMs', async () => {
    const server = await echoing({ dropTimeoutMs: 20, closeTimeoutMs: 600_000 });
    const { client, info } = await opened(server);
    client.write(dataOf(CLOSE, Buffer.of(3, 232)));
    await until(() => client.frames.some(({ type }) => type === RST_STREAM));
    expect(client.frames.find(({ type }) => type === RST_STREAM)?.payload).toEqual(word(NGHTTP2_NO_ERROR));
    expect(info()).toMatchObject({ code: 1000, wasClean: true });
  });

  it('is RST_STREAM with CANCEL where the server terminates', async () => {
    const server = await echoing();
    const { client, connection, info } = await opened(server);
    connection.terminate();
    await until(() => info() !== undefined);
    await until(() => client.frames.some(({ type }) => type === RST_STREAM));
    expect(client.frames.find(({ type }) => type === RST_STREAM)?.payload).toEqual(word(NGHTTP2_CANCEL));
    expect(info()).toMatchObject({ code: 1006, initiator: 'local' });
    expect(info()?.cause).toBeUndefined();
  });

  it('names in its cause what the stream was reset with', async () => {
    const server = await echoing();
    const { client, info } = await opened(server);
    client.write(http2Frame(RST_STREAM, 0, 1, word(NGHTTP2_CANCEL)));
    await until(() => info() !== undefined);
    expect(info()?.cause).toMatchObject({
      code: 'ECONNRESET',
      message: 'the HTTP/2 stream was reset with CANCEL',
    });
  });

  it('does not come with a GOAWAY without an error: what is open goes on', async () => {
    const server = await echoing();
    const { client, info } = await opened(server);
    client.write(http2Frame(GOAWAY, 0, 0, Buffer.concat([word(0), word(NGHTTP2_NO_ERROR)])));
    await turns(10);
    client.write(dataOf(TEXT, 'going on'));
    await until(() => client.data(1).includes('going on'));
    client.ask(3);
    await turns(10);
    expect(server.connections.size).toBe(1);
    client.write(dataOf(CLOSE, Buffer.of(3, 232), END_STREAM));
    await until(() => info() !== undefined);
    expect(info()).toMatchObject({ code: 1000, wasClean: true });
  });
});

describe('a session of HTTP/2 that misbehaves', () => {
  const flood = (count: number, frame: Uint8Array): Buffer =>
    Buffer.concat(Array.from({ length: count }, () => frame));
  it.each<[string, (client: RawHttp2) => void]>([
    [
      'streams that are opened and reset, 2000 of them',
      (c) => {
        for (let id = 3; id < 4003; id += 2) {
          c.ask(id);
          c.write(http2Frame(RST_STREAM, 0, id, word(NGHTTP2_CANCEL)));
        }
      },
    ],
    ['Pings, 20 000 of them', (c) => c.write(flood(20_000, http2Frame(PING_FRAME, 0, 0, Buffer.alloc(8))))],
    ['settings, 20 000 of them', (c) => c.write(flood(20_000, http2Frame(SETTINGS, 0, 0)))],
    [
      'a header block without end',
      (c) =>
        c.write(http2Frame(HEADERS, 0, 3, headerBlock(CONNECT)), flood(2000, http2Frame(CONTINUATION, 0, 3))),
    ],
    ['100 KB of header fields', (c) => c.ask(3, [...CONNECT, ['x', 'y'.repeat(100_000)]])],
    ['a stream with an even number', (c) => c.ask(2)],
    [
      'a stream with a number that was there',
      (c) => {
        c.ask(5);
        c.ask(3);
      },
    ],
    ['a frame longer than the settings allow', (c) => c.write(http2Frame(DATA, 0, 1, Buffer.alloc(17_000)))],
    ['octets that are no frame', (c) => c.write(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10)))],
    ['DATA on no stream', (c) => c.write(http2Frame(DATA, 0, 0, Buffer.of(1)))],
    ['DATA without octets, 100 000 of them', (c) => c.write(flood(100_000, http2Frame(DATA, 0, 1)))],
  ])('is over, and the server goes on: %s', async (_, act) => {
    // Where Node has said GOAWAY and goes on to wait, the times of keep-alive and of idle sessions end it.
    const times = {
      keepAlive: { intervalMs: 50, timeoutMs: 50 },
      handshakeTimeoutMs: 100,
      dropTimeoutMs: 50,
    };
    const server = await echoing(times);
    const { client, info } = await opened(server);
    act(client);
    await until(
      () => client.closed || client.frames.some(({ type }) => type === GOAWAY),
      'the session is over',
    );
    await until(() => server.connections.size === 0 && client.closed, 'everything of it has gone');
    expect(info()).toMatchObject({ code: 1006 });
    await goesOn(server);
  });

  it('has at most as many streams as the settings say', async () => {
    const server = await echoing();
    const { client } = await opened(server);
    for (let id = 3; id < 2403; id += 2) client.ask(id);
    await client.verdict(2401);
    expect(server.connections.size).toBeLessThanOrEqual(1000);
    client.socket.destroy();
    await until(() => server.connections.size === 0);
  });

  it.each([
    ['300 header fields', [...CONNECT, ...Array.from({ length: 300 }, (_, i) => [`x-${i}`, 'y'] as const)]],
    [
      '20 KB of header fields',
      [...CONNECT, ['x', 'y'.repeat(16_000)] as const, ['z', 'y'.repeat(300)] as const],
    ],
  ])('has a stream refused with %s, and goes on', async (_, fields) => {
    const server = await echoing();
    const { client } = await opened(server);
    client.ask(3, fields);
    expect(await client.verdict(3)).toMatch(/^refused|^reset with 11$/);
    client.ask(5);
    expect(await client.verdict(5)).toBe('open');
    client.socket.destroy();
  });

  it('makes no messages of DATA without octets, nor of padding', async () => {
    const server = await echoing();
    const { client, connection } = await opened(server);
    const frame = wireFrame({ opcode: TEXT, payload: 'padded', key: [0, 0, 0, 0] });
    client.write(flood(500, http2Frame(DATA, 0, 1)));
    for (let i = 0; i < 100; i++) {
      client.write(http2Frame(DATA, PADDED, 1, Buffer.concat([Buffer.of(255), Buffer.alloc(255)])));
    }
    for (const octet of frame) {
      client.write(http2Frame(DATA, PADDED, 1, Buffer.concat([Buffer.of(255, octet), Buffer.alloc(255)])));
    }
    await until(() => client.data(1).includes('padded') || client.closed);
    expect(connection.stats.received.messages).toBe(1);
    expect(client.data(1).subarray(2).toString()).toBe('padded');
    client.socket.destroy();
  });
});

describe('flow control of HTTP/2', () => {
  it('holds back a client whose messages nobody takes, and loses nothing', async () => {
    const server = await startServer({
      http2: true,
      receiveHighWaterBytes: 64 * 1024,
      receiveLowWaterBytes: 1024,
    });
    const arrived = collect(server.connections$);
    const session = await startSession(server.url);
    const { peer, stream } = await openStream(session, '/');
    const message = Buffer.alloc(16 * 1024, 'm');
    const count = 512;
    for (let i = 0; i < count; i++) peer.send(BINARY, message);
    const [connection] = arrived.values;
    let before = -1;
    // Until nothing moves any more.
    for (let still = 0; still < 50; still = connection!.stats.received.octets === before ? still + 1 : 0) {
      before = connection!.stats.received.octets;
      await turns(2);
    }
    // What is held, the window of the stream, and what Node has read ahead.
    expect(before).toBeLessThan(512 * 1024);
    expect(stream.writableLength).toBeGreaterThan((count * message.length) / 2);
    const seen = collect(connection!.messages$);
    await until(() => seen.values.length === count);
    expect(seen.values.every(({ data }) => message.equals(data as Uint8Array))).toBe(true);
    stream.close(NGHTTP2_CANCEL);
  });

  it('counts what a client with no window does not take, and ends at maxBufferedBytes', async () => {
    const server = await echoing({
      maxBufferedBytes: 4 * MIB,
      closeTimeoutMs: 20,
      dropTimeoutMs: 20,
    });
    const arrived = collect(server.connections$);
    // SETTINGS_INITIAL_WINDOW_SIZE 0.
    const client = await dialHttp2(server.url, Buffer.concat([Buffer.of(0, 4), word(0)]));
    client.ask(1);
    expect(await client.verdict(1)).toBe('open');
    const [connection] = arrived.values;
    const message = Buffer.alloc(MIB);
    expect(connection!.send(message)).toBe(false);
    await turns(20);
    expect(connection!.bufferedBytes).toBe(MIB + 10);
    for (let i = 0; i < 4; i++) connection!.send(message);
    expect(connection!.bufferedBytes).toBeLessThanOrEqual(4 * MIB);
    const info = await ended(connection!);
    expect(info.sent?.code).toBe(1013);
    expect(client.data(1)).toHaveLength(0);
    await goesOn(server);
  });

  it('lets 99 connections go on where one in their session is stalled', async () => {
    const server = await startServer({ http2: true });
    server.connections$.subscribe((connection) => {
      if (connection.request.target === '/0') connection.send(Buffer.alloc(MIB));
      connection.messages$.subscribe(connection.outbox);
    });
    const session = await startSession(server.url);
    const stalled = session.request(connectFields(session, '/0'), { endStream: false });
    stalled.on('error', () => undefined);
    const others = await Promise.all(Array.from({ length: 99 }, (_, i) => openStream(session, `/${i + 1}`)));
    for (let round = 0; round < 5; round++) {
      for (const { peer } of others) peer.send(BINARY, Buffer.alloc(20_000, round));
      for (const { peer } of others) expect((await peer.next()).payload).toHaveLength(20_000);
    }
    const first = [...server.connections].find(({ request }) => request.target === '/0');
    expect(first!.bufferedBytes).toBeGreaterThan(MIB / 2);
    let octets = 0;
    stalled.on('data', (chunk: Buffer) => (octets += chunk.length));
    await until(() => octets === MIB + 10);
    for (const { peer } of others) peer.send(CLOSE, Buffer.of(3, 232));
    for (const { peer } of others) expect(closeOf(await peer.next())).toEqual([1000, '']);
    session.destroy();
    await until(() => server.connections.size === 0);
  });

  it('holds a server back that sends on its own, and takes all of it in the end', async () => {
    const server = await startServer({ http2: true });
    const arrived = collect(server.connections$);
    const session = await startSession(server.url);
    const stream = session.request(connectFields(session, '/'), { endStream: false });
    await until(() => arrived.values.length === 1);
    const [connection] = arrived.values;
    const blocked = collect(connection!.writable$);
    const reports = collect(connection!.sendAll(Array.from({ length: 64 }, () => Buffer.alloc(64 * 1024))));
    await until(() => blocked.values.includes(false));
    await turns(20);
    expect(connection!.stats.sent.octets).toBeLessThan(MIB);
    let octets = 0;
    stream.on('data', (chunk: Buffer) => (octets += chunk.length));
    await until(() => reports.done);
    expect(reports.values[0]).toMatchObject({ messages: 64, flushed: true });
    await until(() => octets === 64 * (64 * 1024 + 10));
    stream.close(NGHTTP2_CANCEL);
    await until(() => stream.destroyed);
  });
});
