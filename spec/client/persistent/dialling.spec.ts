import { type PersistentConnection } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { watchResources } from '../../support/harness.js';
import { DIAL_MS, letter, LINGER_MS, make } from './made.js';

watchResources();

describe('when a persistent connection dials, and closes', () => {
  it('does nothing by itself, and nothing for its status', () => {
    const { dialing, states } = make();
    dialing.time.pass(60_000);
    expect([dialing.began, states()]).toEqual([[], ['idle']]);
  });

  it.each([
    ['connection$', (link: PersistentConnection) => link.connection$],
    ['messages$', (link: PersistentConnection) => link.messages$],
    ['a channel', (link: PersistentConnection) => link.channel('a', letter('a'))],
  ])('dials for the first who subscribes to %s, and closes a while after the last', (_name, of$) => {
    const { dialing, link, states } = make();
    const all = [collect<unknown>(of$(link)), collect<unknown>(of$(link))];
    dialing.time.pass(DIAL_MS);
    expect([dialing.began.length, dialing.pair.client.state]).toEqual([1, 'open']);
    all[0]!.stop();
    dialing.time.pass(10_000);
    all[1]!.stop();
    dialing.time.pass(LINGER_MS - 1);
    expect(dialing.pair.client.state).toBe('open');
    dialing.time.pass(2);
    expect(dialing.pair.client.state).toBe('closed');
    expect(states()).toEqual(['idle', 'connecting', 'open', 'idle']);
    dialing.time.pass(60_000);
    expect([dialing.time.pending, dialing.current]).toEqual([0, 0]);
  });

  it('stays for who comes back meanwhile, and dials again for who comes later', () => {
    const { dialing, link } = make();
    collect(link.messages$).stop();
    dialing.time.pass(LINGER_MS - 1);
    const back = collect(link.messages$);
    dialing.time.pass(60_000);
    expect([dialing.began.length, dialing.pair.client.state]).toEqual([1, 'open']);
    back.stop();
    dialing.time.pass(60_000);
    const late = collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    dialing.pair.server.send('again');
    dialing.time.settle();
    expect(dialing.began).toHaveLength(2);
    expect(late.values).toEqual([{ type: 'text', data: 'again' }]);
  });

  it('closes at once with lingerMs 0, and aborts a dial', () => {
    const { dialing, link, states } = make(undefined, { lingerMs: 0 });
    collect(link.messages$).stop();
    expect([dialing.current, states()]).toEqual([0, ['idle', 'connecting', 'idle']]);
  });

  it('dials for a message that is held, and closes behind it', () => {
    for (const lingerMs of [0, LINGER_MS]) {
      const { dialing, link, received } = make(undefined, { lingerMs });
      expect(link.send('alone')).toBe(true);
      dialing.time.pass(DIAL_MS);
      expect(received).toEqual([['alone']]);
      dialing.time.pass(LINGER_MS + 10);
      expect([dialing.pair.client.state, dialing.time.pending]).toEqual(['closed', 0]);
    }
  });

  it('stays for a while after each message', () => {
    const { dialing, link } = make();
    link.send('one');
    for (let i = 0; i < 5; i++) {
      dialing.time.pass(LINGER_MS - 1);
      link.send('another');
    }
    expect(dialing.pair.client.state).toBe('open');
    dialing.time.pass(LINGER_MS + 1);
    expect(dialing.pair.client.state).toBe('closed');
  });

  it('gives the connection that is there, and each that comes', () => {
    const { dialing, link } = make();
    const early = collect(link.connection$);
    dialing.time.pass(DIAL_MS);
    const late = collect(link.connection$);
    dialing.pair.cut();
    dialing.time.pass(500 + DIAL_MS);
    const [first, second] = dialing.pairs.map(({ client }) => client);
    expect([early.values, late.values]).toEqual([
      [first, second],
      [first, second],
    ]);
    expect(collect(link.connection$).values).toEqual([second]);
  });
});
