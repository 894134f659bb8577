import { Observable, Subject } from 'rxjs';
import { EarlySubscriber } from '../../src/operators/early-subscriber.js';

/** A subscriber that says what it is told, and whether it was open then. */
function telling(onNext: (value: string) => void = () => undefined) {
  const said: [unknown, boolean][] = [];
  const subscriber = new EarlySubscriber<string>({
    next: (value) => {
      said.push([value, subscriber.closed]);
      onNext(value);
    },
    error: (error) => said.push([error, subscriber.closed]),
    complete: () => said.push(['|', subscriber.closed]),
  });
  return { said, subscriber };
}

describe('EarlySubscriber', () => {
  it('passes values on, and is closed when its observer hears of the end', () => {
    for (const [end, word] of [
      [(source: Subject<string>) => source.complete(), '|'],
      [(source: Subject<string>) => source.error('thrown'), 'thrown'],
    ] as const) {
      const { said, subscriber } = telling();
      const source = new Subject<string>();
      source.subscribe(subscriber);
      source.next('a');
      end(source);
      expect(said).toEqual([
        ['a', false],
        [word, true],
      ]);
      expect(source.observed).toBe(false);
    }
  });

  it('can be left while a synchronous source emits', () => {
    const { said, subscriber } = telling((value) => {
      if (value === 'b') subscriber.unsubscribe();
    });
    let emitted = 0;
    new Observable<string>((to) => {
      for (const value of ['a', 'b', 'c']) {
        if (to.closed) return;
        emitted++;
        to.next(value);
      }
      to.complete();
    }).subscribe(subscriber);
    expect([said.map(([value]) => value), emitted]).toEqual([['a', 'b'], 2]);
  });
});
