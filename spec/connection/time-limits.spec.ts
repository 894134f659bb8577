import '../support/seed.js';
import fc from 'fast-check';
import { VirtualTime } from 'rxwire/testing';
import { TimeoutError } from '../../src/index.js';
import { ended, watchResources } from '../support/harness.js';
import { type AnyOptions, memoryPeer } from '../support/memory-peer.js';
import { turns } from '../support/turns.js';
import { BINARY, CLOSE, closeOf, PING, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

const LIMIT = 3000;
/** How late it may be. */
const LATEST = LIMIT + LIMIT / 3;

type Peer = ReturnType<typeof memoryPeer> & { clock: VirtualTime };

function limited(role: 'client' | 'server', options: AnyOptions): Peer {
  const clock = new VirtualTime();
  return { clock, ...memoryPeer(role, { scheduler: clock, keepAlive: false, ...options }) };
}

/** Lets time pass in steps that are shorter than any look of the connection's. */
async function pass(clock: VirtualTime, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    clock.pass(Math.min(100, left));
    await turns(3);
  }
}

for (const role of ['client', 'server'] as const) {
  describe(`idleTimeoutMs of a ${role}`, () => {
    it('closes with 1001 when nothing has come or was sent, not before and a third later at most', async () => {
      const { clock, connection, peer } = limited(role, { idleTimeoutMs: LIMIT });
      await pass(clock, LIMIT - 1);
      expect(connection.state).toBe('open');
      await pass(clock, LATEST - LIMIT + 1);
      expect(closeOf(await peer.next())[0]).toBe(1001);
      expect(connection.state).toBe('closing');
      peer.send(CLOSE, Buffer.from([3, 233]));
      await turns();
      peer.stream.end();
      await turns();
      await pass(clock, 1000);
      const info = await ended(connection);
      expect(info).toMatchObject({ code: 1001, wasClean: true, initiator: 'local', sent: { code: 1001 } });
      expect(info.cause).toBeInstanceOf(TimeoutError);
      expect(info.cause).toMatchObject({ option: 'idleTimeoutMs', limitMs: LIMIT });
      await pass(clock, 100_000);
      expect(clock.pending).toBe(0);
    });

    it.each([
      ['messages that come', ({ peer }: Peer) => peer.send(TEXT, 'x')],
      ['Pings that come', ({ peer }: Peer) => peer.send(PING, '')],
      ['messages that are sent', ({ connection }: Peer) => connection.send('x')],
    ])('leaves %s their connection', async (_, use) => {
      const all = limited(role, { idleTimeoutMs: LIMIT });
      all.connection.discard();
      for (let i = 0; i < 10; i++) {
        await pass(all.clock, LIMIT - 10);
        use(all);
        await turns();
      }
      expect(all.connection.state).toBe('open');
      await pass(all.clock, LATEST);
      expect(all.connection.state).toBe('closing');
    });

    it('sees a long frame get on', async () => {
      const { clock, connection, peer } = limited(role, { idleTimeoutMs: LIMIT });
      const frame = peer.frame(BINARY, Buffer.alloc(200));
      for (let i = 0; i < 10; i++) {
        peer.write(frame.subarray(i * 20, i * 20 + 20));
        await pass(clock, LIMIT - 10);
      }
      expect(connection.state).toBe('open');
    });

    it('is not put off by what keep-alive says and hears', async () => {
      const keepAlive = { intervalMs: LIMIT / 5, timeoutMs: 1000 };
      const { clock, connection, peer } = limited(role, { idleTimeoutMs: LIMIT, keepAlive });
      let seen = 0;
      for (let i = 0; i < LATEST / 100; i++) {
        await pass(clock, 100);
        for (; seen < peer.frames.length; seen++) {
          const { opcode, payload } = peer.frames[seen]!;
          if (opcode === PING) peer.send(PONG, payload);
        }
        await turns();
      }
      expect(seen).toBeGreaterThan(2);
      expect(connection.state).toBe('closing');
      expect(closeOf(peer.frames.at(-1)!)[0]).toBe(1001);
    });
  });

  describe(`messageTimeoutMs of a ${role}`, () => {
    it.each([
      ['half a header', (peer: Peer['peer']) => peer.frame(TEXT, 'hello').subarray(0, 1)],
      ['half a frame', (peer: Peer['peer']) => peer.frame(TEXT, 'hello').subarray(0, -1)],
      ['half a message', (peer: Peer['peer']) => peer.frame(TEXT, 'hel', { fin: false })],
      ['half a Ping', (peer: Peer['peer']) => peer.frame(PING, 'hello').subarray(0, -1)],
    ])('closes with 1008 who has sent %s, whatever Pings come', async (what, part) => {
      const { clock, connection, peer } = limited(role, { messageTimeoutMs: LIMIT });
      peer.write(part(peer));
      await turns();
      await pass(clock, LIMIT - 1);
      expect(connection.state).toBe('open');
      if (what === 'half a message') peer.send(PING, 'x');
      await pass(clock, LATEST - LIMIT + 1);
      expect(connection.state).not.toBe('open');
      peer.stream.end();
      const info = await ended(connection);
      expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: 'local', sent: { code: 1008 } });
      expect(info.cause).toBeInstanceOf(TimeoutError);
      expect(info.cause).toMatchObject({ option: 'messageTimeoutMs', limitMs: LIMIT });
    });

    it('drops at once with onViolation drop', async () => {
      const { clock, connection, peer } = limited(role, { messageTimeoutMs: LIMIT, onViolation: 'drop' });
      peer.send(TEXT, 'a', { fin: false });
      await turns();
      await pass(clock, LATEST);
      const info = await ended(connection);
      expect(info.cause).toBeInstanceOf(TimeoutError);
      expect(info.sent).toBeUndefined();
      expect(peer.frames).toEqual([]);
    });

    it('cuts who sends an octet now and then, however long the message is to be', async () => {
      const { clock, connection, peer } = limited(role, { messageTimeoutMs: LIMIT });
      const frame = peer.frame(BINARY, Buffer.alloc(1000));
      for (let i = 0; connection.state === 'open' && i < 100; i++) {
        peer.write(frame.subarray(i, i + 1));
        await pass(clock, 500);
      }
      peer.stream.end();
      expect((await ended(connection)).cause).toMatchObject({ option: 'messageTimeoutMs' });
    });

    it('leaves those who wait between messages, and messages that come whole in time', async () => {
      const { clock, connection, peer } = limited(role, { messageTimeoutMs: LIMIT });
      connection.discard();
      await pass(clock, LIMIT * 5);
      for (let i = 0; i < 20; i++) {
        peer.send(TEXT, 'a', { fin: false });
        await pass(clock, LIMIT - 200);
        peer.send(0, 'b');
        await turns();
      }
      expect(connection.state).toBe('open');
      expect(connection.stats.received.messages).toBe(20);
    });

    it('does not count the time in which nobody takes messages', async () => {
      const options = { messageTimeoutMs: LIMIT, receiveHighWaterMessages: 1 };
      const { clock, connection, peer } = limited(role, options);
      peer.send(TEXT, 'held');
      peer.send(TEXT, 'a', { fin: false });
      await turns();
      await pass(clock, LIMIT * 3);
      expect(connection.state).toBe('open');
      connection.discard();
      await turns();
      await pass(clock, LATEST);
      expect(connection.state).not.toBe('open');
    });
  });
}

describe('time limits', () => {
  it('forgive what a process that was asleep could not see', async () => {
    const { clock, connection, peer } = limited('server', { idleTimeoutMs: LIMIT, messageTimeoutMs: LIMIT });
    connection.discard();
    peer.send(TEXT, 'a', { fin: false });
    await turns();
    clock.jump(3_600_000);
    await turns();
    expect(connection.state).toBe('open');
    peer.send(0, 'b');
    await turns();
    expect(connection.stats.received.messages).toBe(1);
  });

  it('are one timer, for however many connections, and none when those are gone', async () => {
    const clock = new VirtualTime();
    const options = { scheduler: clock, keepAlive: false, idleTimeoutMs: LIMIT, messageTimeoutMs: LIMIT };
    const many = Array.from({ length: 50 }, () => memoryPeer('server', options));
    expect(clock.pending).toBe(1);
    for (const { connection } of many) connection.terminate();
    await turns();
    await pass(clock, 20_000);
    expect(clock.pending).toBe(0);
  });

  it('end as many connections as stand still, and no other, whenever each was last used', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 8000 }), { minLength: 1, maxLength: 8 }),
        async (times) => {
          const clock = new VirtualTime();
          const options = { scheduler: clock, keepAlive: false, idleTimeoutMs: LIMIT };
          const all = times.map((usedUntil) => ({ usedUntil, ...memoryPeer('server', options) }));
          const open = new Map(all.map(({ connection }) => [connection, 0]));
          for (let now = 0; now < 14_000; now += 200) {
            for (const { usedUntil, connection } of all) if (now <= usedUntil) connection.send('x');
            clock.pass(200);
            await turns(2);
            for (const { connection } of all) if (connection.open) open.set(connection, now + 200);
          }
          for (const { usedUntil, connection } of all) {
            const last = usedUntil - (usedUntil % 200);
            expect(open.get(connection)).toBeGreaterThanOrEqual(last + LIMIT - 200);
            expect(open.get(connection)).toBeLessThanOrEqual(last + LATEST + 200);
            connection.terminate();
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});
