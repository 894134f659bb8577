import { spawn } from 'node:child_process';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { listen, openServer, type Server, type ServerOptions } from '../../src/index.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, startClient, startServer, watchResources } from '../support/harness.js';
import { dialRaw, openRaw, requestHead } from '../support/raw-peer.js';
import { describeNeeds } from '../support/skip.js';
import { transpiled } from '../support/transpiled.js';
import { turns, until } from '../support/turns.js';
import { VirtualTime } from 'rxwire/testing';
import { readReply, replyTo, requestFor } from './requesting.js';

watchResources();

async function bound<S extends net.Server>(server: S): Promise<S> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => new Promise((resolve) => server.close(resolve)));
  return server;
}

async function over(server: net.Server, options: ServerOptions = {}): Promise<Server> {
  const opened = await openServer({ server, logger: {}, ...options });
  afterTest(() => {
    for (const connection of opened.connections) connection.terminate();
    return opened.close();
  });
  opened.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  return opened;
}

async function echoes(url: string, ca?: string): Promise<void> {
  const client = await startClient(url, ca === undefined ? {} : { tls: { ca } });
  const seen = collect(client.messages$);
  client.send('over there');
  await until(() => seen.values.length === 1);
  expect(seen.values[0]!.data).toBe('over there');
}

describe('the option server', () => {
  it('takes the connections of a server of node:net, which others bind and close', async () => {
    const given = await bound(net.createServer());
    const server = await over(given);
    expect(server.address).toEqual(given.address());
    expect(server.url).toBe(`ws://127.0.0.1:${(given.address() as AddressInfo).port}`);
    await echoes(server.url);
    const client = await startClient(server.url);
    await server.close();
    expect(await ended(client)).toMatchObject({ code: 1001, wasClean: true });
    expect(given.listening).toBe(true);
    expect(given.listenerCount('connection')).toBe(0);
  });

  it('is told an address when it has one', async () => {
    const given = net.createServer();
    const server = await over(given);
    expect([server.address, server.url]).toEqual(['', '']);
    await bound(given);
    await echoes(server.url);
  });

  it('answers plain requests and what is no request, too', async () => {
    const server = await over(await bound(net.createServer()), { statusPage: true });
    expect((await replyTo(server.url, 'nonsense\r\n\r\n')).status).toBe(400);
    const page = await fetch(server.url.replace('ws:', 'http:'), { headers: { connection: 'close' } });
    expect(page.status).toBe(200);
    await page.text();
  });

  it('is attached to where it is one of node:http', async () => {
    const given = await bound(http.createServer((_, response) => response.end('mine')));
    const server = await over(given, { path: '/ws' });
    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/ws$/);
    await echoes(server.url);
  });

  for (const [name, bytes] of [
    ['nothing', ''],
    ['half a request', requestHead().slice(0, 60)],
  ] as const) {
    it(`cuts a client that sends ${name} within handshakeTimeoutMs`, async () => {
      const clock = new VirtualTime();
      const server = await over(await bound(net.createServer()), {
        scheduler: clock,
        handshakeTimeoutMs: 700,
      });
      const peer = await dialRaw(server.url);
      peer.write(bytes);
      await until(() => clock.pending === 1);
      clock.pass(699);
      await turns();
      expect(peer.ended).toBe(false);
      clock.pass(1);
      await peer.whenEnded();
      expect(readReply(peer.head).status).toBe(408);
      expect(clock.pending).toBe(0);
    });
  }

  it('has no timer left for a request that came', async () => {
    const clock = new VirtualTime();
    const given = await bound(net.createServer());
    const server = await over(given, { scheduler: clock, keepAlive: false });
    await openRaw(server.url);
    expect(clock.pending).toBe(0);
  });
});

describeNeeds(opensslNeed(), 'the option server, over TLS', () => {
  it('takes the connections of a server of node:tls', async () => {
    const certificate = selfSigned();
    const server = await over(await bound(tls.createServer(certificate)));
    expect(server.url).toMatch(/^wss:/);
    await echoes(server.url, certificate.cert);
  });
});

describe('the option fd', () => {
  it('listens on what was bound by another process', async () => {
    const built = transpiled();
    afterTest(() => {
      built.remove();
    });
    const given = await bound(net.createServer());
    const { fd } = (given as unknown as { _handle: { fd: number } })._handle;
    const child = spawn(process.execPath, [join(import.meta.dirname, 'fd-child.cjs'), built.index], {
      stdio: ['pipe', 'pipe', 'inherit', fd],
    });
    let said = '';
    child.stdout!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const left = new Promise((resolve) => child.on('close', resolve));
    await until(() => said.includes('\n'), 'the child listens');
    expect(said).toContain(`:${(given.address() as AddressInfo).port}`);
    // This process listens on it, too: the one that is quicker gets a client.
    given.on('connection', (socket) => socket.resume().end());
    for (;;) {
      const peer = await dialRaw(said.trim());
      peer.write(requestHead());
      await Promise.race([peer.headCame(), peer.whenEnded()]);
      const { head } = peer;
      peer.stream.destroy();
      if (head.startsWith('HTTP/1.1 101')) break;
    }
    child.stdin!.end();
    expect(await left).toBe(0);
  });
});

describe('where a server listens', () => {
  const wrong: [string, object, RegExp][] = [
    ['two places', { unixPath: '/x', fd: 3 }, /unixPath and fd are both given/],
    ['a server and a port', { server: net.createServer(), port: 1 }, /server and port are both given/],
    ['a server and TLS', { server: net.createServer(), tls: {} }, /server and tls are both given/],
    ['what is no server', { server: {} }, /server is not a server of node:net/],
    ['unmatched without a server', { unmatched: 404 }, /unmatched/],
    [
      'another unmatched',
      { server: http.createServer(), unmatched: 403 },
      /unmatched is 403, expected 'leave', 404/,
    ],
    [
      'a status page on a server of node:http',
      { server: http.createServer(), statusPage: true },
      /statusPage/,
    ],
    ['a descriptor below 0', { fd: -1 }, /fd is -1/],
    ['a backlog of 0', { backlog: 0 }, /backlog is 0/],
    ['a limit of 0', { maxPendingHandshakes: 0 }, /maxPendingHandshakes is 0/],
    ['a path that is none', { path: 'chat' }, /path is "chat", expected one that begins with "\/"/],
  ];
  it.each(wrong)('refuses %s', async (_, options, text) => {
    await expect(openServer(options)).rejects.toThrow(text);
  });

  const [major = 0] = process.versions.node.split('.').map(Number);

  it('takes a backlog, and reusePort where Node has it', async () => {
    await startServer({ backlog: 1 });
    if (major < 22) expect(() => listen({ reusePort: true })).toThrow(/reusePort needs Node 22\.12/);
    else await startServer({ reusePort: true });
  });

  it('may be one path, others are refused with 404', async () => {
    const server = await startServer({ path: '/chat/:room' });
    const rejections = collect(server.rejections$);
    expect((await replyTo(server.url, requestFor('/chat/a?b'))).status).toBe(101);
    expect((await replyTo(server.url, requestFor('/'))).status).toBe(404);
    expect(rejections.values).toMatchObject([{ status: 404 }]);
  });
});

describe('maxPendingHandshakes', () => {
  it('closes whoever comes while too many have not sent a whole request', async () => {
    const server = await startServer({ maxPendingHandshakes: 3 });
    const waiting = await Promise.all([1, 2, 3].map(() => dialRaw(server.url)));
    waiting[0]!.write(requestHead().slice(0, 20));
    const fourth = await dialRaw(server.url);
    await fourth.whenEnded();
    expect(fourth.head).toBe('');
    waiting[0]!.write(requestHead().slice(20));
    await waiting[0]!.headCame();
    const fifth = await openRaw(server.url);
    waiting[1]!.stream.destroy();
    waiting[2]!.stream.destroy();
    await until(() => server.connections.size === 2);
    expect(fifth.ended).toBe(false);
  });

  it('does not count those that are open', async () => {
    const server = await startServer({ maxPendingHandshakes: 1 });
    for (let i = 0; i < 5; i++) await openRaw(server.url);
    expect(server.connections.size).toBe(5);
  });
});

describeNeeds(opensslNeed(), 'maxPendingHandshakes, over TLS', () => {
  it('counts those in the handshake of TLS, and not those that are open', async () => {
    const server = await startServer({ tls: selfSigned(), maxPendingHandshakes: 2 });
    for (let i = 0; i < 3; i++) await openRaw(server.url);
    const { port } = server.address as AddressInfo;
    const sockets = [1, 2, 3].map(() => net.connect(port, '127.0.0.1'));
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      afterTest(() => socket.destroy());
    }
    await until(() => sockets.some(({ closed }) => closed), 'the third is closed');
    expect(sockets.filter(({ closed }) => closed)).toHaveLength(1);
    expect(server.connections.size).toBe(3);
  });
});
