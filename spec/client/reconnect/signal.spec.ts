import { getEventListeners } from 'node:events';
import { BehaviorSubject, tap } from 'rxjs';
import { connect, type LinkStatus, reconnect, type ReconnectOptions } from '../../../src/index.js';
import { VirtualTime } from '../../../src/testing/index.js';
import { collect } from '../../support/collect.js';
import { watchResources } from '../../support/harness.js';
import { opens } from '../../support/dialing.js';
import { DOWN, watch } from './watched.js';

watchResources();

const WHY = new Error('why');

describe('the option signal of reconnect', () => {
  it.each([
    ['in the middle of a dial', opens, 5, ['connecting']],
    ['while it is open', opens, 15, ['connecting', 'open']],
    ['while it waits', DOWN, 500, ['connecting', 'waiting']],
  ])('ends it %s, with its reason', (_name, outcome, ms, before) => {
    const abort = new AbortController();
    const { dialing, connections, statuses, completed } = watch(() => outcome, { signal: abort.signal });
    dialing.time.pass(ms);
    expect(statuses.map(({ state }) => state)).toEqual(before);
    abort.abort(WHY);
    expect([connections.error, completed(), dialing.current]).toEqual([WHY, 1, 0]);
    expect(statuses.at(-1)).toEqual({ state: 'closed', cause: WHY });
    dialing.time.pass(60_000);
    expect([dialing.time.pending, dialing.began.length]).toEqual([0, 1]);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  it('closes what is open with 1000', () => {
    const abort = new AbortController();
    const { dialing, connections } = watch(() => opens, { signal: abort.signal });
    dialing.time.pass(15);
    abort.abort(WHY);
    dialing.time.pass(1000);
    expect(connections.error).toBe(WHY);
    expect(collect(dialing.pair.server.closed$).values).toMatchObject([{ code: 1000, wasClean: true }]);
  });

  it('ends it while there is no network', () => {
    const abort = new AbortController();
    const online = new BehaviorSubject(false);
    const { connections, statuses } = watch(() => opens, { online, signal: abort.signal });
    abort.abort(WHY);
    expect([connections.error, online.observed]).toEqual([WHY, false]);
    expect(statuses.map(({ state }) => state)).toEqual(['waiting', 'closed']);
  });

  it('that has aborted before dials nothing', () => {
    const { dialing, connections, states } = watch(() => opens, { signal: AbortSignal.abort(WHY) });
    dialing.time.pass(60_000);
    expect([connections.error, dialing.began, states()]).toEqual([WHY, [], ['closed']]);
  });

  it('has one listener for all attempts, and none after the end', () => {
    const { signal } = new AbortController();
    const { dialing, connections } = watch((dial) => (dial % 2 === 0 ? DOWN : opens), { signal });
    for (let i = 0; i < 20; i++) {
      dialing.time.pass(60_000);
      dialing.pair.server.terminate();
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    }
    connections.stop();
    dialing.time.pass(60_000);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('is not asked of classify, whatever its reason looks like', () => {
    const abort = new AbortController();
    const classify = (): 'retry' => 'retry';
    const { dialing, connections } = watch(() => DOWN, { classify, signal: abort.signal });
    dialing.time.pass(500);
    abort.abort(DOWN);
    expect([connections.error, dialing.time.pending]).toEqual([DOWN, 0]);
  });
});

describe('the option signal of a connect in front of reconnect', () => {
  interface Waiting {
    readonly time: VirtualTime;
    readonly statuses: LinkStatus[];
  }

  /** Waits: it is asked for a URL, and there is none. */
  function waiting(
    signal: AbortSignal,
    options: ReconnectOptions & { readonly between?: boolean } = {},
  ): Waiting {
    const { between = false, ...rest } = options;
    const time = new VirtualTime();
    const statuses: LinkStatus[] = [];
    const none = (): never => {
      throw DOWN;
    };
    const dial$ = connect(none, { signal });
    const status = { next: (each: LinkStatus) => statuses.push(each) };
    const link$ = (between ? dial$.pipe(tap()) : dial$).pipe(reconnect({ ...rest, scheduler: time, status }));
    link$.subscribe({ error: () => undefined });
    expect([statuses.at(-1)?.state, time.pending]).toEqual(['waiting', 1]);
    return { time, statuses };
  }

  it('is heard while it waits', () => {
    const abort = new AbortController();
    const { time, statuses } = waiting(abort.signal);
    abort.abort(WHY);
    expect([statuses.at(-1), time.pending]).toEqual([{ state: 'closed', cause: WHY }, 0]);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  it('ends it with a reason that looks like an error of the network', () => {
    const abort = new AbortController();
    const { time, statuses } = waiting(abort.signal);
    abort.abort(DOWN);
    time.pass(600_000);
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'waiting', 'closed']);
  });

  it('is heard with an operator between if reconnect has it, too', () => {
    const abort = new AbortController();
    const { signal } = abort;
    const { time, statuses } = waiting(signal, { signal, between: true });
    abort.abort(WHY);
    expect([statuses.at(-1), time.pending]).toEqual([{ state: 'closed', cause: WHY }, 0]);
  });
});
