import { collect } from '../../support/collect.js';
import { watchResources } from '../../support/harness.js';
import { DIAL_MS, DOWN, FORBIDDEN, letter, make } from './made.js';

watchResources();

describe('messages of a persistent connection', () => {
  it('go on from one connection to the next', () => {
    const { dialing, link, states } = make();
    const messages = collect(link.messages$);
    for (let i = 0; i < 3; i++) {
      dialing.time.pass(1000);
      dialing.pair.server.send(`${i}`);
      dialing.time.settle();
      dialing.pair.cut();
    }
    expect(messages.values.map(({ data }) => data)).toEqual(['0', '1', '2']);
    dialing.time.pass(1);
    expect(states()).toEqual([
      'idle',
      ...Array.from({ length: 3 }, () => ['connecting', 'open', 'waiting']).flat(),
    ]);
  });

  it('end, with what came last, when the peer closes with 1000', () => {
    const { dialing, link, states, lines } = make();
    const messages = collect(link.messages$);
    const connections = collect(link.connection$);
    dialing.time.pass(DIAL_MS);
    dialing.pair.server.send('last');
    dialing.pair.server.close();
    dialing.time.pass(60_000);
    expect([messages.values.length, messages.done, messages.error]).toEqual([1, true, undefined]);
    expect([connections.done, connections.error, states().at(-1), lines]).toEqual([
      true,
      undefined,
      'closed',
      [],
    ]);
    expect([link.send('late'), link.stats.dropped, collect(link.messages$).done]).toEqual([false, 1, true]);
    expect([dialing.began.length, dialing.time.pending]).toEqual([1, 0]);
  });

  it.each([
    ['it is refused', () => FORBIDDEN, FORBIDDEN],
    ['attempts are used up', () => DOWN, DOWN],
  ])('complete when %s: the status says why, and a line in the log', (_name, outcomeOf, cause) => {
    const { dialing, link, lines } = make(outcomeOf, { maxAttempts: 3 });
    const all = [link.messages$, link.connection$, link.channel('a', letter('a'))].map((one$) =>
      collect<unknown>(one$),
    );
    const statuses = collect(link.status$);
    dialing.time.pass(60_000);
    expect(all.map(({ done, error }) => [done, error])).toEqual(all.map(() => [true, undefined]));
    expect([statuses.values.at(-1), statuses.done]).toEqual([{ state: 'closed', cause }, true]);
    expect(lines).toEqual([`a persistent connection has ended: ${cause.message}`]);
    // Also for who asks later.
    expect(collect(link.status$)).toMatchObject({ values: [{ state: 'closed', cause }], done: true });
  });
});
