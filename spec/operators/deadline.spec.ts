import {
  BehaviorSubject,
  concat,
  NEVER,
  Observable,
  type Observer,
  of,
  type SchedulerAction,
  Subject,
  type Subscription,
  take,
  throwError,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { deadline } from '../../src/operators/index.js';
import { collect } from '../support/collect.js';
import { keepsTheContract, marbles } from '../support/operator-contract.js';
import { turns } from '../support/turns.js';
import { VirtualTime } from 'rxwire/testing';

const values = { a: 'a', b: 'b', c: 'c' };
const writables = { t: true, f: false };

/** In marbles: whether values can be sent, values, and what becomes of them. */
interface Course {
  readonly ms: number;
  readonly writable: string;
  readonly source: string;
  readonly subs: string;
  /** How long `writable` is listened to. Default as long as the source. */
  readonly writableSubs?: string;
  readonly sent: string;
  readonly late: string;
}

function follows({ ms, writable, source, subs, writableSubs = subs, sent, late }: Course): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(({ hot, expectObservable, expectSubscriptions }) => {
    const onLate = new Subject<string>();
    const source$ = hot(source, values);
    const writable$ = hot(writable, writables);
    expectObservable(onLate).toBe(late, values);
    expectObservable(source$.pipe(deadline(ms, { writable$, onLate, scheduler }))).toBe(sent, values);
    expectSubscriptions(source$.subscriptions).toBe(subs);
    expectSubscriptions(writable$.subscriptions).toBe(writableSubs);
  });
}

/** A clock that can be late with what it has planned, as after a sleep of the machine. */
class LateClock extends VirtualTime {
  /** Of everything that was planned, in milliseconds. */
  readonly delays: number[] = [];
  #slept = 0;

  override now(): number {
    return super.now() + this.#slept;
  }

  override schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay = 0,
    state?: T,
  ): Subscription {
    this.delays.push(delay);
    return super.schedule(work, delay, state);
  }

  sleep(ms: number): void {
    this.#slept += ms;
  }
}

describe('deadline', () => {
  describe('while everything can be sent', () => {
    const operator = () => deadline<string>(0, { writable$: new BehaviorSubject(true) });
    keepsTheContract({ operator, inputs: values, outputs: values });
  });

  it('keeps values waiting, in order, and sends them when they can be', () => {
    follows({
      ms: 10,
      writable: ' t-f----t----',
      source: '  -a-bc-------a|',
      subs: '    ^------------!',
      sent: '    -a-----(bc)-a|',
      late: '    -----------',
    });
  });

  it('drops each value when it has waited so long', () => {
    follows({
      ms: 5,
      writable: ' t-f---------t-',
      source: '  -a-b--c------a',
      subs: '    ^--------------',
      sent: '    -a-----------a',
      late: '    --------b--c--',
    });
  });

  it('drops what has waited just so long when it could be sent', () => {
    follows({
      ms: 5,
      writable: ' f-----t--',
      source: '  -ab------',
      subs: '    ^--------',
      sent: '    ------b--',
      late: '    ------a--',
    });
  });

  it('lets values wait until it is said that they can be sent', () => {
    follows({
      ms: 5,
      writable: ' ----t---',
      source: '  -ab-----',
      subs: '    ^-------',
      sent: '    ----(ab)',
      late: '    --------',
    });
  });

  it('drops at once what cannot be sent at once, with a deadline of 0', () => {
    follows({
      ms: 0,
      writable: ' t-f---t--',
      source: '  -a--bc--a-',
      subs: '    ^---------',
      sent: '    -a------a-',
      late: '    ----bc----',
    });
  });

  it('drops nothing without a deadline', () => {
    follows({
      ms: Infinity,
      writable: ' f 999m t--',
      source: '  a 999m ---',
      subs: '    ^',
      sent: '    - 999m a--',
      late: '    - 999m ---',
    });
  });

  it('takes the time of rxjs unless told otherwise', () => {
    marbles(({ hot, expectObservable }) => {
      const source$ = hot('  -a-b----', values);
      const writable$ = hot('f-----t-', writables);
      const sent = '         ------b-';
      const late = '         -----a--';
      const onLate = new Subject<string>();
      expectObservable(onLate).toBe(late, values);
      expectObservable(source$.pipe(deadline(4, { writable$, onLate }))).toBe(sent, values);
    });
  });

  it('has deadlines that are longer than a timer can be', () => {
    const clock = new LateClock();
    const late: string[] = [];
    const onLate = { next: (value: string) => void late.push(value) };
    const ms = 2 ** 31 + 9;
    const source = concat(of('a'), NEVER);
    const left = source.pipe(deadline(ms, { writable$: NEVER, onLate, scheduler: clock })).subscribe();
    clock.pass(ms - 1);
    expect(late).toEqual([]);
    clock.pass(1);
    expect(late).toEqual(['a']);
    expect(clock.delays).toEqual([2 ** 31 - 1, 10]);
    left.unsubscribe();
  });

  it('takes the time of rxjs unless told otherwise', () => {
    marbles(({ hot, expectObservable }) => {
      const source$ = hot('  -a-b----', values);
      const writable$ = hot('f-----t-', writables);
      const sent = '         ------b-';
      const late = '         -----a--';
      const onLate = new Subject<string>();
      expectObservable(onLate).toBe(late, values);
      expectObservable(source$.pipe(deadline(4, { writable$, onLate }))).toBe(sent, values);
    });
  });

  it('has deadlines that are longer than a timer can be', () => {
    follows({
      ms: 2 ** 31 + 9,
      writable: ' f',
      source: '  a',
      subs: '    ^',
      sent: '    -',
      late: '    2147483657ms a',
    });
  });

  it('completes with its source, when what waits has been sent', () => {
    follows({
      ms: 10,
      writable: '    t-f---t--',
      source: '      ---a-|---',
      subs: '        ^----!---',
      writableSubs: '^-----!--',
      sent: '        ------(a|)',
      late: '        ---------',
    });
  });

  it('completes with its source, when what waits has been dropped', () => {
    follows({
      ms: 5,
      writable: '    t-f------',
      source: '      ---a-|---',
      subs: '        ^----!---',
      writableSubs: '^-------!',
      sent: '        --------|',
      late: '        --------a',
    });
  });

  it('passes on an error of the source at once, and forgets what waits', () => {
    follows({
      ms: 10,
      writable: ' t-f---t--',
      source: '  ---a-#---',
      subs: '    ^----!---',
      sent: '    -----#---',
      late: '    ---------',
    });
  });

  it('passes on an error of writable$ at once, and leaves the source', () => {
    follows({
      ms: 10,
      writable: ' t-f-#-',
      source: '  -a-b-c',
      subs: '    ^---!-',
      sent: '    -a--#-',
      late: '    ------',
    });
  });

  it('drops what waits, and all that comes, when writable$ has completed at false', () => {
    follows({
      ms: 100,
      writable: '    t-f--|--',
      source: '      -a-b---c',
      subs: '        ^-------',
      writableSubs: '^----!--',
      sent: '        -a------',
      late: '        -----b-c',
    });
  });

  it('drops what waits, and all that comes, when writable$ has completed without a word', () => {
    follows({
      ms: Infinity,
      writable: '    --|---',
      source: '      -a--b|',
      subs: '        ^----!',
      writableSubs: '^-!---',
      sent: '        -----|',
      late: '        --a-b-',
    });
  });

  it('sends what waits when writable$ completes as it turns true', () => {
    follows({
      ms: 100,
      writable: '    f---(t|)',
      source: '      -a-----b',
      subs: '        ^-------',
      writableSubs: '^---!---',
      sent: '        ----a--b',
      late: '        --------',
    });
  });

  it('goes on sending when writable$ has completed at true', () => {
    follows({
      ms: 5,
      writable: '    t--|------',
      source: '      -a-----b-|',
      subs: '        ^--------!',
      writableSubs: '^--!------',
      sent: '        -a-----b-|',
      late: '        ----------',
    });
  });

  it('forgets what waits when it is left', () => {
    const clock = new VirtualTime();
    const writable$ = new BehaviorSubject(false);
    const source = new Subject<string>();
    const late: string[] = [];
    const onLate = { next: (value: string) => void late.push(value) };
    const leaving = source.pipe(deadline(5, { writable$, onLate, scheduler: clock })).subscribe();
    source.next('a');
    expect(clock.pending).toBe(1);
    leaving.unsubscribe();
    expect([clock.pending, source.observed, writable$.observed]).toEqual([0, false, false]);
    clock.pass(10);
    expect(late).toEqual([]);
  });

  it('does not subscribe to its source when writable$ fails at once', () => {
    let subscribed = false;
    const source = new Observable<string>(() => void (subscribed = true));
    const failed = throwError(() => 'thrown');
    const { error } = collect(source.pipe(deadline(5, { writable$: failed })));
    expect([error, subscribed]).toEqual(['thrown', false]);
  });

  it('has one timer, however much waits', () => {
    const clock = new VirtualTime();
    const source = new Subject<number>();
    const late: number[] = [];
    const onLate = { next: (value: number) => void late.push(value) };
    source.pipe(deadline(10, { writable$: NEVER, onLate, scheduler: clock })).subscribe();
    for (let i = 0; i < 1000; i++) {
      source.next(i);
      clock.pass(0.001);
    }
    expect(clock.pending).toBe(1);
    clock.pass(10);
    expect(late).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(clock.pending).toBe(0);
  });

  it('sends nothing late after the machine has slept', async () => {
    const clock = new LateClock();
    const writable$ = new BehaviorSubject(false);
    const source = new Subject<string>();
    const late: string[] = [];
    const onLate = { next: (value: string) => void late.push(value) };
    const { values: sent } = collect(source.pipe(deadline(10, { writable$, onLate, scheduler: clock })));
    source.next('a');
    clock.sleep(20);
    writable$.next(true);
    source.next('b');
    await turns(1);
    expect([late, sent]).toEqual([['a'], ['b']]);
  });

  it('needs nobody to take what is late', () => {
    marbles(({ hot, expectObservable }) => {
      const source$ = hot('  -a---b-', values);
      const writable$ = hot('f---t--', writables);
      const sent = '         -----b-';
      expectObservable(source$.pipe(deadline(2, { writable$ }))).toBe(sent, values);
    });
  });

  it.each([-1, NaN, '5'])('refuses %p milliseconds at once', (ms) => {
    expect(() => deadline(ms as number, { writable$: NEVER })).toThrow(
      new RangeError(`ms is ${String(ms)}, expected a number of milliseconds from 0, or Infinity`),
    );
  });

  describe('where callbacks come back', () => {
    function opened(ms: number, onLate?: Pick<Observer<string>, 'next'>) {
      const clock = new LateClock();
      const writable$ = new BehaviorSubject(false);
      const source = new Subject<string>();
      const rules = { writable$, scheduler: clock, ...(onLate && { onLate }) };
      return { clock, writable$, source, result: source.pipe(deadline(ms, rules)) };
    }

    it('keeps the order when a subscriber makes the source emit', async () => {
      const { source, writable$, result } = opened(10);
      const seen: string[] = [];
      result.subscribe((value) => {
        seen.push(value);
        if (value === 'a') source.next('c');
      });
      source.next('a');
      source.next('b');
      writable$.next(true);
      await turns(1);
      expect(seen).toEqual(['a', 'b', 'c']);
    });

    it('stops sending when a subscriber has had enough', async () => {
      const { source, writable$, result } = opened(10);
      const { values: seen, done } = collect(result.pipe(take(1)));
      source.next('a');
      source.next('b');
      writable$.next(true);
      await turns(1);
      expect([seen, done, source.observed, writable$.observed]).toEqual([['a'], false, false, false]);
    });

    it('stops sending at the first value that is one too many', async () => {
      const { source, writable$, result } = opened(10);
      const seen: string[] = [];
      result.subscribe((value) => {
        seen.push(value);
        if (value === 'b') writable$.next(false);
      });
      for (const value of ['a', 'b', 'c']) source.next(value);
      writable$.next(true);
      await turns(1);
      expect(seen).toEqual(['a', 'b']);
      writable$.next(true);
      await turns(1);
      expect(seen).toEqual(['a', 'b', 'c']);
    });

    it('sends nothing when it cannot any more, once its turn comes', async () => {
      const { source, writable$, result } = opened(10);
      const { values: seen } = collect(result);
      source.next('a');
      writable$.next(true);
      writable$.next(false);
      await turns(1);
      expect(seen).toEqual([]);
    });

    it('takes what is sent when something is late', () => {
      const late: string[] = [];
      const { source, clock, result } = opened(10, {
        next: (value) => {
          late.push(value);
          if (value === 'a') source.next('again');
        },
      });
      result.subscribe();
      source.next('a');
      clock.pass(10);
      expect(late).toEqual(['a']);
      clock.pass(10);
      expect(late).toEqual(['a', 'again']);
    });

    it.each<[string, (to: ReturnType<typeof opened>) => unknown]>([
      ['a timer', ({ clock }) => clock.pass(10)],
      ['the end of writable$', ({ writable$ }) => writable$.complete()],
      [
        'the next value',
        ({ clock, source }) => {
          clock.sleep(10);
          source.next('b');
        },
      ],
      [
        'writable$',
        ({ clock, writable$ }) => {
          clock.sleep(10);
          writable$.next(true);
        },
      ],
    ])('makes an error of what onLate throws, called by %s', async (_, drop) => {
      const onLate = {
        next: () => {
          throw 'thrown';
        },
      };
      const opening = opened(10, onLate);
      const record = collect(opening.result);
      opening.source.next('a');
      drop(opening);
      await turns(1);
      expect([record.error, record.values]).toEqual(['thrown', []]);
      expect([opening.source.observed, opening.writable$.observed, opening.clock.pending]).toEqual([
        false,
        false,
        0,
      ]);
    });
  });
});
