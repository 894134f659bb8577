import fc from 'fast-check';
import '../../support/seed.js';
import { BehaviorSubject, Subject } from 'rxjs';
import { dropOldest } from '../../../src/operators/index.js';
import { marbles } from '../../support/operator-contract.js';
import { turns } from '../../support/turns.js';
import { follows } from './courses.js';

describe('dropOldest', () => {
  it('holds the last ones, and drops older ones for them', () => {
    follows((gate, onDrop) => dropOldest(gate, { maxMessages: 2, onDrop }), {
      gate: '   t-f---------t---',
      source: ' -a-b-c-d-e------f',
      subs: '   ^----------------',
      passed: ' -a----------(de)f',
      dropped: '-------b-c-------',
    });
  });

  it('holds nothing with a bound of 0', () => {
    follows((gate, onDrop) => dropOldest(gate, { maxMessages: 0, onDrop }), {
      gate: '   t-f--t--',
      source: ' -a-b---c-',
      subs: '   ^--------',
      passed: ' -a-----c-',
      dropped: '---b------',
    });
  });

  it('works on the last ones of a burst', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const source = hot('-(abcd)-|');
      const expected = '          -----a---c---(d|)';
      const work = (value: string) => cold('----(v|)', { v: value });
      expectObservable(source.pipe(dropOldest(work, { maxMessages: 2 }))).toBe(expected);
    });
  });

  it('passes or drops each value once, in order, and at the end the last ones', async () => {
    const steps = fc.array(fc.constantFrom('value', 'value', 'open', 'shut', 'turn'), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.nat(5), steps, async (maxMessages, course) => {
        const gate = new BehaviorSubject(false);
        const source = new Subject<number>();
        const passed: number[] = [];
        const dropped: number[] = [];
        let completed = false;
        source
          .pipe(dropOldest(gate, { maxMessages, onDrop: (value) => void dropped.push(value) }))
          .subscribe({ next: (value) => void passed.push(value), complete: () => (completed = true) });
        let count = 0;
        for (const step of course) {
          if (step === 'value') source.next(count++);
          else if (step === 'turn') await turns(1);
          else gate.next(step === 'open');
          expect(count - passed.length - dropped.length).toBeLessThanOrEqual(maxMessages);
        }
        source.complete();
        gate.next(true);
        await turns(1);
        expect(completed).toBe(true);
        expect(passed).toEqual(passed.toSorted((a, b) => a - b));
        expect(dropped).toEqual(dropped.toSorted((a, b) => a - b));
        expect([...passed, ...dropped].toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, i) => i),
        );
        if (maxMessages > 0 && count > 0) expect(passed.at(-1)).toBe(count - 1);
      }),
    );
  });
});
