import '../support/seed.js';
import http from 'node:http';
import fc from 'fast-check';
import { Subject } from 'rxjs';
import { accept, attach, type Decision, reject, type Server, type ServerOptions } from '../../src/index.js';
import { afterTest, startServer, watchResources } from '../support/harness.js';
import { dialRaw, openRaw, type RawPeer } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { replyOf, replyTo, requestFor } from './requesting.js';

watchResources();

/** A request that a trusted proxy has from `address`. */
const from = (address: string): string => requestFor('/', [`X-Forwarded-For: ${address}`]);
const statusOf = async (server: Server, text = requestFor('/')): Promise<number> =>
  (await replyTo(server.url, text)).status;

async function left(peer: RawPeer, server: Server, size: number): Promise<void> {
  peer.stream.destroy();
  await until(() => server.connections.size === size);
}

describe('maxConnections', () => {
  it('answers one more with 503 and a text, and takes the next when one has left', async () => {
    const server = await startServer({ maxConnections: 2 });
    const first = await openRaw(server.url);
    await openRaw(server.url);
    const reply = await replyTo(server.url, requestFor('/'));
    expect([reply.status, reply.body]).toEqual([503, 'the server has as many connections as it may have\n']);
    expect(server.connections.size).toBe(2);
    await left(first, server, 1);
    await openRaw(server.url);
    expect(await statusOf(server)).toBe(503);
  });

  it('counts those that authorize decides about, and no longer when they are refused or have left', async () => {
    const decisions = new Subject<Decision>();
    const server = await startServer({ maxConnections: 2, authorize: () => decisions });
    const refused = await dialRaw(server.url);
    refused.write(requestFor('/'));
    const leaving = await dialRaw(server.url);
    leaving.write(requestFor('/'));
    await until(() => decisions.observed);
    await turns();
    expect(await statusOf(server)).toBe(503);
    leaving.stream.destroy();
    await turns(20);
    decisions.next(reject(403));
    expect((await replyOf(refused)).status).toBe(403);
    const others = [await dialRaw(server.url), await dialRaw(server.url)];
    for (const peer of others) peer.write(requestFor('/'));
    await turns(20);
    decisions.next(accept());
    expect((await Promise.all(others.map(replyOf))).map(({ status }) => status)).toEqual([101, 101]);
  });

  it('does not count what is refused before', async () => {
    const server = await startServer({ maxConnections: 1 });
    expect(await statusOf(server, requestFor('/', ['Origin: http://evil.example']))).toBe(403);
    expect(await statusOf(server)).toBe(101);
  });

  it('is for one endpoint on a server with several', async () => {
    const web = http.createServer();
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    afterTest(() => web.close());
    const one = attach(web, { path: '/one', maxConnections: 1 });
    const two = attach(web, { path: '/two', maxConnections: 1 });
    afterTest(() => Promise.all([one.close({ graceMs: 1 }), two.close({ graceMs: 1 })]));
    const peer = await dialRaw(one.url);
    peer.write(requestFor('/one'));
    await peer.headCame();
    expect((await replyTo(one.url, requestFor('/one'))).status).toBe(503);
    expect((await replyTo(two.url, requestFor('/two'))).status).toBe(101);
  });
});

describe('maxConnectionsPerAddress', () => {
  const options: ServerOptions = { maxConnectionsPerAddress: 1, trustProxy: 1 };
  const open = async (server: Server, address: string): Promise<RawPeer> => {
    const peer = await dialRaw(server.url);
    peer.write(from(address));
    expect((await replyOf(peer)).status).toBe(101);
    return peer;
  };

  it.each([
    ['192.0.2.1', '192.0.2.1', 429],
    ['192.0.2.1', '192.0.2.2', 101],
    ['192.0.2.1', '::ffff:192.0.2.1', 429],
    ['2001:db8::1', '2001:db8::2', 429],
    ['2001:db8::1', '2001:db8:0:1::1', 101],
    ['2001:db8:0:0:ffff::', '[2001:db8::2]:99', 429],
    ['unknown', 'unknown', 101],
  ])('with a connection from %s, answers %s with %i', async (first, second, status) => {
    const server = await startServer(options);
    const peer = await open(server, first);
    expect(await statusOf(server, from(second))).toBe(status);
    peer.stream.destroy();
    await until(() => server.connections.size === 0);
    expect(await statusOf(server, from(second))).toBe(101);
  });

  it('goes by the socket where no proxy is trusted', async () => {
    const server = await startServer({ maxConnectionsPerAddress: 1 });
    await openRaw(server.url, ['X-Forwarded-For: 192.0.2.1']);
    const reply = await replyTo(server.url, from('192.0.2.2'));
    expect([reply.status, reply.body]).toEqual([
      429,
      'there are as many connections from this address as there may be\n',
    ]);
  });

  it('counts right, whoever joins, leaves, is refused or is cut off, and in which order', async () => {
    const step = fc.record({
      what: fc.constantFrom('open', 'wait', 'abort', 'refuse', 'leave', 'fail'),
      address: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const waiting: Subject<Decision>[] = [];
        const server = await startServer({
          maxConnections: 4,
          maxConnectionsPerAddress: 2,
          trustProxy: 1,
          authorize: ({ query }) => {
            const what = query.get('what');
            if (what === 'refuse') return reject(403);
            if (what === 'fail') throw new Error('for the spec');
            if (what === 'open') return accept();
            const decision = new Subject<Decision>();
            waiting.push(decision);
            return decision;
          },
        });
        const peers: RawPeer[] = [];
        for (const { what, address } of steps) {
          if (what === 'leave') {
            peers.shift()?.stream.destroy();
            await turns(5);
            continue;
          }
          const peer = await dialRaw(server.url);
          peer.write(requestFor(`/?what=${what}`, [`X-Forwarded-For: ${address}`]));
          if (what === 'open') await replyOf(peer);
          if (what === 'abort') peer.stream.destroy();
          else peers.push(peer);
          await turns(5);
        }
        for (const decision of waiting.splice(0, 2)) decision.next(accept());
        for (const peer of peers) peer.stream.destroy();
        await until(() => server.connections.size === 0);
        await turns(20);
        const again = ['192.0.2.1', '192.0.2.1', '2001:db8::1', '2001:db8:0:0:ffff::1'];
        const opened = await Promise.all(
          again.map(async (address) => {
            const peer = await dialRaw(server.url);
            peer.write(requestFor('/?what=open', [`X-Forwarded-For: ${address}`]));
            return [peer, (await replyOf(peer)).status] as const;
          }),
        );
        expect(opened.map(([, status]) => status)).toEqual([101, 101, 101, 101]);
        expect(await statusOf(server, from('192.0.2.9'))).toBe(503);
        for (const [peer] of opened) peer.stream.destroy();
        await server.close();
      }),
      { numRuns: 15 },
    );
  });
});
