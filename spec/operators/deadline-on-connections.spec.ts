import fc from 'fast-check';
import '../support/seed.js';
import { Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { deadline } from '../../src/index.js';
import { FakeTransport } from '../support/fake-transport.js';
import { ended, watchResources } from '../support/harness.js';
import { connectionOver } from '../support/memory-peer.js';
import { turns } from '../support/turns.js';
import { VirtualTime, WireReader } from 'rxwire/testing';
import { CLOSE, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

/** What is sent and what is dropped, each as value and time, by the rules alone. */
function model(ms: number, arrivals: readonly number[], turns: readonly number[]): [string[], string[]] {
  const sent: string[] = [];
  const late: string[] = [];
  arrivals.forEach((at, value) => {
    // Turns begin with false, so an odd number of them before is a true.
    const before = turns.filter((turn) => turn < at).length;
    const next = before % 2 === 1 ? at : (turns[before] ?? Infinity);
    if (next - at < ms || next === at) sent.push(`${String(value)} at ${String(next)}`);
    else if (at + ms < Infinity) late.push(`${String(value)} at ${String(at + ms)}`);
  });
  return [sent, late];
}

/** Times that come one after the other; even ones for values and deadlines, so that odd ones never coincide with them. */
function times(odd: boolean): fc.Arbitrary<number[]> {
  return fc
    .array(fc.nat({ max: 8 }), { maxLength: 12 })
    .map((gaps) =>
      gaps.map((_, i) => gaps.slice(0, i + 1).reduce((sum, gap) => sum + 2 * gap + 2, odd ? 1 : 0)),
    );
}

describe('deadline', () => {
  it('sends each value as soon as it can be, or drops it at its deadline, in any course of things', () => {
    const deadlines = fc.oneof(
      fc.nat({ max: 12 }).map((half) => 2 * half),
      fc.constant(Infinity),
    );
    fc.assert(
      fc.property(deadlines, times(false), times(true), (ms, arrivals, turnTimes) => {
        const scheduler = new TestScheduler(() => undefined);
        const writable$ = new Subject<boolean>();
        const source = new Subject<number>();
        const sent: string[] = [];
        const late: string[] = [];
        const now = (value: number): string => `${String(value)} at ${String(scheduler.now())}`;
        scheduler.run(() => {
          const onLate = { next: (value: number) => void late.push(now(value)) };
          source
            .pipe(deadline(ms, { writable$, onLate, scheduler }))
            .subscribe((value) => sent.push(now(value)));
          arrivals.forEach((at, value) => scheduler.schedule(() => source.next(value), at));
          turnTimes.forEach((at, i) => scheduler.schedule(() => writable$.next(i % 2 === 0), at));
        });
        expect([sent, late]).toEqual(model(ms, arrivals, turnTimes));
      }),
    );
  });

  describe('on a connection', () => {
    /** A connection that has had enough after one message, and a source of messages that is sent over it. */
    function congested() {
      const transport = new FakeTransport();
      transport.takes = false;
      const connection = connectionOver('server', transport, { sendHighWaterBytes: 100 });
      const clock = new VirtualTime();
      const source = new Subject<string>();
      const late: string[] = [];
      const onLate = { next: (value: string) => void late.push(value.slice(0, 1)) };
      source
        .pipe(deadline(500, { writable$: connection.writable$, onLate, scheduler: clock }))
        .subscribe(connection.outbox);
      let writable = true;
      connection.writable$.subscribe((now) => (writable = now));
      /** Takes what the connection has given, until it has room again. */
      const makeRoom = (): Promise<void> => {
        while (!writable && transport.untaken > 0) transport.takeFirst();
        return turns(1);
      };
      const written = (): string[] =>
        new WireReader()
          .push(transport.written)
          .map(({ opcode, payload }) => (opcode === TEXT ? payload.toString('utf8', 0, 1) : String(opcode)));
      const send = (name: string): void => source.next(name.repeat(150));
      return { transport, connection, clock, late, makeRoom, written, send };
    }

    it('sends one after the other as there is room, and drops what waited too long', async () => {
      const { clock, late, makeRoom, written, send, connection } = congested();
      for (const name of ['a', 'b', 'c']) send(name);
      await turns(1);
      expect(written()).toEqual(['a']);
      clock.pass(400);
      await makeRoom();
      expect(written()).toEqual(['a', 'b']);
      expect(connection.bufferedBytes).toBeLessThan(200);
      clock.pass(100);
      expect(late).toEqual(['c']);
      await makeRoom();
      send('d');
      await turns(1);
      expect(written()).toEqual(['a', 'b', 'd']);
    });

    it('lets Pongs and the Close frame overtake what waits', async () => {
      const { transport, connection, written, send } = congested();
      send('a');
      send('b');
      connection.pong();
      connection.close();
      await turns(1);
      while (transport.untaken > 0) {
        transport.takeFirst();
        await turns(1);
      }
      expect(written()).toEqual(['a', String(PONG), String(CLOSE)]);
      transport.lose();
      await ended(connection);
    });

    it('drops everything when the connection ends in the middle', async () => {
      const { transport, clock, connection, late, send } = congested();
      send('a');
      send('b');
      transport.lose();
      await ended(connection);
      expect(late).toEqual(['b']);
      expect(clock.pending).toBe(0);
    });
  });
});
