import '../support/seed.js';
import http from 'node:http';
import net from 'node:net';
import fc from 'fast-check';
import { flashPolicy, type FlashPolicyOptions, listen, type Server } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { afterTest, startClient, watchResources } from '../support/harness.js';
import { dialRaw, openRaw, type RawPeer } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { replyOf, requestFor } from './requesting.js';

watchResources();

const ASKS = '<policy-file-request/>\0';
const ANYBODY = '<cross-domain-policy><allow-access-from domain="*" to-ports="*" /></cross-domain-policy>\0';

async function behind(
  options?: FlashPolicyOptions,
): Promise<{ url: string; server: Server; door: net.Server }> {
  const door = net.createServer();
  const running = collect(listen({ server: flashPolicy(door, options), logger: {} }));
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  afterTest(() => door.close());
  await until(() => running.values.length === 1);
  const server = running.values[0]!;
  afterTest(() => server.close({ graceMs: 1 }));
  return { url: server.url, server, door };
}

/** Writes pieces, each in a turn of its own. */
async function write(peer: RawPeer, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    peer.write(piece);
    await turns(3);
  }
}

function cut(text: string, at: readonly number[]): string[] {
  const ends = [...new Set([...at.map((n) => n % text.length), text.length])].sort((a, b) => a - b);
  return ends.map((end, i) => text.slice(i === 0 ? 0 : ends[i - 1], end)).filter((piece) => piece !== '');
}

const cuts = fc.array(fc.nat({ max: 500 }), { maxLength: 4 });

describe('flashPolicy', () => {
  it('answers with the policy file and closes, however the question comes', async () => {
    const { url, server } = await behind();
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const peer = await dialRaw(url);
        await write(peer, cut(ASKS, at));
        await peer.whenEnded();
        expect(peer.head).toBe(ANYBODY);
        peer.stream.destroy();
      }),
      { numRuns: 25 },
    );
    expect(server.connections.size).toBe(0);
  });

  it('hands on a request that opens a WebSocket, however it comes', async () => {
    const { url } = await behind();
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const peer = await dialRaw(url);
        await write(peer, cut(requestFor('/'), at));
        expect((await replyOf(peer)).status).toBe(101);
        peer.stream.destroy();
      }),
      { numRuns: 25 },
    );
  });

  it('leaves a connection what it is', async () => {
    const { url, server } = await behind();
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    const client = await startClient(url);
    const seen = collect(client.messages$);
    client.send('x'.repeat(200_000));
    await until(() => seen.values.length === 1);
    expect(seen.values[0]).toEqual({ type: 'text', data: 'x'.repeat(200_000) });
  });

  it.each(['<policy-file-request/>x', '<policy', 'POST', '<'])(
    'does not take %j for the question',
    async (text) => {
      const { url } = await behind();
      const peer = await dialRaw(url);
      peer.write(`${text}\r\n\r\n`);
      expect((await replyOf(peer)).status).toBe(400);
    },
  );

  it.each([
    ['<a/>', '<a/>\0'],
    ['<a/>\0', '<a/>\0'],
    ['', '\0'],
  ])('answers with a policy of yours, %j', async (policy, answer) => {
    const { url } = await behind({ policy });
    const peer = await dialRaw(url);
    peer.write(ASKS);
    await peer.whenEnded();
    expect(peer.head).toBe(answer);
  });

  it('closes who says nothing in time', async () => {
    const { url } = await behind({ timeoutMs: 50 });
    const peers = [await dialRaw(url), await dialRaw(url)];
    peers[1]!.write(ASKS.slice(0, 5));
    await Promise.all(peers.map((peer) => peer.whenEnded()));
    await openRaw(url);
  });

  it('closes at once who is one too many, and no other', async () => {
    const { url } = await behind({ timeoutMs: Infinity, maxPending: 2 });
    const peers = [await dialRaw(url), await dialRaw(url), await dialRaw(url)];
    await until(() => peers.some(({ ended }) => ended));
    await turns(20);
    const waiting = peers.filter(({ ended }) => !ended);
    expect(waiting).toHaveLength(2);
    for (const peer of waiting) {
      peer.write(requestFor('/'));
      expect((await replyOf(peer)).status).toBe(101);
    }
  });

  it('is out of the way when the server behind it is closed', async () => {
    const { url, server, door } = await behind();
    await server.close();
    const taken: net.Socket[] = [];
    door.on('connection', (socket: net.Socket) => {
      taken.push(socket);
      socket.end('mine');
    });
    const peer = await dialRaw(url);
    await peer.whenEnded();
    expect([taken.length, peer.head]).toEqual([1, 'mine']);
  });

  it.each<[unknown, unknown]>([
    [{}, undefined],
    [http.createServer(), undefined],
    [net.createServer(), { policy: 'a\0b' }],
    [net.createServer(), { policy: 1 }],
    [net.createServer(), { polcy: '' }],
  ])('refuses what is wrong', (server, options) => {
    expect(() => flashPolicy(server as net.Server, options as FlashPolicyOptions)).toThrow(TypeError);
  });

  it('is not there unless it is asked for', async () => {
    const door = net.createServer();
    const running = collect(listen({ server: door, logger: {} }));
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    afterTest(() => door.close());
    await until(() => running.values.length === 1);
    afterTest(() => running.values[0]!.close());
    const peer = await dialRaw(running.values[0]!.url);
    peer.write(ASKS);
    expect((await replyOf(peer)).status).toBe(400);
  });
});
