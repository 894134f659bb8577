import { type ChildProcess, spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { finalize, switchMap, tap } from 'rxjs';
import {
  connect,
  type Connection,
  HandshakeError,
  type LinkStatus,
  persistent,
  reconnect,
  type ReconnectOptions,
} from '../../../src/index.js';
import { opensslNeed, selfSigned } from '../../support/certificate.js';
import { collect, type Record } from '../../support/collect.js';
import { afterTest, startServer, watchResources } from '../../support/harness.js';
import { rawServer } from '../../support/raw-peer.js';
import { itNeeds } from '../../support/skip.js';
import { until } from '../../support/turns.js';

watchResources();

const QUIET = { logger: {} };
/** Soon, and not at all evenly: what is looked at is that it comes back. */
const SOON: ReconnectOptions = { delays: { baseMs: 5, capMs: 20 } };

interface Child {
  readonly process: ChildProcess;
  readonly port: number;
  kill(): Promise<void>;
}

/** A server of the package ws in a process of its own. */
async function startChild(port = 0): Promise<Child> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'peer-child.cjs'), String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  afterTest(kill);
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, port: Number(said.toString()), kill };
}

function watch(url: string, options: ReconnectOptions = SOON) {
  const statuses: LinkStatus[] = [];
  const connections = collect(
    connect(url, QUIET).pipe(reconnect({ ...options, status: { next: (status) => statuses.push(status) } })),
  );
  return { statuses, connections };
}

const states = (statuses: readonly LinkStatus[]): string[] => statuses.map(({ state }) => state);

async function opened(connections: Record<Connection>, count: number): Promise<Connection> {
  await until(() => connections.values.length >= count && connections.values.at(-1)!.state === 'open');
  return connections.values.at(-1)!;
}

/** A proxy of TCP that can be told to drop what it carries. */
async function startProxy(port: number): Promise<{ url: string; drop: () => void; hole: () => void }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = (): void => sockets.forEach((socket) => socket.resetAndDestroy());
  afterTest(() => {
    drop();
    server.close();
  });
  const hole = (): void => {
    for (const socket of sockets) {
      socket.unpipe();
      socket.resume();
    }
  };
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, drop, hole };
}

/** An HTTP server that refuses each upgrade as it is told. */
async function refusing(
  answer: (request: number) => string,
): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const server = http.createServer();
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined);
    socket.end(answer(requests++));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}

describe('a server of ws that is killed and started again', () => {
  it('is found again by reconnect', async () => {
    const first = await startChild();
    const { connections, statuses } = watch(`ws://127.0.0.1:${first.port}`);
    const echoed: unknown[] = [];
    const before = await opened(connections, 1);
    await first.kill();
    await until(() => statuses.filter(({ state }) => state === 'waiting').length >= 3);
    expect(before.state).toBe('closed');
    await startChild(first.port);
    const after = await opened(connections, 2);
    after.messages$.subscribe(({ data }) => echoed.push(data));
    after.send('here again');
    await until(() => echoed.length === 1);
    expect(echoed).toEqual(['here again']);
    expect(states(statuses).slice(0, 3)).toEqual(['connecting', 'open', 'waiting']);
    expect(states(statuses).slice(-2)).toEqual(['connecting', 'open']);
  }, 30_000);

  it('gets what a persistent connection held meanwhile, channels first', async () => {
    const first = await startChild();
    const link = persistent(`ws://127.0.0.1:${first.port}`, { ...QUIET, ...SOON });
    afterTest(() => link[Symbol.asyncDispose]());
    const messages = collect(link.messages$);
    collect(link.channel('a', { subscribe: () => '+a', unsubscribe: () => '-a', select: () => undefined }));
    await until(() => messages.values.length === 1);
    const statuses = collect(link.status$);
    await first.kill();
    await until(() => statuses.values.at(-1)?.state !== 'open');
    expect(link.send('in between')).toBe(true);
    await startChild(first.port);
    await until(() => messages.values.length >= 3);
    expect(messages.values.map(({ data }) => data)).toEqual(['+a', '+a', 'in between']);
  }, 30_000);
});

describe('what lies between', () => {
  it('a proxy that drops its connections is dialled again, each time', async () => {
    const server = await startServer();
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    const proxy = await startProxy(Number(new URL(server.url).port));
    const { connections } = watch(proxy.url);
    for (let i = 1; i <= 5; i++) {
      await opened(connections, i);
      proxy.drop();
    }
    await opened(connections, 6);
    connections.stop();
  });

  it('a proxy that swallows everything is noticed by keep-alive', async () => {
    const server = await startServer({ keepAlive: false });
    const proxy = await startProxy(Number(new URL(server.url).port));
    const connections = collect(
      connect(proxy.url, { ...QUIET, keepAlive: { intervalMs: 50, timeoutMs: 50 } }).pipe(reconnect(SOON)),
    );
    const first = await opened(connections, 1);
    proxy.hole();
    await until(() => first.state === 'closed');
    await opened(connections, 2);
    expect(first.state).toBe('closed');
    proxy.drop();
  });
});

describe('what a server answers', () => {
  it('503 is asked again when its Retry-After is over, and not before', async () => {
    const { url, requests } = await refusing(
      () => 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n',
    );
    const { connections, statuses } = watch(url);
    await until(() => statuses.at(-1)?.state === 'waiting');
    const { delayMs, cause } = statuses.at(-1) as Extract<LinkStatus, { state: 'waiting' }>;
    // An hour is more than is obeyed by default.
    expect(delayMs).toBeGreaterThanOrEqual(300_000);
    expect(delayMs).toBeLessThanOrEqual(300_020);
    expect(cause).toMatchObject({ status: 503 });
    expect(requests()).toBe(1);
    connections.stop();
  });

  it('503 becomes a connection when the server is ready', async () => {
    const server = await startServer({
      authorize: () =>
        ++asked < 3 ? { accept: false, status: 503, headers: { 'Retry-After': '0' } } : { accept: true },
    });
    let asked = 0;
    const { connections, statuses } = watch(server.url);
    await opened(connections, 1);
    expect(states(statuses)).toEqual([
      'connecting',
      'waiting',
      'connecting',
      'waiting',
      'connecting',
      'open',
    ]);
    connections.stop();
  });

  it.each([
    [401, 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n'],
    [403, 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'],
    [404, 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
  ])('%i ends it, at once and once', async (status, answer) => {
    const { url, requests } = await refusing(() => answer);
    const { connections, statuses } = watch(url);
    await until(() => connections.done);
    expect(connections.error).toMatchObject({ status });
    expect([requests(), states(statuses)]).toEqual([1, ['connecting', 'closed']]);
  });

  it('an end in place of an answer is tried again', async () => {
    const { url, requests } = await refusing(() => '');
    const { connections } = watch(url, { ...SOON, maxAttempts: 3 });
    await until(() => connections.done);
    expect([connections.error, requests()]).toEqual([expect.any(HandshakeError), 3]);
  });

  it('what is no HTTP ends it', async () => {
    const { url, requests } = await refusing(() => 'SSH-2.0-OpenSSH_9.2\r\n');
    const { connections } = watch(url);
    await until(() => connections.done);
    expect([connections.error, requests()]).toEqual([expect.any(HandshakeError), 1]);
  });

  itNeeds(opensslNeed(), 'a certificate that is not trusted ends it', async () => {
    const server = await startServer({ tls: selfSigned() });
    const { connections, statuses } = watch(server.url);
    await until(() => connections.done);
    expect(connections.error).toMatchObject({ phase: 'tls', cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    expect(states(statuses)).toEqual(['connecting', 'closed']);
  });

  it('nobody who listens is tried again, and found as soon as there is somebody', async () => {
    const server = await startServer();
    const { port } = new URL(server.url);
    await server.close();
    const { connections, statuses } = watch(server.url);
    await until(() => statuses.filter(({ state }) => state === 'waiting').length === 3);
    await startServer({ port: Number(port) });
    await opened(connections, 1);
    connections.stop();
  });
});

describe('200 connections, one after the other', () => {
  it('leave no listener, and nothing that is held', async () => {
    const server = await startServer();
    server.connections$.subscribe((connection) => {
      connection.send('hello');
      connection.close(1012);
    });
    const events = ['exit', 'beforeExit', 'uncaughtException'] as const;
    const listeners = (): number[] => events.map((event) => hostProcess.listenerCount(event));
    const before = listeners();
    const abort = new AbortController();
    let finalized = 0;
    let messages = 0;
    let connected = 0;
    let most = 0;
    const done = collect(
      connect(server.url, { ...QUIET, signal: abort.signal }).pipe(
        finalize(() => finalized++),
        reconnect({ delays: () => 0 }),
        tap(() => {
          connected++;
          most = Math.max(most, server.connections.size);
        }),
        switchMap((connection) => connection.messages$),
        tap(() => messages++),
      ),
    );
    await until(() => messages >= 200);
    done.stop();
    expect(connected).toBeGreaterThanOrEqual(messages);
    expect(finalized).toBeGreaterThanOrEqual(connected);
    expect(most).toBeLessThanOrEqual(3);
    expect(listeners()).toEqual(before);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  }, 60_000);
});

describe('leaving in the middle of an opening', () => {
  it.each([
    ['while the name is looked up', 'ws://localhost', false],
    ['while TLS is agreed on', 'wss://127.0.0.1', true],
    ['while the answer is awaited', 'ws://127.0.0.1', true],
  ])('%s leaves no socket, no timer and no attempt', async (_name, origin, isAccepted) => {
    const server = await rawServer();
    const link = persistent(`${origin}:${server.port}`, { ...QUIET, ...SOON });
    const messages = collect(link.messages$);
    const { connections, statuses } = watch(`${origin}:${server.port}`);
    if (isAccepted) await until(() => server.peers.length === 2);
    connections.stop();
    link.close();
    expect([states(statuses), messages.done]).toEqual([['connecting', 'closed'], true]);
    await until(() => server.peers.every(({ ended, closed }) => ended || closed));
    expect(server.peers).toHaveLength(isAccepted ? 2 : 0);
  });
});

describe('a process that waits', () => {
  it.each([
    ['stays alive', false, 1],
    ['may exit with unref', true, 0],
  ])('%s', async (_name, unref, timers) => {
    const server = await startServer();
    await server.close();
    const count = (): number =>
      hostProcess.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = count();
    const { connections, statuses } = watch(server.url, { delays: () => 60_000, unref });
    await until(() => statuses.at(-1)?.state === 'waiting');
    expect(count() - before).toBe(timers);
    connections.stop();
  });
});
