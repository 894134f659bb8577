import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { attach, type Server } from '../../../src/index.js';
import { afterTest, startServer, watchResources } from '../../support/harness.js';
import { dialRaw, type RawPeer } from '../../support/raw-peer.js';
import { turns, until } from '../../support/turns.js';
import { requestFor } from '../requesting.js';

watchResources();

const page = (): string => 'GET /page HTTP/1.1\r\nHost: h\r\n\r\n';
const UPGRADE = requestFor('/ws');

interface Web {
  readonly web: http.Server;
  readonly sockets: Server;
  /** Responses that are not written yet. */
  readonly waiting: http.ServerResponse[];
}

/** A server whose pages are written when the test says so, and that greets at /ws. */
async function webServer(): Promise<Web> {
  const waiting: http.ServerResponse[] = [];
  const web = http.createServer((_request, response) => waiting.push(response));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  afterTest(() => {
    web.closeAllConnections();
    return new Promise((resolve) => web.close(resolve));
  });
  const sockets = attach(web, { path: '/ws', logger: {} });
  afterTest(() => sockets.close({ graceMs: 0 }));
  sockets.connections$.subscribe((connection) => connection.send('hello'));
  return { web, sockets, waiting };
}

const dial = ({ web }: Web): Promise<RawPeer> =>
  dialRaw(`ws://127.0.0.1:${String((web.address() as AddressInfo).port)}`);

/** All octets that have come, from a peer that takes the first answer for a head. */
const starts = (text: string): string[] => text.match(/HTTP\/1\.1 \d+|page \d|hello/g) ?? [];

describe('an upgrade behind requests on the same socket', () => {
  it('waits for their answers, all of them and in order', async () => {
    const web = await webServer();
    const peer = await dial(web);
    peer.write(page() + page() + UPGRADE);
    await until(() => web.waiting.length === 2);
    await turns(10);
    expect([peer.head, web.sockets.connections.size]).toEqual(['', 0]);
    web.waiting[1]!.end('page 2');
    await turns(10);
    expect(peer.head).toBe('');
    web.waiting[0]!.end('page 1');
    await until(() => peer.head.includes('hello'));
    const order = ['HTTP/1.1 200', 'page 1', 'HTTP/1.1 200', 'page 2', 'HTTP/1.1 101', 'hello'];
    expect(starts(peer.head)).toEqual(order);
    expect(web.sockets.connections.size).toBe(1);
  });

  it('comes after an answer that was written at once', async () => {
    const web = await webServer();
    web.web.prependListener('request', (_request, response: http.ServerResponse) => response.end('page 1'));
    const peer = await dial(web);
    peer.write(page() + UPGRADE);
    await until(() => peer.head.includes('hello'));
    expect(starts(peer.head)).toEqual(['HTTP/1.1 200', 'page 1', 'HTTP/1.1 101', 'hello']);
  });

  it('may come when they are answered long since', async () => {
    const web = await webServer();
    const peer = await dial(web);
    for (const i of [1, 2]) {
      peer.write(page());
      await until(() => web.waiting.length === i);
      web.waiting[i - 1]!.end(`page ${String(i)}`);
      await until(() => peer.head.includes(`page ${String(i)}`));
    }
    peer.write(UPGRADE);
    await until(() => peer.head.includes('hello'));
    expect(starts(peer.head).slice(-2)).toEqual(['HTTP/1.1 101', 'hello']);
  });

  it('has what came behind it as its first messages', async () => {
    const web = await webServer();
    const messages: unknown[] = [];
    web.sockets.connections$.subscribe((connection) => {
      connection.messages$.subscribe(({ data }) => messages.push(data));
    });
    const peer = await dial(web);
    peer.write(page() + UPGRADE, peer.frame(1, 'first'));
    await until(() => web.waiting.length === 1);
    peer.write(peer.frame(1, 'second'));
    await turns(5);
    web.waiting[0]!.end('page 1');
    await until(() => messages.length === 2);
    expect(messages).toEqual(['first', 'second']);
  });

  it('is nobody’s where an answer says that it is the last', async () => {
    const web = await webServer();
    const peer = await dial(web);
    peer.write(page() + UPGRADE);
    await until(() => web.waiting.length === 1);
    web.waiting[0]!.setHeader('Connection', 'close').end('page 1');
    await peer.whenEnded();
    expect(starts(peer.head)).toEqual(['HTTP/1.1 200', 'page 1']);
    expect(web.sockets.connections.size).toBe(0);
  });

  it.each<[string, (peer: RawPeer) => unknown]>([
    ['resets', (peer) => peer.reset()],
    ['leaves', (peer) => peer.stream.destroy()],
  ])('is forgotten when the client %s before they are answered', async (_, leave) => {
    const web = await webServer();
    const peer = await dial(web);
    peer.write(page() + UPGRADE);
    await until(() => web.waiting.length === 1);
    leave(peer);
    await turns(10);
    web.waiting[0]!.end('page 1');
    await turns(10);
    expect(web.sockets.connections.size).toBe(0);
    expect(await new Promise((resolve) => web.web.getConnections((_error, count) => resolve(count)))).toBe(0);
  });

  it('is cut when nobody is left who would take it', async () => {
    const web = await webServer();
    const peer = await dial(web);
    peer.write(page() + UPGRADE);
    await until(() => web.waiting.length === 1);
    await web.sockets.close();
    web.waiting[0]!.end('page 1');
    await peer.whenEnded();
    expect(starts(peer.head)).toEqual(['HTTP/1.1 200', 'page 1']);
  });

  it('leaves no listener on the server', async () => {
    const web = await webServer();
    await web.sockets.close();
    expect([web.web.listenerCount('request'), web.web.listenerCount('upgrade')]).toEqual([1, 0]);
  });

  it('does not make a server of HTTP/2 another one', async () => {
    const streams = http2.createServer();
    const both = http2.createServer((_request, response) => response.end());
    const before = [streams, both].map((server) => server.listenerCount('stream'));
    const attached = [streams, both].map((server) => attach(server, { logger: {} }));
    expect([streams, both].map((server) => server.listenerCount('request'))).toEqual([0, 2]);
    expect([streams, both].map((server) => server.listenerCount('stream'))).toEqual(before);
    await Promise.all(attached.map((server) => server.close()));
    expect([streams, both].map((server) => server.listenerCount('request'))).toEqual([0, 1]);
  });

  it('opens behind the status page on the same socket', async () => {
    const server = await startServer({ statusPage: true });
    server.connections$.subscribe((connection) => connection.send('hello'));
    const peer = await dialRaw(server.url);
    peer.write(page() + requestFor('/'));
    await until(() => peer.head.includes('hello'));
    expect(starts(peer.head).filter((text) => text.startsWith('HTTP'))).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 101',
    ]);
  });
});
