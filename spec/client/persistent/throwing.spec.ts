import { config, finalize, type Observable } from 'rxjs';
import type { PersistentConnection } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { watchResources } from '../../support/harness.js';
import { until } from '../../support/turns.js';
import { DIAL_MS, FORBIDDEN, letter, make } from './made.js';

watchResources();

const MINE = new Error('mine');
const fails = (): never => {
  throw MINE;
};

describe('a persistent connection whose user throws', () => {
  it('ends all the same when the logger fails', () => {
    const lines: unknown[] = [];
    const { error } = console;
    console.error = (text: unknown) => lines.push(text);
    const { dialing, link, states } = make(() => FORBIDDEN, {
      whileOffline: 'none',
      logger: { warn: fails, error: fails },
    });
    expect(link.send('dropped')).toBe(false);
    const messages = collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    expect([messages.done, states().at(-1)]).toEqual([true, 'closed']);
    console.error = error;
    expect(lines).toEqual([
      expect.stringContaining('the logger failed at "a message found no connection'),
      expect.stringContaining('the logger failed at "a persistent connection has ended"'),
    ]);
  });

  describe('in a teardown', () => {
    const unhandled: unknown[] = [];
    beforeEach(() => {
      config.onUnhandledError = (error) => unhandled.push(error);
    });
    afterEach(() => {
      config.onUnhandledError = null;
      unhandled.length = 0;
    });

    it.each([
      // rxjs's own switchMap keeps it to itself.
      ['messages$', 0, (link: PersistentConnection): Observable<unknown> => link.messages$],
      ['connection$', 1, (link: PersistentConnection): Observable<unknown> => link.connection$],
      ['status$', 1, (link: PersistentConnection): Observable<unknown> => link.status$],
      ['a channel', 1, (link: PersistentConnection): Observable<unknown> => link.channel('a', letter('a'))],
    ])('of %s ends for everybody else', async (_name, count, observed) => {
      const { dialing, link } = make();
      observed(link).pipe(finalize(fails)).subscribe();
      const all = [
        link.status$,
        link.connection$,
        link.messages$,
        link.channel('b', letter('b')),
        observed(link),
      ];
      const others = all.map((each) => collect<unknown>(each));
      dialing.time.pass(DIAL_MS);
      expect(() => link.close()).not.toThrow();
      dialing.time.pass(1000);
      expect(others.map(({ done }) => done)).toEqual(all.map(() => true));
      await until(() => unhandled.length >= count);
      expect(unhandled).toHaveLength(count);
    });
  });
});
