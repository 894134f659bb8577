import http from 'node:http';
import net from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import type { Observable } from 'rxjs';
import {
  attach,
  type Connection,
  type SocketUpgradeOptions,
  upgrade,
  type UpgradeOptions,
} from '../../src/index.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, owned, startClient, watchResources } from '../support/harness.js';
import { dialRaw, RawPeer } from '../support/raw-peer.js';
import { nextTurn, turns, until } from '../support/turns.js';
import { VirtualTime } from 'rxwire/testing';
import { TEXT } from '../support/wire-frames.js';
import { readReply, replyOf, replyTo, requestFor } from './requesting.js';

watchResources();

async function bound(server: net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => new Promise((resolve) => server.close(resolve)));
  return `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
}

function echo(connection: Connection): void {
  owned(connection);
  connection.messages$.subscribe(connection.outbox);
}

async function echoes(url: string): Promise<void> {
  const client = await startClient(url);
  const seen = collect(client.messages$);
  client.send('x');
  await until(() => seen.values.length === 1);
}

describe('upgrade, with a request', () => {
  async function upgrading(
    options?: UpgradeOptions,
  ): Promise<{ url: string; results: Observable<Connection>[] }> {
    const results: Observable<Connection>[] = [];
    const server = http.createServer();
    server.on('upgrade', (request, socket, head) => {
      results.push(upgrade(request, socket, head, options));
    });
    return { url: await bound(server), results };
  }

  it('opens a connection at once, and replays it', async () => {
    const { url, results } = await upgrading({ logger: {} });
    const client = await startClient(`${url}/path`);
    client.send('early');
    await client.flush();
    const first = collect(results[0]!);
    expect([first.values.length, first.done, first.error]).toEqual([1, true, undefined]);
    const accepted = owned(first.values[0]!);
    expect([accepted.role, accepted.request.target]).toEqual(['server', '/path']);
    const seen = collect(accepted.messages$);
    await until(() => seen.values.length === 1);
    expect(collect(results[0]!).values).toEqual([accepted]);
  });

  it('needs no options', async () => {
    const { url, results } = await upgrading();
    const client = await startClient(url);
    client.terminate();
    owned(collect(results[0]!).values[0]!);
  });

  it('completes without one when it is refused', async () => {
    const { url, results } = await upgrading({ logger: {} });
    expect((await replyTo(url, requestFor('/', ['Origin: http://evil.example']))).status).toBe(403);
    expect(collect(results[0]!)).toMatchObject({ values: [], done: true, error: undefined });
  });

  it('completes without one when the client leaves before there is a decision', async () => {
    const { url, results } = await upgrading({
      logger: {},
      authorize: () => new Promise<never>(() => undefined),
    });
    const peer = await dialRaw(url);
    peer.write(requestFor('/'));
    await until(() => results.length === 1);
    const result = collect(results[0]!);
    peer.reset();
    await until(() => result.done);
    expect([result.values, result.error]).toEqual([[], undefined]);
  });

  it('has the bytes behind the request as its first', async () => {
    const { url, results } = await upgrading({ logger: {} });
    const peer = await dialRaw(url);
    peer.write(Buffer.concat([Buffer.from(requestFor('/')), peer.frame(TEXT, 'first')]));
    await peer.headCame();
    const seen = collect(owned(collect(results[0]!).values[0]!).messages$);
    await until(() => seen.values.length === 1);
    expect(seen.values[0]!.data).toBe('first');
  });

  it('reads on a socket that was paused', async () => {
    const server = http.createServer();
    server.on('upgrade', (request, socket, head) => {
      socket.pause();
      setImmediate(() => upgrade(request, socket, head, { logger: {} }).subscribe(echo));
    });
    await echoes(await bound(server));
  });

  it('shares maxPendingHandshakes between those with the same options', async () => {
    const options: UpgradeOptions = {
      maxPendingHandshakes: 1,
      logger: {},
      authorize: () => new Promise<never>(() => undefined),
    };
    const { url, results } = await upgrading(options);
    const peer = await dialRaw(url);
    peer.write(requestFor('/'));
    await until(() => results.length === 1);
    expect((await replyTo(url, requestFor('/'))).status).toBe(503);
    peer.reset();
    await until(() => collect(results[0]!).done);
  });

  it('takes a socket once', async () => {
    const server = http.createServer();
    const errors: unknown[] = [];
    server.on('upgrade', (request, socket, head) => {
      upgrade(request, socket, head, { logger: {} }).subscribe(echo);
      try {
        upgrade(request, socket, head, { logger: {} });
      } catch (error) {
        errors.push(error);
      }
    });
    const url = await bound(server);
    const attached = attach(server, { logger: {} });
    afterTest(() => attached.close());
    await echoes(url);
    expect(String(errors[0])).toMatch(/this socket was upgraded before/);
    expect(attached.connections.size).toBe(0);
  });
});

describe('upgrade, with a socket', () => {
  const SERVER: SocketUpgradeOptions = { role: 'server', logger: {} };

  /** Two streams, each of which reads what the other writes. */
  function pair(): [Duplex, Duplex] {
    const [one, two] = [new PassThrough(), new PassThrough()];
    return [Duplex.from({ readable: one, writable: two }), Duplex.from({ readable: two, writable: one })];
  }

  it('reads the request itself', async () => {
    const url = await bound(net.createServer((socket) => upgrade(socket, SERVER).subscribe(echo)));
    await echoes(url);
    await echoes(`${url}/again`);
  });

  it('works on any Duplex', async () => {
    const [near, far] = pair();
    const result = collect(upgrade(near, SERVER));
    const peer = new RawPeer(far, 'client');
    peer.write(requestFor('/'));
    await until(() => result.values.length === 1);
    echo(result.values[0]!);
    peer.send(TEXT, 'over a pair');
    expect((await peer.next()).payload.toString()).toBe('over a pair');
  });

  it('reads on a Duplex that was paused', async () => {
    const [near, far] = pair();
    near.pause();
    const peer = new RawPeer(far, 'client');
    peer.write(requestFor('/'));
    await nextTurn();
    const result = collect(upgrade(near, SERVER));
    await until(() => result.values.length === 1);
    echo(result.values[0]!);
    peer.send(TEXT, 'after a while');
    expect((await peer.next()).payload.toString()).toBe('after a while');
  });

  it('reads on a socket of a server that pauses what it accepts', async () => {
    const accepting = net.createServer({ pauseOnConnect: true }, (socket) => {
      upgrade(socket, SERVER).subscribe(echo);
    });
    await echoes(await bound(accepting));
  });

  it.each([
    ['what is no HTTP', 'nonsense\r\n\r\n', 400],
    ['a request for no upgrade', 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 426],
    ['another version', requestFor('/').replace('Version: 13', 'Version: 7'), 426],
  ])('refuses %s, and completes', async (_, text, status) => {
    const results: Observable<Connection>[] = [];
    const url = await bound(net.createServer((socket) => results.push(upgrade(socket, SERVER))));
    expect((await replyTo(url, text)).status).toBe(status);
    const result = collect(results[0]!);
    await until(() => result.done);
    expect([result.values, result.error]).toEqual([[], undefined]);
  });

  it('completes when the client leaves before its request is whole', async () => {
    const results: Observable<Connection>[] = [];
    const url = await bound(net.createServer((socket) => results.push(upgrade(socket, SERVER))));
    const peer = await dialRaw(url);
    peer.write(requestFor('/').slice(0, 40));
    await until(() => results.length === 1);
    await turns(5);
    peer.reset();
    const result = collect(results[0]!);
    await until(() => result.done);
    expect(result.values).toEqual([]);
  });

  it('waits handshakeTimeoutMs for the request, and leaves no timer', async () => {
    const clock = new VirtualTime();
    const options: SocketUpgradeOptions = {
      ...SERVER,
      scheduler: clock,
      handshakeTimeoutMs: 100,
      keepAlive: false,
    };
    const url = await bound(net.createServer((socket) => upgrade(socket, options).subscribe(echo)));
    const slow = await dialRaw(url);
    await until(() => clock.pending === 1);
    clock.pass(100);
    expect((await replyOf(slow)).status).toBe(408);
    await echoes(url);
    expect(clock.pending).toBe(0);
  });

  it('ends as any other connection', async () => {
    const [near, far] = pair();
    const result = collect(upgrade(near, SERVER));
    const peer = new RawPeer(far, 'client');
    peer.write(requestFor('/'));
    await until(() => result.values.length === 1);
    expect(readReply(peer.head).status).toBe(101);
    far.destroy();
    near.destroy();
    expect((await ended(result.values[0]!)).code).toBe(1006);
  });
});

describe('upgrade refuses', () => {
  const socket = new PassThrough();
  const request = new http.IncomingMessage(new net.Socket());

  it.each<[string, readonly unknown[], RegExp]>([
    ['nothing', [], /upgrade takes a request, its socket and head, or a Duplex and options/],
    ['a request without a socket', [request, {}, Buffer.alloc(0)], /upgrade takes/],
    ['a request without a head', [request, socket], /head is not the bytes/],
    ['a socket without a role', [socket, {}], /role is missing, expected 'client' or 'server'/],
    ['another role', [socket, { role: 'peer' }], /role is 'peer', expected 'client', 'server'/],
    ['an unknown option', [socket, { role: 'server', prot: 1 }], /unknown option prot/],
    [
      'an unknown option beside a request',
      [request, socket, Buffer.alloc(0), { port: 1 }],
      /unknown option port/,
    ],
  ])('%s', (_, given, text) => {
    expect(() => (upgrade as (...values: unknown[]) => unknown)(...given)).toThrow(text);
  });
});
