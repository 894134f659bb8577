import { type CloseInfo, ConnectionClosedError, HandshakeError } from '../../../src/index.js';
import { opens } from '../../support/dialing.js';
import { watchResources } from '../../support/harness.js';
import { DOWN, watch } from './watched.js';

watchResources();

describe('classify', () => {
  it('is asked about errors and about ends, and has the last word', () => {
    const asked: (Error | CloseInfo)[] = [];
    const refused = new HandshakeError('who are you?', { phase: 'http', status: 401 });
    const { dialing, states, connections } = watch((dial) => (dial === 0 ? refused : opens), {
      classify: (ended) => {
        asked.push(ended);
        if (ended instanceof Error) return 40;
        return asked.length === 2 ? 'retry' : 'stop';
      },
    });
    dialing.time.pass(100);
    dialing.pair.server.close(4000);
    dialing.time.pass(3000);
    dialing.pair.cut();
    dialing.time.pass(60_000);
    expect(asked).toMatchObject([refused, { code: 4000 }, { code: 1006 }]);
    expect(connections.error).toBeInstanceOf(ConnectionClosedError);
    expect(states()).toEqual([
      'connecting 1',
      'waiting 2 40',
      'connecting 2',
      'open',
      'waiting 3 2000',
      'connecting 3',
      'open',
      'closed',
    ]);
  });

  it('can make a close of our own a way to begin anew', () => {
    const { dialing } = watch(() => opens, {
      classify: (ended) => ('initiator' in ended && ended.initiator === 'local' ? 0 : undefined),
    });
    dialing.time.pass(10);
    dialing.pair.client.close(1000, 'stale');
    dialing.time.pass(100);
    expect(dialing.pairs.map(({ client }) => client.state)).toEqual(['closed', 'open']);
  });

  it('leaves it to the defaults with undefined', () => {
    const { dialing, connections } = watch(() => opens, { classify: () => undefined });
    dialing.time.pass(10);
    dialing.pair.server.close(1008);
    dialing.time.pass(60_000);
    expect(connections.error).toBeInstanceOf(ConnectionClosedError);
  });

  it.each([
    ['a number that is none', NaN, RangeError],
    ['a negative number', -1, RangeError],
    ['a wait without an end', Infinity, RangeError],
    ['another word', 'again', TypeError],
  ])('ends it when it gives %s', (_name, verdict, error) => {
    const { dialing, connections } = watch(() => DOWN, { classify: () => verdict as number });
    dialing.time.pass(10);
    expect(connections.error).toBeInstanceOf(error);
    expect(String(connections.error)).toContain('option classify');
  });

  it('ends it with what it throws, and so do delays', () => {
    const fail = (): never => {
      throw 'thrown';
    };
    for (const options of [{ classify: fail }, { delays: fail }]) {
      const { dialing, connections, statuses } = watch(() => DOWN, options);
      dialing.time.pass(10);
      expect([connections.error, dialing.time.pending]).toEqual(['thrown', 0]);
      expect(statuses.at(-1)).toMatchObject({ state: 'closed', cause: { message: 'thrown' } });
    }
  });
});
