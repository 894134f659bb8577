import { BehaviorSubject, concat, NEVER, of, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { latest, LimitError } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { follows } from './courses.js';

describe('latest', () => {
  it('holds the newest of all without a key', () => {
    follows((gate, onDrop) => latest(gate, undefined, { onDrop }), {
      gate: '   t-f-----t--',
      source: ' -a-b-c-d---e',
      subs: '   ^-----------',
      passed: ' -a------d--e',
      dropped: '-----b-c----',
    });
  });

  it('holds the newest of each key, in the place of the one before', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
      ({ hot, expectObservable }) => {
        const values = { a: 'a1', A: 'a2', b: 'b1', B: 'b2', c: 'c1' };
        const drops = new Subject<string>();
        const gate = hot<boolean>(' f-------t', { t: true, f: false });
        const source = hot('-abc-BA--', values);
        const passed = '            --------(ABc)';
        const dropped = '           -----ba--';
        const onDrop = (value: string) => drops.next(value);
        expectObservable(drops).toBe(dropped, values);
        expectObservable(source.pipe(latest(gate, (value) => value[0], { onDrop }))).toBe(passed, values);
      },
    );
  });

  it('never replaces what has no key', async () => {
    const gate = new BehaviorSubject(false);
    const { values } = collect(of('a', 'a', 'b').pipe(latest(gate, () => undefined)));
    gate.next(true);
    await Promise.resolve();
    expect(values).toEqual(['a', 'a', 'b']);
  });

  it('forgets a key whose value has passed', async () => {
    const gate = new BehaviorSubject(false);
    const source = new Subject<string>();
    const { values } = collect(source.pipe(latest(gate, (value) => value[0])));
    for (let i = 0; i < 3; i++) {
      source.next(`a${String(i)}`);
      gate.next(true);
      await Promise.resolve();
      gate.next(false);
    }
    expect(values).toEqual(['a0', 'a1', 'a2']);
  });

  it('errors when more keys wait than it may hold, and not for more values', () => {
    const numbers = concat(of(0, 1, 0, 1, 0, 1), NEVER);
    expect(collect(numbers.pipe(latest(NEVER, (value) => value, { maxMessages: 2 }))).done).toBe(false);
    const { error } = collect(of(0, 1, 2).pipe(latest(NEVER, (value) => value, { maxMessages: 2 })));
    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ option: 'maxMessages', limit: 2 });
  });

  it('asks for the key of what has to wait only, and makes an error of what that throws', () => {
    const bad = new Error('key');
    const gate = new BehaviorSubject(true);
    const source = new Subject<string>();
    const key = (): never => {
      throw bad;
    };
    const record = collect(source.pipe(latest(gate, key)));
    source.next('a');
    expect(record).toMatchObject({ values: ['a'], done: false });
    gate.next(false);
    source.next('b');
    expect(record.error).toBe(bad);
    expect(source.observed).toBe(false);
  });

  it('works on what is newest', () => {
    const work = new Subject<never>();
    const begun: string[] = [];
    const source = new Subject<string>();
    const left = source
      .pipe(
        latest((value) => {
          begun.push(value);
          return work;
        }),
      )
      .subscribe();
    for (const value of ['a', 'b', 'c']) source.next(value);
    work.complete();
    expect(begun).toEqual(['a', 'c']);
    left.unsubscribe();
  });

  it('checks its key and its bound', () => {
    expect(() => latest(NEVER, 'symbol' as never)).toThrow('key is of type string, expected a function');
    expect(() => latest(NEVER, undefined, { maxMessages: 0 })).toThrow(RangeError);
  });
});
