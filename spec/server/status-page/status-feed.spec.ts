import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { firstValueFrom, take, toArray } from 'rxjs';
import { type ClientOptions, type Connection, reject, type ServerStats, type Server } from 'rxwire';
import { VirtualTime } from 'rxwire/testing';
import { collect } from '../../support/collect.js';
import { ended, startClient, startServer, watchResources } from '../../support/harness.js';
import { turns, until } from '../../support/turns.js';

watchResources();

const FEED = 'rxwire.status';

/** What the script of the page does. */
function openFeed(server: Server<unknown>, options: ClientOptions = {}): Promise<Connection> {
  const origin = new URL(server.url.replace('ws', 'http')).origin;
  return startClient(server.url, { origin, subprotocols: [FEED], requireSubprotocol: false, ...options });
}

function statsOf(data: unknown): ServerStats {
  return JSON.parse(data as string) as ServerStats;
}

describe('the figures of the status page', () => {
  it('are the stats of the server as JSON: at once, and every second', async () => {
    const scheduler = new VirtualTime();
    const server = await startServer({ statusPage: true, scheduler, keepAlive: false });
    await startClient(server.url, { keepAlive: false });
    const feed = await openFeed(server, { keepAlive: false });
    expect(feed.subprotocol).toBe(FEED);
    const shown = collect(feed.messages$);
    await until(() => shown.values.length === 1);
    scheduler.pass(1000);
    await until(() => shown.values.length === 2);
    const [first, second] = shown.values.map(({ data }) => statsOf(data));
    expect(first).toEqual({ ...server.stats, uptimeMs: 0 });
    expect(second).toMatchObject({ uptimeMs: 1000, connections: 1, accepted: 1 });
  });

  it('come over connections that the server neither emits, nor counts, nor sends broadcasts to', async () => {
    const server = await startServer({ statusPage: true });
    const emitted = collect(server.connections$);
    const feed = await openFeed(server);
    const shown = collect(feed.messages$);
    await until(() => shown.values.length > 0);
    expect(server.broadcast('for all')).toMatchObject({ delivered: 0 });
    expect([emitted.values.length, server.connections.size]).toEqual([0, 0]);
    feed.close();
    await ended(feed);
    await turns();
    expect(server.stats).toMatchObject({ connections: 0, accepted: 0, closedCleanly: 0, closedUncleanly: 0 });
    expect(server.stats.sent.octets).toBe(0);
  });

  it('end their timer with the last page', async () => {
    const scheduler = new VirtualTime();
    const server = await startServer({ statusPage: true, scheduler, keepAlive: false });
    const feed = await openFeed(server, { keepAlive: false });
    await firstValueFrom(feed.messages$);
    expect(scheduler.pending).toBe(1);
    feed.terminate();
    await until(() => scheduler.pending === 0);
  });

  it('are not for pages of other hosts, whoever else may connect, nor for programs that say of no page', async () => {
    const server = await startServer({ statusPage: true, origins: 'any' });
    for (const origin of ['https://evil.example', 'null', undefined]) {
      const client = await startClient(server.url, {
        ...(origin !== undefined && { origin }),
        subprotocols: [FEED],
        requireSubprotocol: false,
      });
      expect(client.subprotocol).toBeUndefined();
    }
    await until(() => server.connections.size === 3);
  });

  it('are not there without the page', async () => {
    const server = await startServer();
    const client = await openFeed(server);
    expect(client.subprotocol).toBeUndefined();
    await until(() => server.connections.size === 1);
  });

  it('need the leave of authorize', async () => {
    const offered: (readonly string[])[] = [];
    const server = await startServer({
      statusPage: true,
      authorize: ({ subprotocols }) => {
        offered.push(subprotocols);
        return reject(401);
      },
    });
    await expect(openFeed(server)).rejects.toMatchObject({ status: 401 });
    expect(offered).toEqual([[FEED]]);
  });

  it('come whatever subprotocols the server demands of others', async () => {
    const server = await startServer({ statusPage: true, subprotocols: ['chat'], requireSubprotocol: true });
    expect((await openFeed(server)).subprotocol).toBe(FEED);
  });

  it('are closed with the server, which waits for them', async () => {
    const server = await startServer({ statusPage: true });
    const feed = await openFeed(server);
    feed.discard();
    await server.close();
    expect(await ended(feed)).toMatchObject({ code: 1001, wasClean: true });
  });

  it('go to 32 pages at a time, and the next is told why not', async () => {
    const server = await startServer({ statusPage: true, keepAlive: false });
    const feeds: Connection[] = [];
    for (let i = 0; i < 32; i++) feeds.push(await openFeed(server, { keepAlive: false }));
    const last = feeds.at(-1)!;
    expect((await firstValueFrom(last.messages$.pipe(take(1), toArray()))).length).toBe(1);
    const late = await openFeed(server, { keepAlive: false });
    expect(await ended(late)).toMatchObject({ code: 1013, reason: 'too many status pages are open' });
    feeds[0]!.close();
    await ended(feeds[0]!);
    await turns();
    expect(await firstValueFrom((await openFeed(server, { keepAlive: false })).messages$)).toBeDefined();
  }, 30_000);

  it.each(['maxConnections', 'maxConnectionsPerAddress'])(
    'take no place of %s, and are there when none is left',
    async (option) => {
      const server = await startServer({ statusPage: true, [option]: 1 });
      await firstValueFrom((await openFeed(server)).messages$);
      await startClient(server.url);
      await expect(startClient(server.url)).rejects.toThrow(/status (429|503)/);
      const shown = await firstValueFrom((await openFeed(server)).messages$);
      expect(statsOf(shown.data)).toMatchObject({ connections: 1, refused: 1 });
    },
  );

  it('are refused where many who were told why not have not left', async () => {
    const server = await startServer({ statusPage: true, keepAlive: false });
    const { port } = server.address as AddressInfo;
    const head = [
      'GET / HTTP/1.1',
      `Host: 127.0.0.1:${String(port)}`,
      `Origin: http://127.0.0.1:${String(port)}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Protocol: ${FEED}`,
    ].join('\r\n');
    const statuses: string[] = [];
    const sockets: net.Socket[] = [];
    for (let i = 0; i < 65; i++) {
      const socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
      socket.write(`${head}\r\n\r\n`);
      const [reply] = (await once(socket, 'data')) as [string];
      statuses.push(reply.slice(9, 12));
      sockets.push(socket);
    }
    expect(statuses).toEqual([...Array.from({ length: 64 }, () => '101'), '503']);
    for (const socket of sockets) socket.destroy();
  }, 30_000);

  it('do not make those who come next seem too many', async () => {
    const server = await startServer({ statusPage: true, maxPendingHandshakes: 2 });
    for (let i = 0; i < 4; i++) await openFeed(server);
    const { port } = server.address as AddressInfo;
    for (let i = 0; i < 2; i++) {
      const socket = net.connect(port, '127.0.0.1');
      socket.end().resume();
      await once(socket, 'close');
    }
    expect((await startClient(server.url)).state).toBe('open');
  });

  it('have what a page sends read and dropped', async () => {
    const server = await startServer({ statusPage: true });
    const feed = await openFeed(server);
    const shown = collect(feed.messages$);
    // More than the system keeps between the two.
    for (let i = 0; i < 15; i++) feed.send('x'.repeat(1_000_000));
    expect(await feed.flush()).toBe(true);
    await until(() => shown.values.length > 0);
    expect([feed.state, server.stats.received.octets]).toEqual(['open', 0]);
  });

  it('end with what an option of yours throws, and nothing else does', async () => {
    const errors: unknown[] = [];
    const server = await startServer({
      statusPage: true,
      logger: { error: (_, { error }) => void errors.push(error) },
      overflow: {
        latest: () => {
          throw new Error('mine');
        },
      },
    });
    const feed = await openFeed(server);
    await ended(feed);
    expect(errors).toEqual([new Error('mine')]);
    const other = await startClient(server.url);
    expect(other.state).toBe('open');
  });
});
