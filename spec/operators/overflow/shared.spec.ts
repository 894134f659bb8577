import { BehaviorSubject, EMPTY, NEVER, of, Subject, throwError } from 'rxjs';
import type { MonoTypeOperatorFunction, OperatorFunction } from 'rxjs';
import {
  closeWhenSlow,
  dropNewest,
  dropOldest,
  type Gate,
  type HoldOptions,
  latest,
  type Work,
} from '../../../src/operators/index.js';
import { collect } from '../../support/collect.js';
import { keepsTheContract, marbles } from '../../support/operator-contract.js';
import { type Course, follows } from './courses.js';

const values = { a: 'a', b: 'b', c: 'c' };

interface Made {
  gated(gate: Gate, options?: HoldOptions<string>): MonoTypeOperatorFunction<string>;
  working<R>(work: Work<string, R>, options?: HoldOptions<string>): OperatorFunction<string, R>;
}

/** Each value is a key of its own: then all of them hold values in order. */
const own = (value: string): string => value;

const closable = (gate: Gate) => ({
  writable$: 'writable$' in gate ? gate.writable$ : gate,
  close: () => undefined,
});
const OPERATORS: Readonly<Record<string, Made>> = {
  dropNewest: {
    gated: (gate, options) => dropNewest(gate, options),
    working: (work, options) => dropNewest(work, options),
  },
  dropOldest: {
    gated: (gate, options) => dropOldest(gate, options),
    working: (work, options) => dropOldest(work, options),
  },
  latest: {
    gated: (gate, options) => latest(gate, own, options),
    working: (work, options) => latest(work, own, options),
  },
  closeWhenSlow: {
    gated: (gate, options) => closeWhenSlow(closable(gate), options),
    working: (work, options) => closeWhenSlow(closable(NEVER), { ...options, work }),
  },
};

describe.each(Object.keys(OPERATORS))('%s', (name) => {
  const { gated, working } = OPERATORS[name]!;

  const course = (given: Course): void => {
    follows((gate, onDrop) => gated(gate, { onDrop }), given);
  };

  describe('while everything can pass', () => {
    const operator = () => gated(new BehaviorSubject(true));
    keepsTheContract({ operator, inputs: values, outputs: values });
  });

  describe('with work that is done at once', () => {
    const operator = () => working((value) => of(value));
    keepsTheContract({ operator, inputs: values, outputs: values });
  });

  it('holds what cannot pass, and lets it pass in order', () => {
    course({
      gate: '  t-f----t-----',
      source: '-a-bc--d----e|',
      subs: '  ^------------!',
      passed: '-a-----(bcd)e|',
    });
  });

  it('is shut until the gate says something', () => {
    course({ gate: '---t----', source: 'ab-----c', subs: '^-------', passed: '---(ab)c' });
  });

  it('completes when nothing is held any more, and then has left the gate', () => {
    course({
      gate: '   f------t--',
      source: ' -a-|',
      subs: '   ^--!',
      gateSubs: '^------!',
      passed: ' -------(a|)',
    });
  });

  it('drops everything when the gate has completed shut, and completes with its source', () => {
    course({
      gate: '   t-f---|',
      source: ' -a-b-c----d-|',
      subs: '   ^-----------!',
      gateSubs: '^-----!',
      passed: ' -a----------|',
      dropped: '------(bc)d',
    });
  });

  it('goes on when the gate has completed open', () => {
    course({
      gate: '   t--|',
      source: ' -a---b|',
      subs: '   ^-----!',
      gateSubs: '^--!',
      passed: ' -a---b|',
    });
  });

  it('passes an error of the source at once, and drops what is held', () => {
    course({ gate: 'f-----t', source: '-a-#', subs: '^--!', passed: '---#' });
  });

  it('passes an error of the gate at once', () => {
    course({ gate: 'f--#', source: '-a---b', subs: '^--!', passed: '---#' });
  });

  it('forgets what is held when it is left', () => {
    course({ gate: 'f----t-', source: '-ab----', subs: '^---!', passed: '-------', unsub: '----!' });
  });

  it('stops in the middle of what it held when what follows shuts the gate', async () => {
    const gate = new BehaviorSubject(false);
    const source = new Subject<string>();
    const seen: string[] = [];
    source.pipe(gated(gate)).subscribe((value) => {
      seen.push(value);
      if (seen.length === 2) gate.next(false);
    });
    for (const value of ['a', 'b', 'c', 'd']) source.next(value);
    gate.next(true);
    await Promise.resolve();
    expect(seen).toEqual(['a', 'b']);
    source.next('e');
    gate.next(true);
    await Promise.resolve();
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
    source.complete();
  });

  it('takes a connection, or what is like one, for a gate', async () => {
    const writable$ = new BehaviorSubject(false);
    const { values: seen } = collect(of('a', 'b').pipe(gated({ writable$ })));
    expect(seen).toEqual([]);
    writable$.next(true);
    await Promise.resolve();
    expect(seen).toEqual(['a', 'b']);
  });

  it('works on one value after the other, and emits what comes of it', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-ab---c-|');
      const subs = '              ^-------!';
      const work = cold(' --x|');
      const expected = '          ---x--x--x|';
      expectObservable(source.pipe(working(() => work))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(work.subscriptions).toBe(['-^--!', '----^--!', '-------^--!']);
    });
  });

  it('works on several at the same time where it may', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const source = hot('(abc)');
      const work = cold('-----x|');
      const expected = '         -----(xx)--x';
      expectObservable(source.pipe(working(() => work, { concurrency: 2 }))).toBe(expected);
    });
  });

  it('gives the work a running number, and waits for nothing when it returns nothing', () => {
    const seen: [string, number][] = [];
    const { values: made, done } = collect(
      of('a', 'b').pipe(working((value, index) => void seen.push([value, index]))),
    );
    expect(seen).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect([made, done]).toEqual([[], true]);
  });

  it('passes an error of the work, or what it throws', () => {
    const bad = new Error('work');
    expect(collect(of('a').pipe(working(() => throwError(() => bad)))).error).toBe(bad);
    const throwing = (): never => {
      throw bad;
    };
    expect(collect(of('a').pipe(working(throwing))).error).toBe(bad);
    const source = new Subject<string>();
    const first = new Subject<never>();
    const second = collect(source.pipe(working((value) => (value === 'a' ? first : throwing()))));
    source.next('a');
    source.next('b');
    first.complete();
    expect(second.error).toBe(bad);
    expect(source.observed).toBe(false);
  });

  it('ends the work when it is left', () => {
    const work = new Subject<never>();
    const source = new Subject<string>();
    const left = source.pipe(working(() => work)).subscribe();
    source.next('a');
    source.next('b');
    expect(work.observed).toBe(true);
    left.unsubscribe();
    expect([work.observed, source.observed]).toEqual([false, false]);
  });

  it('does 100,000 values of work that are all held, without a stack of their own', () => {
    const source = new Subject<string>();
    const first = new Subject<never>();
    let done = 0;
    let index = 0;
    source
      .pipe(
        working(
          (value) => {
            if (value === 'first') return first;
            done++;
            return EMPTY;
          },
          { maxMessages: Infinity },
        ),
      )
      .subscribe();
    source.next('first');
    while (index < 100_000) source.next(String(index++));
    first.complete();
    expect(done).toBe(100_000);
  });

  it.each<[string, () => unknown, ErrorConstructor, string]>([
    ['maxMessages', () => gated(EMPTY, { maxMessages: -1 }), RangeError, 'maxMessages is -1'],
    ['onDrop', () => gated(EMPTY, { onDrop: 1 as never }), TypeError, 'onDrop is 1'],
    ['concurrency', () => working(() => EMPTY, { concurrency: 0 }), RangeError, 'concurrency is 0'],
    ['another option', () => gated(EMPTY, { maxMessage: 1 } as never), TypeError, 'did you mean maxMessages'],
  ])('checks %s', (_, call, kind, text) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(text);
  });
});

describe('what sets the pace', () => {
  it.each([[undefined], [null], [5], [{}], [{ writable$: true }]])('is not %p', (pace) => {
    const operators: readonly ((pace: never) => unknown)[] = [dropNewest, dropOldest, latest];
    for (const operator of operators) {
      expect(() => operator(pace as never)).toThrow(TypeError);
      expect(() => operator(pace as never)).toThrow('what sets the pace is');
    }
  });
});
