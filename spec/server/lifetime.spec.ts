import { VirtualTime } from 'rxwire/testing';
import { accept, type ServerOptions } from '../../src/index.js';
import { ended, startClient, startServer, watchResources } from '../support/harness.js';
import { openRaw, type RawPeer } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { CLOSE, closeOf, TEXT } from '../support/wire-frames.js';

watchResources();

const LIMIT = 100_000;
const COUNT = 40;

/** When each of many connections that came together was closed. */
async function endsOf(options: ServerOptions): Promise<{ peers: RawPeer[]; ends: number[] }> {
  const clock = new VirtualTime();
  const server = await startServer({ scheduler: clock, keepAlive: false, ...options });
  const peers: RawPeer[] = [];
  for (let i = 0; i < COUNT; i++) peers.push(await openRaw(server.url));
  const ends: number[] = [];
  for (const connection of server.connections) {
    connection.discard();
    connection.state$.subscribe((state) => {
      if (state === 'closing') ends.push(clock.now());
    });
  }
  for (let now = 0; now < LIMIT; now += 1000) {
    clock.pass(1000);
    for (const peer of peers) peer.send(TEXT, 'in use');
    await turns(2);
  }
  return { peers, ends };
}

describe('maxLifetimeMs', () => {
  it('closes every connection with 1001 in the last fifth of it, and not all at once', async () => {
    const { peers, ends } = await endsOf({ maxLifetimeMs: LIMIT });
    expect(ends).toHaveLength(COUNT);
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(LIMIT * 0.8);
    expect(Math.max(...ends)).toBeLessThanOrEqual(LIMIT);
    expect(new Set(ends).size).toBeGreaterThan(1);
    for (const peer of peers) {
      await until(() => peer.frames.length > 0);
      expect(closeOf(peer.frames[0]!)).toEqual([1001, 'the connection has had its time']);
    }
  });

  it('is no end by default, nor with Infinity', async () => {
    expect((await endsOf({})).ends).toEqual([]);
    expect((await endsOf({ maxLifetimeMs: Infinity })).ends).toEqual([]);
  });

  it('may be one connection’s own', async () => {
    const options = { maxLifetimeMs: LIMIT };
    const { ends } = await endsOf({ authorize: () => accept({ options }) });
    expect(ends).toHaveLength(COUNT);
  });

  it('is an end that this side wanted, and leaves no timer', async () => {
    const clock = new VirtualTime();
    const server = await startServer({ scheduler: clock, keepAlive: false, maxLifetimeMs: LIMIT });
    const client = await startClient(server.url);
    await until(() => server.connections.size === 1);
    const [connection] = server.connections;
    // No further: by the same clock the client has `closeTimeoutMs` to answer, and it does so in real time.
    while (connection!.state === 'open') clock.pass(1000);
    expect(clock.now()).toBeLessThanOrEqual(LIMIT);
    expect(await ended(client)).toMatchObject({ code: 1001, wasClean: true, initiator: 'remote' });
    const info = await ended(connection!);
    expect(info).toMatchObject({ code: 1001, wasClean: true, initiator: 'local' });
    expect(info.cause).toBeUndefined();
    clock.pass(LIMIT);
    expect(clock.pending).toBe(0);
  });

  it('is forgotten with a connection that ends before', async () => {
    const clock = new VirtualTime();
    const server = await startServer({ scheduler: clock, keepAlive: false, maxLifetimeMs: LIMIT });
    const peer = await openRaw(server.url);
    peer.send(CLOSE, Buffer.from([3, 232]));
    await peer.next();
    peer.stream.end();
    await until(() => server.connections.size === 0);
    clock.pass(20_000);
    expect(clock.pending).toBe(0);
  });
});
