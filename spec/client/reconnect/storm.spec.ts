import { Observable, type SchedulerLike } from 'rxjs';
import { type Connection, HandshakeError, reconnect } from '../../../src/index.js';
import { VirtualTime } from '../../../src/testing/index.js';
import { distanceFromEven, farthest } from '../../support/evenness.js';
import { seed } from '../../support/seed.js';

const CLIENTS = 5000;
const CAP_MS = 30_000;
/** Attempts that are looked at: the last ones are at the cap. */
const ATTEMPTS = 9;

const DOWN = new HandshakeError('restarting', { phase: 'http', status: 503 });

/** Numbers from 0 to less than 1, the same ones for the same seed. */
function numbers(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Many clients of a server that stays away: by attempt, how long after the one before each of them came, and when. */
function storm(): { delays: number[][]; arrivals: number[][]; time: VirtualTime; leave: () => void } {
  const time = new VirtualTime({ maxTasks: 1_000_000 });
  const random = numbers(seed);
  const delays: number[][] = Array.from({ length: ATTEMPTS + 1 }, () => []);
  const arrivals: number[][] = Array.from({ length: ATTEMPTS + 1 }, () => []);
  const scheduler: SchedulerLike = time;
  const leavings = Array.from({ length: CLIENTS }, () => {
    let attempt = 0;
    let last = 0;
    const connect$ = new Observable<Connection>((subscriber) => {
      attempt++;
      delays[attempt]?.push(time.now() - last);
      arrivals[attempt]?.push(time.now());
      last = time.now();
      subscriber.error(DOWN);
    });
    const subscription = connect$.pipe(reconnect({ scheduler, delays: { random } })).subscribe();
    return () => subscription.unsubscribe();
  });
  return { delays, arrivals, time, leave: () => leavings.forEach((leaveOne) => leaveOne()) };
}

/** The most of `times` that lie within any second. */
function mostInASecond(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let most = 0;
  for (let first = 0, end = 0; first < sorted.length; first++) {
    while (end < sorted.length && sorted[end]! < sorted[first]! + 1000) end++;
    most = Math.max(most, end - first);
  }
  return most;
}

describe('5,000 clients of a server that restarts', () => {
  const { delays, arrivals, time, leave } = storm();
  // Long enough for each to have made its attempts, whatever it drew.
  time.pass(1000 + 2000 + 4000 + 8000 + 16_000 + CAP_MS * 6);
  const bounds = [2000, 4000, 8000, 16_000, CAP_MS, CAP_MS, CAP_MS, CAP_MS].map(
    (boundMs, i) => [i + 2, boundMs] as const,
  );

  it.each(bounds)('come to attempt %i evenly within %i ms', (attempt, boundMs) => {
    const drawn = delays[attempt]!;
    expect(drawn).toHaveLength(CLIENTS);
    expect(Math.max(...drawn)).toBeLessThan(boundMs);
    expect(distanceFromEven(drawn, boundMs)).toBeLessThan(farthest(CLIENTS));
  });

  it.each(bounds)('of attempt %i come no more in a second than their share', (attempt, boundMs) => {
    const share = Math.min(1, 1000 / boundMs);
    const deviation = Math.sqrt(CLIENTS * share * (1 - share));
    // The busiest second of all is some way above the mean of one that was chosen before.
    expect(mostInASecond(arrivals[attempt]!)).toBeLessThan(CLIENTS * share + 6 * deviation + 1);
  });

  it('are at most a twentieth of all in any second, once they are at the cap', () => {
    const atCap = arrivals[ATTEMPTS]!;
    expect(mostInASecond(atCap)).toBeLessThanOrEqual(CLIENTS / 20);
  });

  it('leave no timer when they are ended', () => {
    expect(time.pending).toBe(CLIENTS);
    leave();
    expect(time.pending).toBe(0);
  });
});

describe('the spec itself', () => {
  it('would notice clients that come together', () => {
    const random = numbers(seed);
    const together = Array.from({ length: CLIENTS }, () => 900 + random() * 100);
    expect(distanceFromEven(together, 1000)).toBeGreaterThan(farthest(CLIENTS));
    expect(mostInASecond(together)).toBe(CLIENTS);
  });
});
