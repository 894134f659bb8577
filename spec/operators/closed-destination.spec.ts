import { Observable, type Subscriber } from 'rxjs';
import { operate } from '../../src/operators/operate.js';
import { DecoderPool } from '../../src/operators/decoder-pool.js';
import { PullSubscriber } from '../../src/operators/pull-subscriber.js';

function closed<T>(): Subscriber<T> {
  let destination: Subscriber<T> | undefined;
  new Observable<T>((subscriber) => {
    destination = subscriber;
  })
    .subscribe()
    .unsubscribe();
  return destination!;
}

describe('an operator for somebody who has had enough already', () => {
  it('is closed from the first, and takes nothing', () => {
    const destination = closed<unknown>();
    let taken = 0;
    const operator = operate<number, unknown>({ destination, next: () => taken++ });
    operator.next(1);
    expect([operator.closed, taken]).toEqual([true, 0]);
  });

  it('borrows no decoder', () => {
    const destination = closed<never>();
    const pool = new DecoderPool<never>(() => {
      throw new Error('borrowed');
    });
    const operator = new PullSubscriber(destination, pool, undefined);
    operator.next(new Uint8Array(1));
    expect(operator.closed).toBe(true);
  });
});
