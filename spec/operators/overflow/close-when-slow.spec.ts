import { BehaviorSubject, NEVER, of, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { closeWhenSlow, type Connection } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { FakeTransport } from '../../support/fake-transport.js';
import { ended, watchResources } from '../../support/harness.js';
import { connectionOver } from '../../support/memory-peer.js';
import { VirtualTime } from 'rxwire/testing';

watchResources();

/** Something to close, which tells when that was done. */
function closable(writable$: Connection['writable$']) {
  const closed = new Subject<string>();
  const calls: unknown[][] = [];
  return {
    writable$,
    closed,
    calls,
    close: (...given: unknown[]) => {
      calls.push(given);
      closed.next('x');
    },
  };
}

describe('closeWhenSlow', () => {
  it('closes when a value has waited so long', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
      ({ hot, expectObservable, expectSubscriptions }) => {
        const gate = hot<boolean>(' t-f-t-f-------', { t: true, f: false });
        const source = hot('-a-b---c-d----e');
        const subs = '              ^-----------!';
        const passed = '            -a--b-------|';
        const closed = '            ------------x';
        const slow = closable(gate);
        expectObservable(slow.closed).toBe(closed);
        expectObservable(source.pipe(closeWhenSlow(slow, { afterMs: 5 }))).toBe(passed);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      },
    );
  });

  it('closes when too many wait, and shows what it drops for that', () => {
    const slow = closable(new BehaviorSubject(false));
    const dropped: string[] = [];
    const onDrop = (value: string) => dropped.push(value);
    const record = collect(of('a', 'b', 'c', 'd').pipe(closeWhenSlow(slow, { maxMessages: 2, onDrop })));
    expect(slow.calls).toEqual([[1013, 'too slow']]);
    expect(record).toMatchObject({ values: [], done: true, error: undefined });
    expect(dropped).toEqual(['a', 'b', 'c']);
  });

  it('closes with the code and the reason that are given, once', () => {
    const clock = new VirtualTime();
    const slow = closable(NEVER);
    const source = new Subject<string>();
    const options = { code: 4000, reason: 'no', afterMs: 10, maxMessages: 1, scheduler: clock };
    collect(source.pipe(closeWhenSlow(slow, options)));
    source.next('a');
    clock.pass(9);
    source.next('b');
    clock.pass(100);
    expect(slow.calls).toEqual([[4000, 'no']]);
    expect(clock.pending).toBe(0);
  });

  it('lets no timer behind', () => {
    const clock = new VirtualTime();
    const gate = new BehaviorSubject(false);
    const source = new Subject<string>();
    const left = source.pipe(closeWhenSlow(closable(gate), { afterMs: 10, scheduler: clock })).subscribe();
    source.next('a');
    expect(clock.pending).toBe(1);
    left.unsubscribe();
    expect(clock.pending).toBe(0);
  });

  it('finishes the work that is begun, and begins no more', () => {
    const slow = closable(NEVER);
    const source = new Subject<string>();
    const work = new Subject<string>();
    const record = collect(source.pipe(closeWhenSlow(slow, { work: () => work, maxMessages: 1 })));
    for (const value of ['a', 'b', 'c', 'd']) source.next(value);
    expect(slow.calls).toHaveLength(1);
    expect(record.done).toBe(false);
    work.next('made of a');
    work.complete();
    expect(record).toMatchObject({ values: ['made of a'], done: true, error: undefined });
    expect(source.observed).toBe(false);
  });

  it('makes an error of what onDrop throws when time is up', () => {
    const clock = new VirtualTime();
    const bad = new Error('onDrop');
    const onDrop = (): never => {
      throw bad;
    };
    const source = new Subject<string>();
    const options = { afterMs: 10, scheduler: clock, onDrop };
    const record = collect(source.pipe(closeWhenSlow(closable(NEVER), options)));
    source.next('a');
    clock.pass(10);
    expect(record.error).toBe(bad);
  });

  it('closes a connection whose peer does not read, from in front of its outbox', async () => {
    const transport = new FakeTransport();
    transport.takes = false;
    const connection = connectionOver('server', transport, { sendHighWaterBytes: 100 });
    const source = new Subject<string>();
    source.pipe(closeWhenSlow(connection, { maxMessages: 2 })).subscribe(connection.outbox);
    for (const name of ['a', 'b', 'c']) source.next(name.repeat(150));
    expect(connection.state).toBe('open');
    source.next('d');
    expect(connection.state).toBe('closing');
    expect(source.observed).toBe(false);
    transport.lose();
    expect(await ended(connection)).toMatchObject({ sent: { code: 1013, reason: 'too slow' } });
  });

  it('checks its options', () => {
    const slow = closable(NEVER);
    expect(() => closeWhenSlow(slow, { afterMs: 0 })).toThrow('afterMs is 0');
    expect(() => closeWhenSlow(slow, { code: 1005 })).toThrow(RangeError);
    expect(() => closeWhenSlow(slow, { reason: 'x'.repeat(124) })).toThrow(RangeError);
    expect(() => closeWhenSlow(slow, { work: 1 as never })).toThrow('work is 1');
    expect(() => closeWhenSlow(slow, { maxMessage: 1 } as never)).toThrow('did you mean maxMessages');
  });
});
