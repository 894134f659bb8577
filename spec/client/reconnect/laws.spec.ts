import fc from 'fast-check';
import { Subject } from 'rxjs';
import { HandshakeError, type LinkStatus, reconnect } from '../../../src/index.js';
import { VirtualTime } from '../../../src/testing/index.js';
import { Dialing, type Outcome } from '../../support/dialing.js';
import '../../support/seed.js';

/** What an attempt comes to, and how long that takes. */
interface Attempt {
  readonly dialMs: number;
  readonly outcome:
    | { readonly status: number; readonly retryAfter: number | undefined }
    | { readonly openMs: number; readonly code: number | 'cut' };
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  dialMs: fc.nat(50),
  outcome: fc.oneof(
    fc.record({
      status: fc.constantFrom(429, 500, 503),
      retryAfter: fc.option(fc.nat(20), { nil: undefined }),
    }),
    fc.record({
      openMs: fc.nat(20_000),
      code: fc.constantFrom<number | 'cut'>(1001, 1011, 1012, 1013, 'cut'),
    }),
  ),
});

const options = fc.record({
  baseMs: fc.integer({ min: 500, max: 2000 }),
  capMs: fc.integer({ min: 500, max: 20_000 }),
  factor: fc.constantFrom(1, 1.5, 2, 3),
  resetAfterMs: fc.nat(10_000),
  // At least one of them makes time pass.
  draws: fc
    .array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 4 })
    .map((some) => [0.9, ...some]),
});

/** The network goes and comes at these moments. */
const network = fc.array(fc.nat(60_000), { maxLength: 6 }).map((times) => times.sort((a, b) => a - b));

interface Run {
  readonly dialing: Dialing;
  readonly told: { readonly at: number; readonly status: LinkStatus }[];
  readonly online$: Subject<boolean>;
  readonly emitted: () => number;
  readonly leave: () => void;
}

function run(
  script: readonly Attempt[],
  { draws, resetAfterMs, ...delays }: { draws: number[]; resetAfterMs: number } & Partial<{ baseMs: number }>,
): Run {
  const time = new VirtualTime();
  const dialing = new Dialing(
    (dial) => outcomeOf(script[dial % script.length]!, time),
    (dial) => script[dial % script.length]!.dialMs,
    time,
  );
  const told: { at: number; status: LinkStatus }[] = [];
  const online$ = new Subject<boolean>();
  let drawn = 0;
  let emitted = 0;
  const subscription = dialing.connect$
    .pipe(
      reconnect({
        scheduler: time,
        delays: { ...delays, random: () => draws[drawn++ % draws.length]! },
        resetAfterMs,
        online: online$,
        status: { next: (status) => told.push({ at: time.now(), status }) },
      }),
    )
    .subscribe(() => emitted++);
  return { dialing, told, online$, emitted: () => emitted, leave: () => subscription.unsubscribe() };
}

function outcomeOf({ outcome }: Attempt, time: VirtualTime): Outcome {
  if ('status' in outcome) {
    const { status, retryAfter } = outcome;
    const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    return new HandshakeError('refused', { phase: 'http', status, headers });
  }
  return (pair) => {
    pair.client.discard();
    time.schedule(() => {
      if (outcome.code === 'cut') pair.cut();
      else pair.server.close(outcome.code);
    }, outcome.openMs);
  };
}

describe('reconnect, whatever happens', () => {
  it('waits within the bounds of the jitter, dials then, and counts', () => {
    fc.assert(
      fc.property(fc.array(attempt, { minLength: 1, maxLength: 8 }), options, (script, given) => {
        const { dialing, told, leave } = run(script, given);
        dialing.time.pass(60_000);
        leave();
        let openedAt = 0;
        let isOpen = false;
        let last = 1;
        let dials = 0;
        for (const [i, { at, status }] of told.entries()) {
          const before = told[i - 1];
          if (status.state === 'open') {
            openedAt = at;
            isOpen = true;
          }
          if (status.state === 'waiting') {
            const { outcome } = script[(dials - 1) % script.length]!;
            const asked = 'status' in outcome ? (outcome.retryAfter ?? 0) * 1000 : 0;
            const stayed = isOpen && 'openMs' in outcome && outcome.openMs >= given.resetAfterMs;
            expect(status.attempt).toBe(stayed ? 1 : last + 1);
            const bound = Math.min(given.capMs, given.baseMs * given.factor ** (status.attempt - 1));
            expect(status.delayMs).toBeGreaterThanOrEqual(asked);
            expect(status.delayMs).toBeLessThanOrEqual(asked + bound);
            expect(at).toBeGreaterThanOrEqual(openedAt);
            isOpen = false;
          }
          if (status.state === 'connecting') {
            last = status.attempt;
            dials++;
            if (before?.status.state === 'waiting') {
              expect(status.attempt).toBe(before.status.attempt);
              expect(at).toBeCloseTo(before.at + before.status.delayMs, 6);
            } else expect([i, status.attempt, at]).toEqual([0, 1, 0]);
          }
        }
        expect(dialing.most).toBe(1);
      }),
    );
  });

  it('tells what is, with each of its states where it may be', () => {
    const follows: Readonly<Record<string, readonly string[]>> = {
      connecting: ['open', 'waiting', 'closed'],
      open: ['waiting', 'closed'],
      waiting: ['waiting', 'connecting', 'closed'],
      closed: [],
    };
    fc.assert(
      fc.property(
        fc.array(attempt, { minLength: 1, maxLength: 5 }),
        options,
        network,
        (script, given, changes) => {
          const { dialing, told, emitted, online$, leave } = run(script, given);
          changes.forEach((at, i) => dialing.time.schedule(() => online$.next(i % 2 === 1), at));
          dialing.time.pass(60_000);
          leave();
          const states = told.map(({ status }) => status.state);
          for (const [i, state] of states.entries()) {
            if (i > 0) expect(follows[states[i - 1]!]).toContain(state);
          }
          expect(states.filter((state) => state === 'open')).toHaveLength(emitted());
          expect(states.filter((state) => state === 'connecting')).toHaveLength(dialing.began.length);
          expect([states.filter((state) => state === 'closed').length, states.at(-1)]).toEqual([1, 'closed']);
          expect(dialing.most).toBe(1);
        },
      ),
    );
  });

  it('leaves nothing, and begins nothing, whenever it is left', () => {
    fc.assert(
      fc.property(
        fc.array(attempt, { minLength: 1, maxLength: 5 }),
        options,
        network,
        fc.nat(60_000),
        (script, given, changes, leaveAt) => {
          const { dialing, told, online$, leave } = run(script, given);
          const { time } = dialing;
          changes.forEach((at, i) => time.schedule(() => online$.next(i % 2 === 1), at));
          time.pass(leaveAt);
          const { pending } = time;
          const last = told.at(-1)!.status;
          leave();
          if (last.state === 'waiting') {
            expect(time.pending).toBe(last.delayMs === Infinity ? pending : pending - 1);
          }
          const began = dialing.began.length;
          expect([dialing.current, online$.observed]).toEqual([0, false]);
          // The closing handshake of what was open.
          time.pass(100_000);
          expect([time.pending, dialing.began.length]).toEqual([0, began]);
          expect(dialing.pairs.every(({ client }) => client.state === 'closed')).toBe(true);
        },
      ),
    );
  });
});
