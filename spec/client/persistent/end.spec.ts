import { getEventListeners } from 'node:events';
import type { Observable } from 'rxjs';
import { throwError } from 'rxjs';
import { persistent } from '../../../src/index.js';
import { VirtualTime } from '../../../src/testing/index.js';
import { collect } from '../../support/collect.js';
import { opens } from '../../support/dialing.js';
import { watchResources } from '../../support/harness.js';
import { DIAL_MS, DOWN, make } from './made.js';

watchResources();

describe('the end of a persistent connection', () => {
  it('closes with what it was told, behind what was sent', () => {
    const { dialing, link, received, states } = make();
    const messages = collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    link.send('last');
    const closing = collect(link.close(4000, 'done'));
    expect(link.close()).toBe(link.close(1001));
    expect([link.send('late'), link.stats.dropped]).toEqual([false, 1]);
    expect(states().at(-1)).toBe('open');
    dialing.time.pass(10);
    expect(closing).toMatchObject({
      values: [{ sent: { code: 4000, reason: 'done' }, wasClean: true }],
      done: true,
    });
    expect([received, messages.done, states().at(-1)]).toEqual([[['last']], true, 'closed']);
    dialing.time.pass(60_000);
    expect([dialing.time.pending, dialing.began.length, dialing.current]).toEqual([0, 1, 0]);
  });

  it('sends what still waits for room, and drops what has no connection', () => {
    const bulk = 'x'.repeat(40_000);
    const { dialing, link, received } = make(() => (pair) => pair.stall('client'), {
      whileOffline: { maxBytes: Infinity, maxMessages: 100 },
    });
    for (let i = 0; i < 10; i++) link.send(bulk);
    dialing.time.pass(DIAL_MS);
    link.close();
    dialing.pair.resume('client');
    dialing.time.pass(10);
    expect(received[0]).toHaveLength(10);
    const offline = make(() => DOWN);
    offline.link.send('never');
    offline.link.close();
    expect([offline.link.stats.dropped, offline.link.stats.heldMessages, offline.lines.length]).toEqual([
      1, 0, 1,
    ]);
  });

  it.each([
    ['before it began', 0, false],
    ['in the middle of a dial', 5, true],
    ['in the middle of a wait', 100, true],
  ])('%s is the end at once, and nothing is left', (_name, ms, isWanted) => {
    const { dialing, link, states } = make(() => DOWN);
    const messages = isWanted ? collect(link.messages$) : undefined;
    dialing.time.pass(ms);
    const began = dialing.began.length;
    expect(collect(link.close(1001))).toMatchObject({
      values: [{ code: 1006, wasClean: false }],
      done: true,
    });
    expect([messages?.done ?? true, states().at(-1)]).toEqual([true, 'closed']);
    expect(dialing.time.pending).toBe(0);
    dialing.time.pass(60_000);
    collect(link.messages$);
    expect(dialing.began).toHaveLength(began);
  });

  it('does not begin anew because classify would', () => {
    const { dialing, link } = make(undefined, { classify: () => 'retry' });
    collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    link.close();
    dialing.time.pass(60_000);
    expect(dialing.began).toHaveLength(1);
  });

  it('refuses codes and reasons that cannot be sent', () => {
    const { link } = make();
    expect(() => link.close(1006)).toThrow(RangeError);
    expect(() => link.close(1000, 'x'.repeat(124))).toThrow(RangeError);
  });

  it('can be awaited', async () => {
    const { dialing, link } = make();
    collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    const disposed = link[Symbol.asyncDispose]();
    dialing.time.pass(10);
    await disposed;
    expect(dialing.pair.client.state).toBe('closed');
    await link[Symbol.asyncDispose]();
    await make().link[Symbol.asyncDispose]();
  });

  it.each(['connecting', 'open', 'waiting'])('from within its status, at %s, is the end', (state) => {
    const { dialing, link } = make((dial) => (dial === 0 ? DOWN : opens));
    link.status$.subscribe((status) => status.state === state && void link.close());
    const messages = collect(link.messages$);
    dialing.time.pass(60_000);
    expect([messages.done, dialing.time.pending, dialing.current]).toEqual([true, 0, 0]);
  });

  it('comes with an AbortSignal, also while it waits', () => {
    const time = new VirtualTime();
    const abort = new AbortController();
    const url = (): Observable<string> => throwError(() => DOWN);
    const link = persistent(url, { signal: abort.signal, scheduler: time, logger: {} });
    const statuses = collect(link.status$);
    const messages = collect(link.messages$);
    expect(statuses.values.at(-1)).toMatchObject({ state: 'waiting' });
    abort.abort(new Error('enough'));
    expect(statuses.values.at(-1)).toMatchObject({ state: 'closed', cause: { message: 'enough' } });
    expect([messages.done, time.pending]).toEqual([true, 0]);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
    const aborted = persistent('ws://127.0.0.1:1', { signal: AbortSignal.abort('before'), logger: {} });
    expect(collect(aborted.messages$).done).toBe(true);
  });

  it('comes with an AbortSignal over an Observable of connections, too', () => {
    const abort = new AbortController();
    const { dialing, link } = make(() => DOWN, { signal: abort.signal });
    const statuses = collect(link.status$);
    const messages = collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    abort.abort(new Error('enough'));
    expect(statuses.values.at(-1)).toMatchObject({ state: 'closed', cause: { message: 'enough' } });
    expect([messages.done, dialing.time.pending]).toEqual([true, 0]);
  });
});
