import { once } from 'node:events';
import { firstValueFrom } from 'rxjs';
import WebSocket, { type RawData, WebSocketServer } from 'ws';
import { type Connection, HandshakeError } from '../../src/index.js';
import { afterTest, ended, startClient, startServer, watchResources } from '../support/harness.js';
import { dialRaw, KEY, openRaw, type RawPeer } from '../support/raw-peer.js';
import { TEXT } from '../support/wire-frames.js';

watchResources();

const GOOD = 'https://good.example';
const EVIL = 'https://evil.example';
const LONG = 'the same again, '.repeat(50);

async function echoes(connection: Connection, ...texts: string[]): Promise<void> {
  for (const data of texts) {
    connection.send(data);
    expect(await firstValueFrom(connection.messages$)).toEqual({ type: 'text', data });
  }
}

async function echoServer(): Promise<string> {
  const server = await startServer({ compression: true, origins: [GOOD] });
  server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  return server.url;
}

describe('our client of version 8', () => {
  it('talks to our server, which judges its origin', async () => {
    const url = await echoServer();
    const connection = await startClient(url, { version: 8, origin: GOOD });
    expect(connection.request.headers.get('sec-websocket-version')).toBe('8');
    expect(connection.extensions).toEqual(['permessage-deflate']);
    await echoes(connection, 'short', LONG, '');
    connection.close(4000, 'done');
    expect(await ended(connection)).toMatchObject({ code: 4000, wasClean: true });
    const refused = startClient(url, { version: 8, origin: EVIL });
    await expect(refused).rejects.toMatchObject({ status: 403 });
    await expect(refused).rejects.toBeInstanceOf(HandshakeError);
  });

  it.each([false, true])('talks to a server of ws, with compression: %j', async (perMessageDeflate) => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate });
    await once(server, 'listening');
    afterTest(() => new Promise((resolve) => server.close(resolve)));
    const seen: unknown[] = [];
    server.on('connection', (socket, request) => {
      const { headers } = request;
      seen.push(headers['sec-websocket-version'], headers['sec-websocket-origin'], headers.origin);
      afterTest(() => {
        socket.terminate();
      });
      socket.on('message', (data: RawData, isBinary) => {
        socket.send(data, { binary: isBinary });
      });
    });
    const { port } = server.address() as { port: number };
    const connection = await startClient(`ws://127.0.0.1:${String(port)}`, { version: 8, origin: GOOD });
    expect(connection.extensions).toHaveLength(perMessageDeflate ? 1 : 0);
    await echoes(connection, 'short', LONG);
    expect(seen).toEqual(['8', GOOD, undefined]);
    connection.close(4000, 'done');
    expect(await ended(connection)).toMatchObject({ code: 4000, wasClean: true });
  });
});

describe('our server', () => {
  it('talks to a client of ws of version 8, and judges its origin', async () => {
    const url = await echoServer();
    const socket = new WebSocket(url, { protocolVersion: 8, origin: GOOD });
    afterTest(() => {
      socket.terminate();
    });
    await once(socket, 'open');
    expect(socket.extensions).toContain('permessage-deflate');
    for (const text of ['short', LONG]) {
      const answer = once(socket, 'message');
      socket.send(text);
      const [data] = (await answer) as [Buffer];
      expect(data.toString()).toBe(text);
    }
    socket.close(4000, 'done');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(4000);

    const evil = new WebSocket(url, { protocolVersion: 8, origin: EVIL });
    const [error] = (await once(evil, 'error')) as [Error];
    expect(error.message).toContain('403');
  });

  /** The answer to a request of this version, with further lines. */
  async function answerTo(url: string, version: number, lines: readonly string[]): Promise<RawPeer> {
    const peer = await dialRaw(url);
    const usual = ['Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade'];
    const own = [`Sec-WebSocket-Key: ${KEY}`, `Sec-WebSocket-Version: ${String(version)}`];
    peer.write(['GET / HTTP/1.1', ...usual, ...own, ...lines, '', ''].join('\r\n'));
    return peer;
  }

  it('answers a request of version 8 as one of version 13, and speaks the same', async () => {
    const url = await echoServer();
    const [early, late] = [await answerTo(url, 8, []), await openRaw(url)];
    expect(await early.headCame()).toBe(await late.headCame());
    for (const peer of [early, late]) {
      peer.send(TEXT, 'hello');
      expect(await peer.nextButPing()).toMatchObject({ opcode: TEXT, payload: Buffer.from('hello') });
    }
  });

  it.each([
    ['Sec-WebSocket-Origin', [`Sec-WebSocket-Origin: ${GOOD}`], 101],
    ['a wrong Sec-WebSocket-Origin', [`Sec-WebSocket-Origin: ${EVIL}`], 403],
    ['Origin, which the last drafts have', [`Origin: ${GOOD}`], 101],
    ['a wrong Origin', [`Origin: ${EVIL}`], 403],
    ['both, of which the first counts', [`Origin: ${GOOD}`, `Sec-WebSocket-Origin: ${EVIL}`], 403],
  ])('judges %s of a request of version 8', async (_what, lines, status) => {
    const peer = await answerTo(await echoServer(), 8, lines);
    if (status === 101) await peer.headCame();
    else await peer.whenEnded();
    expect(peer.head).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
  });

  it('says which versions it speaks to a client of another', async () => {
    const peer = await answerTo(await echoServer(), 7, []);
    await peer.whenEnded();
    expect(peer.head).toMatch(/^HTTP\/1\.1 426 /);
    expect(peer.head).toMatch(/\r\nSec-WebSocket-Version: 13, 8\r\n/);
  });
});
