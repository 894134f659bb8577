import { TimeoutError } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, watchResources } from '../support/harness.js';
import { type AnyOptions, memoryPeer } from '../support/memory-peer.js';
import type { RawPeer } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { closeBody, VirtualTime } from 'rxwire/testing';
import { CLOSE, closeOf, PING, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

const INTERVAL = 1600;
const TIMEOUT = 800;
/** Wakings are put off by a sixteenth at most. */
const LATEST = INTERVAL + INTERVAL / 16;
const LATEST_TIMEOUT = TIMEOUT + TIMEOUT / 16;

function idle(options: AnyOptions = {}): ReturnType<typeof memoryPeer> & { clock: VirtualTime } {
  const clock = new VirtualTime();
  const keepAlive = { intervalMs: INTERVAL, timeoutMs: TIMEOUT };
  return { clock, ...memoryPeer('server', { scheduler: clock, keepAlive, ...options }) };
}

function pingsOf(peer: RawPeer): number {
  return peer.frames.filter(({ opcode }) => opcode === PING).length;
}

async function pass(clock: VirtualTime, ms: number): Promise<void> {
  clock.pass(ms);
  await turns(5);
}

describe('keep-alive', () => {
  it('pings after the interval, not before, with the payload it was told', async () => {
    const { clock, peer } = idle({
      keepAlive: { intervalMs: INTERVAL, timeoutMs: TIMEOUT, payloadBytes: 20 },
    });
    await pass(clock, INTERVAL - 1);
    expect(pingsOf(peer)).toBe(0);
    await pass(clock, INTERVAL / 16 + 1);
    expect(pingsOf(peer)).toBe(1);
    expect(peer.frames[0]!.payload).toHaveLength(20);
  });

  it('loses a silent peer: 1011 is written, the code is 1006, the cause a TimeoutError', async () => {
    const { clock, connection, peer } = idle();
    const states = collect(connection.state$);
    while (pingsOf(peer) === 0) await pass(clock, 10);
    await pass(clock, TIMEOUT - 10);
    expect(connection.state).toBe('open');
    await pass(clock, TIMEOUT / 16 + 10);
    const info = await ended(connection);
    expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: 'transport', sent: { code: 1011 } });
    expect(info.cause).toBeInstanceOf(TimeoutError);
    expect(info.cause).toMatchObject({ option: 'keepAlive.timeoutMs', limitMs: TIMEOUT });
    expect((await peer.next()).opcode).toBe(PING);
    expect(closeOf(await peer.next())[0]).toBe(1011);
    expect(states.values).toEqual(['open', 'closing', 'closed']);
    expect(clock.pending).toBe(0);
  });

  it('goes on for as long as Pongs come', async () => {
    const { clock, connection, peer } = idle();
    for (let i = 1; i <= 10; i++) {
      while (pingsOf(peer) < i) await pass(clock, INTERVAL / 4);
      peer.send(PONG, peer.frames.at(-1)!.payload);
      await turns(5);
    }
    await pass(clock, LATEST_TIMEOUT);
    expect(connection.state).toBe('open');
  });

  it.each([
    ['shorter than', TIMEOUT],
    ['as long as', INTERVAL],
    ['longer than', 3 * INTERVAL],
  ])('sends a Ping in every interval, with a timeout %s it', async (_, timeoutMs) => {
    const { clock, peer } = idle({ keepAlive: { intervalMs: INTERVAL, timeoutMs } });
    const at: number[] = [];
    while (at.length < 6) {
      await pass(clock, 10);
      if (pingsOf(peer) === at.length) continue;
      at.push(clock.now());
      peer.send(PONG, peer.frames.at(-1)!.payload);
      await turns(5);
    }
    const gaps = at.slice(1).map((time, i) => time - at[i]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(INTERVAL - 10);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(INTERVAL + INTERVAL / 8);
  });

  it('waits for an answer for longer than the interval, and sends no other Ping meanwhile', async () => {
    const { clock, connection, peer } = idle({
      keepAlive: { intervalMs: INTERVAL, timeoutMs: 3 * INTERVAL },
    });
    while (pingsOf(peer) === 0) await pass(clock, 10);
    for (let waited = 0; waited < 3 * INTERVAL - 20; waited += 20) await pass(clock, 20);
    expect(connection.state).toBe('open');
    expect(pingsOf(peer)).toBe(1);
    await pass(clock, INTERVAL / 2);
    expect((await ended(connection)).cause).toMatchObject({ limitMs: 3 * INTERVAL });
  });

  it('takes any octet as a sign of life, half a frame too', async () => {
    const { clock, connection, peer } = idle();
    connection.discard();
    const frame = peer.frame(TEXT, 'x'.repeat(100));
    for (let i = 0; i < 20; i++) {
      while (pingsOf(peer) <= i) await pass(clock, INTERVAL / 4);
      peer.write(frame.subarray(i, i + 1));
      await turns(5);
    }
    await pass(clock, LATEST_TIMEOUT);
    expect(connection.state).toBe('open');
  });

  it('takes only the Pong with anyTraffic false', async () => {
    const { clock, connection, peer } = idle({
      keepAlive: { intervalMs: INTERVAL, timeoutMs: TIMEOUT, anyTraffic: false },
    });
    connection.discard();
    await pass(clock, LATEST);
    peer.send(TEXT, 'alive, but no Pong');
    await turns(5);
    await pass(clock, LATEST_TIMEOUT);
    expect((await ended(connection)).cause).toBeInstanceOf(TimeoutError);
  });

  it('sends nothing and blames nobody while this side holds the socket back', async () => {
    const { clock, connection, peer } = idle({ receiveHighWaterMessages: 1 });
    peer.send(TEXT, 'held');
    peer.send(TEXT, 'waits');
    await turns();
    for (let i = 0; i < 20; i++) await pass(clock, INTERVAL);
    expect(pingsOf(peer)).toBe(0);
    expect(connection.state).toBe('open');
    connection.discard();
    await pass(clock, LATEST);
    expect(pingsOf(peer)).toBe(1);
  });

  it('forgives silence when the hold began while the answer was awaited', async () => {
    const { clock, connection, peer } = idle({ receiveHighWaterMessages: 1 });
    await pass(clock, LATEST);
    expect(pingsOf(peer)).toBe(1);
    peer.send(TEXT, 'held');
    await turns();
    for (let i = 0; i < 10; i++) await pass(clock, TIMEOUT);
    expect(connection.state).toBe('open');
  });

  it('only pings with timeoutMs Infinity', async () => {
    const { clock, connection, peer } = idle({ keepAlive: { intervalMs: INTERVAL, timeoutMs: Infinity } });
    for (let i = 0; i < 10; i++) await pass(clock, LATEST);
    expect(connection.state).toBe('open');
    expect(pingsOf(peer)).toBeGreaterThanOrEqual(9);
  });

  it('is off with keepAlive false, and plans nothing', async () => {
    const { clock, peer } = idle({ keepAlive: false });
    expect(clock.pending).toBe(0);
    await pass(clock, 1_000_000);
    expect(peer.frames).toHaveLength(0);
  });

  it('after a sleep of the machine asks once more before it judges', async () => {
    const { clock, connection, peer } = idle();
    await pass(clock, LATEST);
    clock.jump(3_600_000);
    await turns(5);
    expect(connection.state).toBe('open');
    await until(() => pingsOf(peer) === 2);
    peer.send(PONG, peer.frames.at(-1)!.payload);
    await turns(5);
    await pass(clock, LATEST_TIMEOUT);
    expect(connection.state).toBe('open');
  });

  it('leaves no timer behind when the connection closes', async () => {
    const { clock, connection, peer } = idle();
    expect(clock.pending).toBe(1);
    peer.send(CLOSE, closeBody(1000));
    await peer.next();
    peer.stream.end();
    await ended(connection);
    expect(clock.pending).toBe(0);
  });

  it('shares one timer among many connections, and serves each', async () => {
    const clock = new VirtualTime();
    const keepAlive = { intervalMs: INTERVAL, timeoutMs: TIMEOUT };
    const many = Array.from({ length: 50 }, () => memoryPeer('server', { scheduler: clock, keepAlive }));
    expect(clock.pending).toBe(1);
    many.slice(0, 10).forEach(({ connection }) => connection.terminate());
    await pass(clock, LATEST);
    expect(many.slice(10).map(({ peer }) => pingsOf(peer))).toEqual(Array.from({ length: 40 }, () => 1));
    many[10]!.peer.send(PONG, many[10]!.peer.frames[0]!.payload);
    await turns(5);
    await pass(clock, LATEST_TIMEOUT);
    await turns(5);
    expect(many.map(({ connection }) => connection.state).filter((state) => state === 'open')).toHaveLength(
      1,
    );
  });
});
