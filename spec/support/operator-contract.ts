import { EMPTY, NEVER, Observable, type OperatorFunction, Subject, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

/** An operator that makes one value of each value, and values to show it with. */
export interface OneForOne<In, Out> {
  readonly operator: () => OperatorFunction<In, Out>;
  readonly inputs: { readonly a: In; readonly b: In; readonly c: In };
  readonly outputs: { readonly a: Out; readonly b: Out; readonly c: Out };
}

const FIREHOSE = 100_000;

/** Runs marbles, with whatever differs shown by Jest. */
export function marbles(run: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run);
}

/** A source that emits as long as anybody listens, all in the subscription; `emitted` counts. */
export function firehose<T>(value: T, count: number): { source: Observable<T>; emitted: () => number } {
  let emitted = 0;
  const source = new Observable<T>((subscriber) => {
    for (; emitted < count && !subscriber.closed; emitted++) subscriber.next(value);
    subscriber.complete();
  });
  return { source, emitted: () => emitted };
}

/** What every operator of this library keeps to, as specs. */
export function keepsTheContract<In, Out>({ operator, inputs, outputs }: OneForOne<In, Out>): void {
  it('is silent on a source that never emits', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<In>(' -');
      const subs = '            ^';
      const expected = '        -';
      expectObservable(source.pipe(operator())).toBe(expected, outputs);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectObservable(NEVER.pipe(operator() as unknown as OperatorFunction<never, Out>)).toBe(expected);
    });
  });

  it('completes with an empty source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<In>(' --|');
      const subs = '            ^-!';
      const expected = '        --|';
      expectObservable(source.pipe(operator())).toBe(expected, outputs);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectObservable(EMPTY.pipe(operator() as unknown as OperatorFunction<never, Out>)).toBe('|');
    });
  });

  it('passes one value and goes on listening', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot<In>('  --a--', inputs);
      const subs = '            ^----';
      const expected = '        --a--';
      expectObservable(source.pipe(operator())).toBe(expected, outputs);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('passes many values and completes with the source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot<In>('  -a-(bc)-a--|', inputs);
      const subs = '            ^----------!';
      const expected = '        -a-(bc)-a--|';
      expectObservable(source.pipe(operator())).toBe(expected, outputs);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('passes on an error of the source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot<In>('  -a--#', inputs);
      const subs = '            ^---!';
      const expected = '        -a--#';
      expectObservable(source.pipe(operator())).toBe(expected, outputs);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('leaves the source when it is left', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot<In>('  -a--b--c--|', inputs);
      const unsub = '           -----!';
      const subs = '            ^----!';
      const expected = '        -a--b-';
      expectObservable(source.pipe(operator()), unsub).toBe(expected, outputs);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('leaves the source when what follows has had enough', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot<In>('  -a--b--c--|', inputs);
      const subs = '            ^---!';
      const expected = '        -a--(b|)';
      expectObservable(source.pipe(operator(), take(2))).toBe(expected, outputs);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('begins anew with each subscription', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<In>(' -a-b|', inputs);
      const subs = ['           ^---!', '            --^---!'];
      const result = source.pipe(operator());
      expectObservable(result, '^-------').toBe('-a-b|', outputs);
      expectObservable(result, '--^-----').toBe('---a-b|', outputs);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('stops a synchronous source after the one value that was wanted', () => {
    const { source, emitted } = firehose(inputs.a, FIREHOSE);
    const seen: Out[] = [];
    source.pipe(operator(), take(1)).subscribe((value) => seen.push(value));
    expect(seen).toEqual([outputs.a]);
    expect(emitted()).toBe(1);
  });

  it('passes 100,000 synchronous values', () => {
    const { source } = firehose(inputs.b, FIREHOSE);
    let seen = 0;
    let completed = false;
    source.pipe(operator()).subscribe({ next: () => seen++, complete: () => (completed = true) });
    expect([seen, completed]).toEqual([FIREHOSE, true]);
  });

  it('keeps the order where a subscriber makes the source emit', () => {
    const source = new Subject<In>();
    const seen: Out[] = [];
    let completed = false;
    source.pipe(operator()).subscribe({
      next: (value) => {
        seen.push(value);
        if (seen.length === 1) source.next(inputs.b);
        if (seen.length === 2) {
          source.next(inputs.c);
          source.complete();
        }
      },
      complete: () => (completed = true),
    });
    source.next(inputs.a);
    expect(seen).toEqual([outputs.a, outputs.b, outputs.c]);
    expect(completed).toBe(true);
  });

  it('emits nothing to a subscriber that left in the middle of a value', () => {
    const source = new Subject<In>();
    const seen: Out[] = [];
    const subscription = source.pipe(operator()).subscribe((value) => {
      seen.push(value);
      subscription.unsubscribe();
      source.next(inputs.b);
    });
    source.next(inputs.a);
    source.next(inputs.c);
    expect(seen).toEqual([outputs.a]);
    expect(source.observed).toBe(false);
  });
}
