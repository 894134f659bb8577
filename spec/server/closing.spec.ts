import http from 'node:http';
import net from 'node:net';
import { firstValueFrom, NEVER } from 'rxjs';
import {
  attach,
  openConnection,
  openServer,
  serve,
  type Server,
  type ServerOptions,
} from '../../src/index.js';
import { VirtualTime } from 'rxwire/testing';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, startClient, startServer, watchResources } from '../support/harness.js';
import { dialRaw, openRaw, type RawPeer, requestHead } from '../support/raw-peer.js';
import { itNeeds } from '../support/skip.js';
import { turns, until } from '../support/turns.js';
import { BINARY, CLOSE, closeOf, TEXT } from '../support/wire-frames.js';

watchResources();

const HALF = requestHead().slice(0, 60);

/** Says 503, and why, and that nothing comes behind it. */
async function expectRefusal(peer: RawPeer): Promise<void> {
  await peer.whenEnded();
  expect(peer.head).toMatch(/^HTTP\/1\.1 503 /);
  expect(peer.head).toContain('\r\nConnection: close\r\n');
  expect(peer.head).toContain('\r\n\r\nthe server is closing\n');
}

/** A server that gives its connections no time of their own, and a clock that only the test moves. */
async function withClock(options: ServerOptions = {}): Promise<{ server: Server; clock: VirtualTime }> {
  const clock = new VirtualTime();
  const server = await startServer({
    scheduler: clock,
    closeTimeoutMs: 60_000,
    keepAlive: false,
    ...options,
  });
  return { server, clock };
}

/** Whether it has come to its end, now. */
function watch(promise: Promise<unknown>): { done: boolean } {
  const state = { done: false };
  void promise.then(() => (state.done = true));
  return state;
}

describe('closing a server, with peers that have no connection yet', () => {
  it('refuses those that have sent nothing, or half a request', async () => {
    const server = await startServer();
    const rejections = collect(server.rejections$);
    const silent = await dialRaw(server.url);
    const half = await dialRaw(server.url);
    half.write(HALF);
    const gone = await dialRaw(server.url);
    gone.stream.destroy();
    await turns(20);
    await server.close();
    await Promise.all([silent, half].map(expectRefusal));
    expect(rejections.values.map(({ status }) => status)).toEqual([503, 503]);
  });

  itNeeds(opensslNeed(), 'refuses them over TLS, and ends those in the middle of its handshake', async () => {
    const server = await startServer({ tls: selfSigned() });
    const half = await dialRaw(server.url);
    half.write(HALF);
    const below = await dialRaw(server.url.replace('wss:', 'ws:'));
    below.write(Buffer.from('160301', 'hex'));
    await turns(50);
    await server.close();
    await expectRefusal(half);
    await below.whenEnded();
  });

  it('refuses them at a given server, which goes on', async () => {
    const given = net.createServer();
    await new Promise<void>((resolve) => given.listen(0, '127.0.0.1', resolve));
    afterTest(() => given.close());
    const server = await openServer({ server: given, logger: {} });
    const half = await dialRaw(server.url);
    half.write(HALF);
    await turns(20);
    const { url } = server;
    await server.close();
    await expectRefusal(half);
    const late = await dialRaw(url);
    expect(late.closed).toBe(false);
    late.stream.destroy();
  });

  it('remembers no more sockets that have left than there are others, or a few', async () => {
    const server = await startServer();
    for (let i = 0; i < 200; i++) {
      const peer = await dialRaw(server.url);
      peer.stream.destroy();
    }
    const last = await dialRaw(server.url);
    await turns(5);
    await server.close();
    await expectRefusal(last);
  });

  it.each([
    ['a promise that never settles', () => new Promise<never>(() => undefined)],
    ['an Observable that says nothing', () => NEVER],
  ])('refuses those that wait for authorize: %s', async (_, answer) => {
    const reasons: unknown[] = [];
    const server = await startServer({
      authorize: ({ signal }) => {
        signal.addEventListener('abort', () => reasons.push((signal.reason as Error).message));
        return answer();
      },
    });
    const peer = await dialRaw(server.url);
    peer.write(requestHead());
    await turns(20);
    const closing = server.close();
    expect(reasons).toEqual(['the server is closing']);
    await closing;
    await expectRefusal(peer);
  });

  it('takes no word of an authorize that says yes too late', async () => {
    let decide: (() => void) | undefined;
    const server = await startServer({
      authorize: () => new Promise((resolve) => (decide = () => resolve({ accept: true }))),
    });
    const peer = await dialRaw(server.url);
    peer.write(requestHead());
    await until(() => decide !== undefined);
    const closing = server.close();
    decide?.();
    await closing;
    await expectRefusal(peer);
    expect(server.connections.size).toBe(0);
  });

  it.each<[string, (close: () => void) => ServerOptions]>([
    ['authorize', (close) => ({ authorize: () => (close(), { accept: true }) })],
    [
      'selectSubprotocol',
      (close) => ({
        subprotocols: ['a'],
        selectSubprotocol: () => (close(), 'a'),
        requireSubprotocol: false,
      }),
    ],
  ])('refuses the one about whom %s was asked when it closed the server', async (_, options) => {
    let server: Server | undefined = undefined as Server | undefined;
    let closing: Promise<void> | undefined;
    server = await startServer(options(() => void (closing = server?.close())));
    const peer = await dialRaw(server.url);
    peer.write(requestHead(['Sec-WebSocket-Protocol: a']));
    await until(() => closing !== undefined);
    await closing;
    await expectRefusal(peer);
    expect(server.connections.size).toBe(0);
  });

  it('answers those at an attached server that wait for authorize, and leaves the rest of it alone', async () => {
    const web = http.createServer((_request, response) => response.end('a page'));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    afterTest(() => web.close());
    const server = attach(web, { authorize: () => NEVER, logger: {} });
    const waiting = await dialRaw(server.url);
    waiting.write(requestHead());
    await turns(20);
    const { url } = server;
    await server.close();
    await expectRefusal(waiting);
    const page = await fetch(url.replace('ws:', 'http:'), { headers: { Connection: 'close' } });
    expect(await page.text()).toBe('a page');
  });
});

describe('closing a server, with connections', () => {
  it('accepts nobody from the moment on, while the others have their time', async () => {
    const { server, clock } = await withClock();
    const { url } = server;
    const peer = await openRaw(url);
    const closing = watch(server.close({ graceMs: 1000 }));
    await expect(openConnection(url)).rejects.toMatchObject({ phase: 'tcp' });
    clock.pass(999);
    await turns(20);
    expect([closing.done, peer.closed]).toEqual([false, false]);
    clock.pass(1);
    await until(() => closing.done);
    expect(clock.pending).toBe(0);
  });

  it.each<[string, (peer: RawPeer) => void]>([
    ['never answer', () => undefined],
    ['are in the middle of a message', (peer) => peer.send(TEXT, 'begun', { fin: false })],
    [
      'are in the middle of a frame',
      (peer) => peer.write(peer.frame(BINARY, 'x'.repeat(1000)).subarray(0, 500)),
    ],
    ['send on and on', (peer) => flood(peer)],
    ['do not read', (peer) => peer.stream.pause()],
  ])('tells those that %s, and cuts them when the time is over', async (_, behave) => {
    const { server, clock } = await withClock();
    server.connections$.subscribe((connection) => {
      connection.messages$.subscribe();
      connection.send('x'.repeat(1_000_000));
    });
    const peer = await openRaw(server.url);
    behave(peer);
    await turns(20);
    const closing = watch(server.close({ graceMs: 300 }));
    if (!peer.stream.isPaused()) {
      await until(() => peer.frames.some(({ opcode }) => opcode === CLOSE));
      expect(closeOf(peer.frames.find(({ opcode }) => opcode === CLOSE)!)[0]).toBe(1001);
    }
    await turns(20);
    expect([closing.done, server.connections.size]).toEqual([false, 1]);
    clock.pass(300);
    await until(() => closing.done);
    expect([server.connections.size, clock.pending]).toEqual([0, 0]);
    peer.stream.resume();
    await peer.whenEnded();
  });

  it('waits for those that answer, and ends them itself though they keep their side open', async () => {
    const { server, clock } = await withClock();
    const peer = await openRaw(server.url);
    const closing = watch(server.close({ graceMs: 300 }));
    const [close] = [await peer.next()];
    peer.send(CLOSE, close.payload);
    await peer.whenEnded();
    await turns(20);
    expect(closing.done).toBe(false);
    clock.pass(300);
    await until(() => closing.done);
  });

  it('cuts 300 that never answer at the same moment', async () => {
    const { server, clock } = await withClock();
    const peers: RawPeer[] = [];
    for (let i = 0; i < 300; i++) peers.push(await openRaw(server.url));
    const closing = server.close({ graceMs: 50 });
    await until(() => peers.every(({ frames }) => frames.length === 1));
    clock.pass(50);
    await closing;
    await Promise.all(peers.map((peer) => peer.whenEnded()));
  });

  it('is sooner over when it is said again with less time, and not later with more', async () => {
    const { server, clock } = await withClock();
    await openRaw(server.url);
    const first = server.close({ graceMs: 5000 });
    const closing = watch(first);
    expect(server.close({ graceMs: 9000 })).toBe(first);
    expect(server.close({ graceMs: 100 })).toBe(first);
    expect(server.close()).toBe(first);
    clock.pass(99);
    await turns(20);
    expect(closing.done).toBe(false);
    clock.pass(1);
    await until(() => closing.done);
    expect(server.close({ graceMs: 0 })).toBe(first);
    expect(clock.pending).toBe(0);
  });

  it('is the same closing when those who are told of it close again', async () => {
    const server: Server = await startServer({
      authorize: ({ path, signal }) => {
        signal.addEventListener('abort', () => closings.push(server.close()));
        return path === '/wait' ? NEVER : { accept: true };
      },
    });
    const closings: Promise<void>[] = [];
    const waiting = await dialRaw(server.url);
    waiting.write(requestHead().replace('GET /', 'GET /wait'));
    const client = await startClient(server.url);
    await until(() => server.connections.size === 1);
    for (const connection of server.connections) {
      connection.state$.subscribe((state) => {
        if (state !== 'open') closings.push(server.close());
      });
    }
    const closing = server.close();
    await closing;
    expect(closings.length).toBeGreaterThan(1);
    expect(new Set([...closings, closing]).size).toBe(1);
    expect(await ended(client)).toMatchObject({ code: 1001, wasClean: true });
  });

  it('is safe within the handler of serve, and within messages$', async () => {
    for (const when of ['handler', 'message']) {
      let closing: Promise<void> | undefined;
      const running = collect(
        serve(
          (connection) => {
            const close = (): void => void (closing = running.values[0]!.close());
            if (when === 'handler') close();
            else connection.messages$.subscribe(close);
          },
          { host: '127.0.0.1', logger: {} },
        ),
      );
      await until(() => running.values.length === 1);
      const client = await startClient(running.values[0]!.url);
      client.send('go');
      expect(await ended(client)).toMatchObject({ code: 1001, wasClean: true });
      await closing;
      expect(running.done).toBe(true);
    }
  });

  it('is not kept waiting by somebody who takes messages and never gets on', async () => {
    const { server, clock } = await withClock({ receiveHighWaterMessages: 2, drainTimeoutMs: 2000 });
    server.connections$.subscribe((connection) => connection.consume(() => NEVER).subscribe());
    const peer = await openRaw(server.url);
    for (let i = 0; i < 50; i++) peer.send(TEXT, String(i));
    await turns(50);
    const closing = watch(server.close({ graceMs: 100 }));
    clock.pass(100);
    await turns(20);
    clock.pass(2000);
    await turns(20);
    clock.pass(2000);
    await until(() => closing.done);
  });

  it('lets what was sent before go before', async () => {
    const server = await startServer();
    const client = await startClient(server.url);
    const { values } = collect(client.messages$);
    await until(() => server.connections.size === 1);
    server.broadcast('last words');
    await server.close({ code: 1012, reason: 'back soon' });
    expect(await firstValueFrom(client.closed$)).toMatchObject({ code: 1012, reason: 'back soon' });
    expect(values.map(({ data }) => data)).toEqual(['last words']);
  });
});

/** Sends messages and Pings as fast as they are taken, until the socket has gone. */
function flood(peer: RawPeer): void {
  const burst = Buffer.concat(Array.from({ length: 200 }, () => peer.frame(TEXT, 'more')));
  const again = (): void => {
    if (peer.stream.destroyed || !peer.stream.writable) return;
    if (peer.stream.writableLength < 1_000_000) peer.write(burst);
    setImmediate(again);
  };
  again();
}
