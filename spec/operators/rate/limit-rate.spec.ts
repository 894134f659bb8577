import { Subject } from 'rxjs';
import { LimitError, limitRate } from '../../../src/index.js';
import { VirtualTime } from 'rxwire/testing';
import { letsThroughWhatABucketDoes } from '../../support/bucket.js';
import { collect } from '../../support/collect.js';
import { watchResources } from '../../support/harness.js';
import { keepsTheContract, marbles } from '../../support/operator-contract.js';

watchResources();

const values = { a: 1, b: 2, c: 3 };

describe('limitRate, below the rate', () => {
  keepsTheContract({
    operator: () => limitRate<number>({ messages: 1_000_000 }),
    inputs: values,
    outputs: values,
  });
});

describe('limitRate', () => {
  it('lets through what a bucket of that size lets through, at that moment, in order, and loses nothing', () => {
    letsThroughWhatABucketDoes((rate) => {
      const clock = new VirtualTime();
      const source = new Subject<string>();
      const record = collect(source.pipe(limitRate({ ...rate, scheduler: clock })));
      return {
        clock,
        passed: () => record.values,
        give: (texts) => {
          for (const text of texts) source.next(text);
        },
        ending: (held) => {
          source.complete();
          expect(record.done).toBe(held === 0);
        },
        ended: () => {
          expect(record.done).toBe(true);
        },
      };
    });
  });

  it('holds what is too much until it is its turn, and completes behind it', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot(' abcd------e-(f|)');
      const subs = '       ^-----------!';
      const expected = '   abc-d-----e-(f|)';
      const operator = limitRate<string>({ messages: 1, perMs: 2, burstMs: 4 });
      expectObservable(source.pipe(operator)).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectObservable(hot('abcd|').pipe(operator)).toBe('abc-(d|)');
    });
  });

  it('drops what is too much, or what it cannot hold, and shows it', () => {
    marbles(({ hot, expectObservable, flush }) => {
      const dropped: unknown[] = [];
      const onDrop = (value: string, count: number): void => void dropped.push([value, count]);
      const rate = { messages: 1, perMs: 3 };
      const source = hot('abcde---f|');
      expectObservable(source.pipe(limitRate({ ...rate, onExcess: 'drop', onDrop }))).toBe('a--d----f|');
      flush();
      expect(dropped).toEqual([
        ['b', 1],
        ['c', 2],
        ['e', 3],
      ]);
    });
    marbles(({ hot, expectObservable, flush }) => {
      const dropped: string[] = [];
      const onDrop = (value: string): void => void dropped.push(value);
      const source = hot('abc-d----|');
      const operator = limitRate<string>({ messages: 1, perMs: 3, maxMessages: 1, onDrop });
      expectObservable(source.pipe(operator)).toBe('a--b--d--|');
      flush();
      expect(dropped).toEqual(['c']);
    });
  });

  it('errors where it is to, and with what onDrop throws', () => {
    const scheduler = new VirtualTime();
    const [one, other] = [new Subject<number>(), new Subject<number>()];
    const strict = collect(one.pipe(limitRate({ messages: 2, onExcess: 'error', scheduler })));
    const faulty = collect(
      other.pipe(
        limitRate({
          messages: 1,
          maxMessages: 0,
          scheduler,
          onDrop: () => {
            throw new Error('mine');
          },
        }),
      ),
    );
    for (const source of [one, other]) for (const value of [1, 2, 3]) source.next(value);
    expect([strict.values, strict.error]).toEqual([[1, 2], expect.any(LimitError)]);
    expect([faulty.values, faulty.error]).toEqual([[1], new Error('mine')]);
  });

  it('has one order for what comes while it passes something on', () => {
    const scheduler = new VirtualTime();
    const source = new Subject<number>();
    const seen: number[] = [];
    const subscription = source.pipe(limitRate({ messages: 2, scheduler })).subscribe((value) => {
      if (value < 10) source.next(value + 10);
      seen.push(value);
    });
    source.next(1);
    source.next(2);
    scheduler.pass(2000);
    expect(seen).toEqual([1, 11, 2, 12]);
    source.next(3);
    source.next(4);
    subscription.unsubscribe();
    expect(scheduler.pending).toBe(0);
  });

  it('passes on an error of its source at once, and drops what it holds', () => {
    marbles(({ hot, expectObservable }) => {
      expectObservable(hot('abc#').pipe(limitRate({ messages: 1, perMs: 10 }))).toBe('a--#');
    });
  });

  it.each<[object, RegExp]>([
    [{}, /messages is missing/],
    [{ messages: 0 }, /messages is 0/],
    [{ messages: 1, perMs: Infinity }, /perMs is Infinity/],
    [{ messages: 1, burstMs: 0 }, /burstMs is 0/],
    [{ messages: 1, onExcess: 'pause' }, /onExcess is 'pause', expected 'delay', 'drop', 'error'/],
    [{ messages: 1, maxMessage: 1 }, /did you mean maxMessages\?/],
  ])('refuses %j', (options, text) => {
    expect(() => limitRate(options as never)).toThrow(text);
  });
});
