import { delay, firstValueFrom, map, mergeMap, of, Subject, tap } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { Timings, trackTimings } from '../../../src/operators/index.js';
import { startPair, watchResources } from '../../support/harness.js';
import { keepsTheContract } from '../../support/operator-contract.js';
import { VirtualTime } from 'rxwire/testing';

watchResources();

const values = { a: 'a', b: 'b', c: 'c' };

describe('trackTimings', () => {
  keepsTheContract({ operator: () => trackTimings(new Timings(), 'key'), inputs: values, outputs: values });

  it('marks its key for each value, before it is passed on', () => {
    const clock = new VirtualTime();
    const timings = new Timings({ scheduler: clock });
    const source = new Subject<string>();
    const marked: unknown[] = [];
    const began = clock.now();
    source.pipe(trackTimings(timings, 'key')).subscribe((value) => marked.push([value, timings.at('key')]));
    source.next('a');
    clock.pass(7);
    source.next('b');
    expect(marked).toEqual([
      ['a', began],
      ['b', began + 7],
    ]);
  });

  it('marks nothing where nothing comes', () => {
    const timings = new Timings();
    const source = new Subject<string>();
    source.pipe(trackTimings(timings, 'key')).subscribe();
    source.complete();
    expect(timings.at('key')).toBeUndefined();
  });

  it('tells messages that are handled at the same time apart, with Timings of their own', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ hot, expectObservable }) => {
      const source = hot(' -a-b------', { a: 5, b: 1 });
      const expected = '  ----b-a---';
      const took = source.pipe(
        mergeMap((ms) => {
          const timings = new Timings({ scheduler });
          return of(ms).pipe(
            trackTimings(timings, 'received'),
            delay(ms, scheduler),
            trackTimings(timings, 'answered'),
            map(() => timings.format('received', 'answered')),
          );
        }),
      );
      expectObservable(took).toBe(expected, { a: '5.00 ms', b: '1.00 ms' });
    });
  });

  it('times what a connection does with a message', async () => {
    const { client, accepted } = await startPair();
    const clock = new VirtualTime();
    const timings = new Timings({ scheduler: clock });
    accepted.messages$
      .pipe(
        trackTimings(timings, 'received'),
        tap(() => clock.pass(3)),
        trackTimings(timings, 'answered'),
      )
      .subscribe(accepted.outbox);
    client.send('hello');
    await firstValueFrom(client.messages$);
    expect(timings.diff('received', 'answered')).toBe(3);
  });
});
