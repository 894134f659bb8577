import fc from 'fast-check';
import type { VirtualTime } from 'rxwire/testing';
import './seed.js';

/** How much may come, and how fast. */
export interface BucketRate {
  readonly messages: number;
  readonly perMs: number;
  readonly burstMs: number;
}

/** Something that keeps what it is given to a rate. */
export interface Kept {
  readonly clock: VirtualTime;
  /** What it has let through. */
  readonly passed: () => readonly string[];
  give(texts: readonly string[]): void;
  /** Called when it was given everything; `held` is how many of them it must still have. */
  ending?(held: number): void;
  /** Called when everything must have come through. Leaves no timer. */
  ended(): void;
}

const rates: fc.Arbitrary<BucketRate> = fc.record({
  messages: fc.integer({ min: 1, max: 50 }),
  perMs: fc.integer({ min: 1, max: 300 }),
  burstMs: fc.integer({ min: 1, max: 600 }),
});
const courses = fc.array(fc.record({ passMs: fc.nat({ max: 100 }), count: fc.nat({ max: 60 }) }), {
  maxLength: 15,
});

/** That it lets through what a bucket of that size lets through, at that moment, in order, and loses nothing. */
export function letsThroughWhatABucketDoes(keptTo: (rate: BucketRate) => Kept): void {
  fc.assert(
    fc.property(rates, courses, (rate, course) => {
      const { clock, passed, ...kept } = keptTo(rate);
      // In parts of a message, so that nothing is rounded.
      const most = Math.max(rate.perMs, rate.messages * rate.burstMs);
      let left = most;
      let [given, due] = [0, 0];
      const letThrough = (): void => {
        const now = Math.min(Math.floor(left / rate.perMs), given - due);
        due += now;
        left -= now * rate.perMs;
        expect(passed().length).toBe(due);
      };
      for (const { passMs, count } of course) {
        for (let i = 0; i < passMs; i++) {
          clock.pass(1);
          left = Math.min(most, left + rate.messages);
          letThrough();
        }
        kept.give(numbers(given, given + count));
        given += count;
        letThrough();
      }
      kept.ending?.(given - due);
      clock.pass((given + 1) * rate.perMs);
      expect(passed()).toEqual(numbers(0, given));
      kept.ended();
      expect(clock.pending).toBe(0);
    }),
  );
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => String(from + i));
}
