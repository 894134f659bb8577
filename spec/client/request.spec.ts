import {
  binary,
  ConnectionClosedError,
  HandshakeError,
  type Outgoing,
  request,
  type RequestOptions,
  text,
  TimeoutError,
} from '../../src/index.js';
import { closeBody, VirtualTime } from 'rxwire/testing';
import { watchResources } from '../support/harness.js';
import { acceptAll, rawServer, type RawServer } from '../support/raw-peer.js';
import { serving } from '../support/serving.js';
import { until } from '../support/turns.js';
import { CLOSE, TEXT } from '../support/wire-frames.js';

watchResources();

async function failure(url: string, options?: RequestOptions, message: Outgoing = 'x'): Promise<unknown> {
  return request(url, message, options).then(
    () => 'a reply came',
    (error: unknown) => error,
  );
}

/** The frames that a client sent to a server that answered with those of `answer`. */
async function exchange(
  answer: (server: RawServer) => Promise<void>,
): Promise<{ server: RawServer; outcome: unknown }> {
  const server = await rawServer(acceptAll());
  const outcome = failure(server.url, { replyTimeoutMs: Infinity });
  await answer(server);
  return { server, outcome: await outcome };
}

describe('request', () => {
  it('gives the first message that comes, and closes with 1000', async () => {
    const server = await rawServer(acceptAll());
    const time = new VirtualTime();
    const said: string[] = [];
    const logger = { warn: (line: string) => void said.push(line) };
    const reply = request(server.url, 'question', { logger, scheduler: time });
    const peer = await server.next();
    expect((await peer.next()).payload.toString()).toBe('question');
    peer.send(TEXT, 'answer');
    peer.send(TEXT, 'more');
    expect(await reply).toEqual(text('answer'));
    const frame = await peer.next();
    expect([frame.opcode, frame.payload]).toEqual([CLOSE, closeBody(1000)]);
    peer.send(TEXT, 'too late');
    peer.stream.end();
    await peer.whenClosed();
    time.pass(60_000);
    expect(said).toEqual([]);
  });

  it('takes what was sent before it asked', async () => {
    const server = await rawServer(acceptAll([], Buffer.from([0x80 | TEXT, 2, 0x68, 0x69])));
    expect(await request(server.url, 'question')).toEqual(text('hi'));
    server.peers[0]!.stream.destroy();
  });

  it('sends and gives binary data', async () => {
    const { server } = await serving((connection) => connection.messages$);
    expect(await request(server.url, Uint8Array.of(1, 2))).toEqual(binary(Uint8Array.of(1, 2)));
    await until(() => server.connections.size === 0);
  });

  it.each<[string, (server: RawServer) => Promise<void>, number]>([
    ['1000', async (server) => (await server.next()).send(CLOSE, closeBody(1000)), 1000],
    ['1011', async (server) => (await server.next()).send(CLOSE, closeBody(1011)), 1011],
    ['a lost socket', async (server) => (await server.next()).reset(), 1006],
  ])('rejects when the connection ends without a message, by %s', async (_name, end, code) => {
    const { outcome, server } = await exchange(async (raw) => {
      await until(() => raw.peers[0]?.head.endsWith('\r\n\r\n') === true && raw.peers[0].frames.length > 0);
      await end(raw);
      if (code !== 1006) raw.peers[0]!.stream.end();
    });
    expect(outcome).toBeInstanceOf(ConnectionClosedError);
    expect((outcome as ConnectionClosedError).info.code).toBe(code);
    expect(server.peers).toHaveLength(1);
  });

  it('rejects after replyTimeoutMs, and closes', async () => {
    const time = new VirtualTime();
    const server = await rawServer(acceptAll());
    const outcome = failure(server.url, { scheduler: time, replyTimeoutMs: 3000, keepAlive: false });
    const peer = await server.next();
    await peer.next();
    time.pass(2999);
    expect(peer.frames).toHaveLength(1);
    time.pass(1);
    expect(await outcome).toBeInstanceOf(TimeoutError);
    expect(await outcome).toMatchObject({ option: 'replyTimeoutMs', limitMs: 3000 });
    expect((await peer.next()).opcode).toBe(CLOSE);
    peer.stream.end();
    await peer.whenClosed();
  });

  it('rejects with the reason of the signal, and closes', async () => {
    const controller = new AbortController();
    const server = await rawServer(acceptAll());
    const outcome = failure(server.url, { signal: controller.signal });
    const peer = await server.next();
    await peer.next();
    controller.abort('enough');
    expect(await outcome).toBe('enough');
    expect((await peer.next()).opcode).toBe(CLOSE);
    peer.stream.end();
    await peer.whenClosed();
  });

  it('rejects when it cannot connect, and for wrong arguments', async () => {
    expect(await failure('ws://127.0.0.1:1')).toBeInstanceOf(HandshakeError);
    expect(await failure('nonsense')).toBeInstanceOf(TypeError);
    expect(await failure('ws://127.0.0.1:1', { replyTimeoutMs: 0 })).toBeInstanceOf(RangeError);
    expect(await failure('ws://127.0.0.1:1', { replyTimeout: 1 } as never)).toMatchObject({
      message: expect.stringContaining('did you mean replyTimeoutMs'),
    });
    for (const wrong of [null, 5, {}, { type: 'text', data: Uint8Array.of(0xff) }]) {
      // Nothing is dialled for it.
      expect(await failure('ws://127.0.0.1:1', {}, wrong as never)).toBeInstanceOf(TypeError);
    }
  });
});
