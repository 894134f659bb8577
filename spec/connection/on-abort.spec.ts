import { getEventListeners } from 'node:events';
import { config, finalize } from 'rxjs';
import { connect, persistent, reconnect } from '../../src/index.js';
import { onAbort } from '../../src/connection/on-abort.js';
import { collect } from '../support/collect.js';
import { startServer, watchResources } from '../support/harness.js';
import { until } from '../support/turns.js';

watchResources();

const WHY = new Error('why');
const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('one signal for many', () => {
  it('has one listener for all connections, and ends them all', async () => {
    const server = await startServer();
    const abort = new AbortController();
    const { signal } = abort;
    const quiet = { logger: {}, signal };
    const links = Array.from({ length: 8 }, () => persistent(server.url, quiet));
    for (const link of links) link.messages$.subscribe();
    const ends = [
      ...links.map((link) => collect<unknown>(link.status$)),
      ...Array.from({ length: 8 }, () => collect<unknown>(connect(server.url, quiet))),
      ...Array.from({ length: 8 }, () =>
        collect<unknown>(connect(server.url, quiet).pipe(reconnect({ signal }))),
      ),
    ];
    await until(() => server.connections.size === 24);
    expect(listeners(signal)).toBe(1);
    abort.abort(WHY);
    expect(ends.map(({ done }) => done)).toEqual(ends.map(() => true));
    expect(ends.slice(8).map(({ error }) => error)).toEqual(ends.slice(8).map(() => WHY));
    await until(() => server.connections.size === 0);
    expect(listeners(signal)).toBe(0);
  });

  it('ends the others when the teardown of one throws', async () => {
    const unhandled: unknown[] = [];
    config.onUnhandledError = (error) => unhandled.push(error);
    const abort = new AbortController();
    const waiting = connect(() => new Promise<string>(() => undefined), { signal: abort.signal });
    const fails = finalize(() => {
      throw WHY;
    });
    const first = collect(waiting.pipe(fails));
    const second = collect(waiting);
    abort.abort(WHY);
    expect([first.error, second.error]).toEqual([WHY, WHY]);
    await until(() => unhandled.length > 0);
    config.onUnhandledError = null;
    expect(unhandled).toHaveLength(1);
  });
});

describe('onAbort', () => {
  it('calls nobody who has been taken out, be it by another meanwhile', () => {
    const abort = new AbortController();
    const called: string[] = [];
    const leave = onAbort(abort.signal, () => called.push('out before'));
    onAbort(abort.signal, () => {
      called.push('first');
      leaveThird();
    });
    onAbort(abort.signal, () => called.push('second'));
    const leaveThird = onAbort(abort.signal, () => called.push('third'));
    leave();
    leave();
    abort.abort(WHY);
    onAbort(abort.signal, (reason) => called.push(String(reason)))();
    expect(called).toEqual(['first', 'second', 'Error: why']);
  });

  it('begins anew on a signal that everybody had left', () => {
    const abort = new AbortController();
    const called: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const leave = onAbort(abort.signal, (reason) => called.push(reason));
      expect(listeners(abort.signal)).toBe(1);
      if (i < 2) leave();
    }
    abort.abort(WHY);
    expect([called, listeners(abort.signal)]).toEqual([[WHY], 0]);
  });
});
