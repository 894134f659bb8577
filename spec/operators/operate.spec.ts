import { map, Observable, type OperatorFunction, Subject } from 'rxjs';
import { type Operation, operate } from '../../src/operators/operate.js';
import { firehose, keepsTheContract, marbles } from '../support/operator-contract.js';

type Rest = Partial<Omit<Operation<string, string>, 'destination'>>;

/** The operator that passes every value on, unless told otherwise. */
function passing(rest: Rest = {}): OperatorFunction<string, string> {
  return (source) =>
    new Observable<string>((destination) => {
      source.subscribe(operate({ destination, next: (value) => destination.next(value), ...rest }));
    });
}

const failing = (): never => {
  throw 'thrown';
};

describe('operate', () => {
  const values = { a: 'A', b: 'B', c: 'C' };
  keepsTheContract({ operator: passing, inputs: values, outputs: values });

  it('makes an error of what next throws, and leaves the source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a--b-|');
      const subs = '            ^---!';
      const expected = '        -a--#';
      const next = (destination: { next(value: string): void }) => (value: string) => {
        if (value === 'b') throw 'thrown';
        destination.next(value);
      };
      const result = new Observable<string>((destination) => {
        source.subscribe(operate({ destination, next: next(destination) }));
      });
      expectObservable(result).toBe(expected, undefined, 'thrown');
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('stops a synchronous source at what next throws', () => {
    const { source, emitted } = firehose('a', 1000);
    let error: unknown;
    source.pipe(passing({ next: failing })).subscribe({ error: (thrown: unknown) => (error = thrown) });
    expect([error, emitted()]).toEqual(['thrown', 1]);
  });

  it('makes an error of what complete throws', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a--|');
      const subs = '            ^---!';
      const expected = '        -a--#';
      expectObservable(source.pipe(passing({ complete: failing }))).toBe(expected, undefined, 'thrown');
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('lets complete say what comes last', () => {
    const seen: string[] = [];
    const source = new Subject<string>();
    const result = new Observable<string>((destination) => {
      const complete = (): void => {
        destination.next('last');
        destination.complete();
      };
      source.subscribe(operate({ destination, next: () => undefined, complete }));
    });
    result.subscribe({ next: (value) => seen.push(value), complete: () => seen.push('|') });
    source.next('a');
    source.complete();
    expect(seen).toEqual(['last', '|']);
    expect(source.observed).toBe(false);
  });

  it.each<[string, (source: Subject<string>, unsubscribe: () => void) => void]>([
    ['completion', (source) => source.complete()],
    ['an error', (source) => source.error('thrown')],
    ['unsubscription', (_, unsubscribe) => unsubscribe()],
    [
      'all of them',
      (source, unsubscribe) => {
        source.complete();
        unsubscribe();
        source.error('thrown');
      },
    ],
  ])('finalizes once at %s', (_, end) => {
    let finalized = 0;
    const source = new Subject<string>();
    const subscription = source
      .pipe(passing({ finalize: () => finalized++ }), map(String))
      .subscribe({ error: () => undefined });
    source.next('a');
    expect(finalized).toBe(0);
    end(source, () => subscription.unsubscribe());
    expect(finalized).toBe(1);
  });
});
