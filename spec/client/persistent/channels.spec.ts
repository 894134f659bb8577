import { type ChannelOptions } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { watchResources } from '../../support/harness.js';
import { DIAL_MS, letter, make } from './made.js';

watchResources();

describe('channels of a persistent connection', () => {
  it('are asked for first on each connection, before what was held', () => {
    const { dialing, link, received } = make();
    const a = collect(link.channel('a', letter('a')));
    link.send('held');
    const b = collect(link.channel('b', letter('b')));
    dialing.time.pass(DIAL_MS);
    expect(received[0]).toEqual(['+a', '+b', 'held']);
    dialing.pair.server.send('a1');
    dialing.time.settle();
    dialing.pair.cut();
    dialing.time.pass(1);
    link.send('held again');
    dialing.time.pass(1000);
    dialing.pair.server.send('a2');
    dialing.pair.server.send('b3');
    dialing.time.settle();
    expect(received[1]).toEqual(['+a', '+b', 'held again']);
    expect([a.values, b.values]).toEqual([['1', '2'], ['3']]);
  });

  it('are ended only on the connection that saw them begin', () => {
    const { dialing, link, received } = make();
    collect(link.messages$);
    const gone = collect(link.channel('a', letter('a')));
    const there = collect(link.channel('b', letter('b')));
    dialing.time.pass(DIAL_MS);
    dialing.pair.cut();
    dialing.time.pass(1);
    gone.stop();
    dialing.time.pass(1000);
    there.stop();
    dialing.time.settle();
    expect(received).toEqual([
      ['+a', '+b'],
      ['+b', '-b'],
    ]);
  });

  it('say what went wrong when they are ended', () => {
    const { dialing, link, lines } = make();
    collect(link.messages$);
    const fails = (): never => {
      throw new Error('thrown');
    };
    const channel = collect(link.channel('a', { ...letter('a'), unsubscribe: fails }));
    dialing.time.pass(DIAL_MS);
    channel.stop();
    expect(lines).toEqual(['an unsubscribe message could not be sent: thrown']);
  });

  it('are checked', () => {
    const { link } = make();
    expect(() => link.channel('a', {} as ChannelOptions<string>)).toThrow('option subscribe is missing');
  });
});
