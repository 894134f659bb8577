import { of, Subject } from 'rxjs';
import { collect } from '../../support/collect.js';
import { watchResources } from '../../support/harness.js';
import { DIAL_MS, make } from './made.js';

watchResources();

describe('the outbox of a persistent connection', () => {
  it('sends, and closes with its source, behind what is held', () => {
    const { dialing, link, received, states } = make();
    collect(link.messages$);
    of('1', '2').subscribe(link.outbox);
    expect(states().at(-1)).toBe('connecting');
    dialing.time.pass(DIAL_MS);
    expect([received, link.stats.dropped]).toEqual([[['1', '2']], 0]);
    dialing.time.pass(10);
    expect([dialing.pair.client.state, states().at(-1)]).toEqual(['closed', 'closed']);
  });

  it('brings the answers to what was held, and closes then', () => {
    const { dialing, link, states } = make(() => (pair) => {
      pair.server.messages$.subscribe(pair.server.outbox);
    });
    const connections = collect(link.connection$);
    const messages = collect(link.messages$);
    of('a', 'b', 'c').subscribe(link.outbox);
    dialing.time.pass(60_000);
    expect(messages.values.map(({ data }) => data)).toEqual(['a', 'b', 'c']);
    expect([connections.values.length, messages.done]).toEqual([1, true]);
    expect(states()).toEqual(['idle', 'connecting', 'open', 'closed']);
    expect([dialing.began.length, dialing.time.pending]).toEqual([1, 0]);
  });

  it('closes at once when nothing is held', () => {
    const { dialing, link, received } = make();
    collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    const { outbox } = link;
    outbox.next('1');
    outbox.complete();
    dialing.time.pass(10);
    expect([received, dialing.pair.client.state]).toEqual([[['1']], 'closed']);
  });

  it('closes with 1011 when its source fails, once', () => {
    const { dialing, link, lines } = make();
    collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    const source = new Subject<string>();
    source.subscribe(link.outbox);
    source.error('broken');
    link.outbox.error('again');
    const closing = collect(link.close());
    dialing.time.pass(10);
    expect(closing.values).toMatchObject([{ sent: { code: 1011 } }]);
    expect(lines).toEqual(['the source of the outbox failed, closing with 1011: "broken"']);
  });
});
