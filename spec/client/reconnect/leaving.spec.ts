import { finalize, Observable, Subject, takeUntil } from 'rxjs';
import { type Connection, reconnect } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { Dialing, opens } from '../../support/dialing.js';
import { watchResources } from '../../support/harness.js';
import { DOWN, watch } from './watched.js';

watchResources();

describe('leaving', () => {
  it.each([
    ['in the middle of a dial', 5],
    ['while it is open', 15],
  ])('%s leaves nothing', (_name, ms) => {
    const { dialing, connections, statuses, completed } = watch(() => opens);
    dialing.time.pass(ms);
    connections.stop();
    expect([dialing.current, completed()]).toEqual([0, 1]);
    expect(statuses.at(-1)).toEqual({ state: 'closed' });
    dialing.time.pass(60_000);
    expect([dialing.time.pending, dialing.began.length]).toEqual([0, 1]);
  });

  it('in the middle of a wait leaves nothing', () => {
    const { dialing, connections, statuses } = watch(() => DOWN);
    dialing.time.pass(500);
    expect(dialing.time.pending).toBe(1);
    connections.stop();
    expect(dialing.time.pending).toBe(0);
    expect(statuses.at(-1)).toEqual({ state: 'closed' });
  });

  it.each(['connecting', 'open', 'waiting', 'closed'])('from within status, at %s, is heard', (state) => {
    const dialing = new Dialing((dial) => (dial === 0 ? DOWN : opens));
    const seen: string[] = [];
    const left$ = new Subject<void>();
    dialing.connect$
      .pipe(
        reconnect({
          scheduler: dialing.time,
          status: {
            next: (status) => {
              seen.push(status.state);
              if (status.state === state) left$.next();
            },
          },
        }),
        takeUntil(left$),
      )
      .subscribe();
    dialing.time.pass(60_000);
    left$.next();
    dialing.time.pass(60_000);
    expect([dialing.time.pending, dialing.current, seen.at(-1)]).toEqual([0, 0, 'closed']);
    expect(seen.filter((other) => other === 'closed')).toHaveLength(1);
  });

  it('needs no more of a status observer than it wants', () => {
    const dialing = new Dialing(() => opens);
    let completed = 0;
    const status = { complete: () => completed++ };
    const connections = collect(dialing.connect$.pipe(reconnect({ scheduler: dialing.time, status })));
    dialing.time.pass(10);
    connections.stop();
    expect([connections.values.length, completed]).toEqual([1, 1]);
  });
});

describe('a teardown in front of reconnect that throws', () => {
  it('does not keep it from going on', () => {
    const dialing = new Dialing(() => DOWN);
    const mine = new Error('mine');
    const thrown: unknown[] = [];
    const lost$ = new Observable<Connection>((subscriber) => {
      const lose = (): void => {
        try {
          subscriber.error(DOWN);
        } catch (error) {
          thrown.push(error);
        }
      };
      subscriber.add(dialing.time.schedule(lose, 10));
    });
    const fails = finalize<Connection>(() => {
      throw mine;
    });
    const link$ = lost$.pipe(fails, reconnect({ scheduler: dialing.time, maxAttempts: 3 }));
    const connections = collect(link$);
    dialing.time.pass(60_000);
    expect(connections.error).toBe(DOWN);
    expect(thrown).toEqual([mine, mine, mine]);
  });
});
