import { jest } from '@jest/globals';
import { TimeoutError } from '../../src/index.js';
import { type Clock, clockOf, machineClock } from '../../src/connection/clock.js';
import type { ConnectionProfile } from '../../src/connection/profile.js';
import type { WebSocketConnection } from '../../src/connection/web-socket-connection.js';
import { memoryPair } from '../../src/transport/memory-transport.js';
import { VirtualTime } from '../../src/testing/index.js';
import { ended, watchResources } from '../support/harness.js';
import { connectionOver, memoryPeer, profileOf } from '../support/memory-peer.js';
import { streamOver } from '../support/memory-stream.js';
import { RawPeer } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { PING, PONG } from '../support/wire-frames.js';

watchResources();
afterEach(() => {
  jest.restoreAllMocks();
});

const INTERVAL = 20_000;
const TIMEOUT = 20_000;
const HOUR = 3_600_000;
/** Wakings are put off by a sixteenth at most, and a sleep is noticed within a second. */
const LATEST = TIMEOUT + TIMEOUT / 16 + 1000;

/** Time that stops while the machine sleeps, as it does on Linux; the date goes on. */
class StoppingClock implements Clock {
  readonly time = new VirtualTime();
  readonly #clock = clockOf(this.time);
  #sleptMs = 0;
  now = (): number => this.#clock.now();
  after: Clock['after'] = (ms, task) => this.#clock.after(ms, task);

  slept(): number {
    const ms = this.#sleptMs;
    this.#sleptMs = 0;
    return ms;
  }

  /** The lid is closed for so long; or the date is set, forward or back. */
  sleep(ms: number): void {
    this.#sleptMs = Math.max(0, this.#sleptMs + ms);
  }

  async pass(ms: number): Promise<void> {
    this.time.pass(ms);
    await turns(5);
  }
}

function idle(
  clock: StoppingClock,
  profile: ConnectionProfile = { ...profileOf('client', {}), clock },
): { connection: WebSocketConnection; peer: RawPeer; pings: () => number } {
  const [near, far] = memoryPair();
  const connection = connectionOver('client', near, {}, profile);
  const peer = new RawPeer(streamOver(far), 'server', true);
  peer.stream.resume();
  return { connection, peer, pings: () => peer.frames.filter(({ opcode }) => opcode === PING).length };
}

describe('a machine that slept with its clock stopped', () => {
  it('asks within a second of waking, and has lost a dead peer one timeout later', async () => {
    const clock = new StoppingClock();
    const { connection, pings } = idle(clock);
    await clock.pass(1000);
    clock.sleep(HOUR);
    await clock.pass(1000);
    await until(() => pings() === 1);
    await clock.pass(TIMEOUT - 10);
    expect(connection.state).toBe('open');
    await clock.pass(TIMEOUT / 16 + 10);
    expect((await ended(connection)).cause).toBeInstanceOf(TimeoutError);
    expect(clock.time.pending).toBe(0);
  });

  it('asks once more, and gives the full time, where an answer was awaited', async () => {
    const clock = new StoppingClock();
    const { connection, peer, pings } = idle(clock);
    while (pings() === 0) await clock.pass(500);
    clock.sleep(HOUR);
    await clock.pass(1000);
    await until(() => pings() === 2);
    await clock.pass(TIMEOUT - 1000);
    expect(connection.state).toBe('open');
    peer.send(PONG, peer.frames.at(-1)!.payload);
    await turns(5);
    await clock.pass(INTERVAL / 2);
    expect([connection.state, pings()]).toEqual(['open', 3]);
  });

  it('blames nobody of many before they had their time', async () => {
    const clock = new StoppingClock();
    const profile = { ...profileOf('client', {}), clock };
    const many = Array.from({ length: 30 }, () => idle(clock, profile));
    for (let naps = 1; naps <= 3; naps++) {
      const before = many.map(({ pings }) => pings());
      clock.sleep(HOUR);
      await clock.pass(1000);
      await until(() => many.every(({ pings }, i) => pings() === before[i]! + 1));
      for (const { peer } of many) peer.send(PONG, peer.frames.at(-1)!.payload);
      await turns(5);
      await clock.pass(LATEST - 2000);
    }
    expect(many.every(({ connection }) => connection.state === 'open')).toBe(true);
    expect(clock.time.pending).toBe(1);
  });

  it('goes on as though nothing had happened when the date is corrected a little, or set back', async () => {
    const clock = new StoppingClock();
    const { connection, peer, pings } = idle(clock);
    for (const ms of [900, -HOUR, 999, -1, -10 * HOUR]) {
      await clock.pass(2000);
      clock.sleep(ms);
    }
    await clock.pass(INTERVAL - 10_001);
    expect(pings()).toBe(0);
    await clock.pass(INTERVAL / 16 + 1001);
    expect(pings()).toBe(1);
    peer.send(PONG, peer.frames.at(-1)!.payload);
    await turns(5);
    await clock.pass(LATEST - 1000);
    expect(connection.state).toBe('open');
  });
});

describe("the machine's clock", () => {
  it('tells how long it stood still, once, and nothing of a date that is set back', () => {
    const now = Date.now.bind(Date);
    let setMs = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + setMs);
    machineClock.slept?.();
    expect(machineClock.slept?.()).toBeLessThan(1000);
    setMs = HOUR;
    expect(machineClock.slept?.()).toBeGreaterThan(HOUR - 1000);
    expect(machineClock.slept?.()).toBeLessThan(1000);
    setMs = -HOUR;
    expect(machineClock.slept?.()).toBe(0);
    expect(machineClock.slept?.()).toBeLessThan(1000);
  });

  it('is looked at while a connection is open, so that a Ping comes long before it is due', async () => {
    const { peer } = memoryPeer('client', { keepAlive: { intervalMs: HOUR } });
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 2 * HOUR);
    expect((await peer.next()).opcode).toBe(PING);
  });
});
