import {
  broadcast,
  type BroadcastOptions,
  type Connection,
  type ConnectionOptions,
  LimitError,
  type Outgoing,
  prepare,
  text,
} from '../../src/index.js';
import { collect } from '../support/collect.js';
import { FakeTransport } from '../support/fake-transport.js';
import { ended, startClient, startServer, watchResources } from '../support/harness.js';
import { connectionOver } from '../support/memory-peer.js';
import { openRaw } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { WireReader } from 'rxwire/testing';

watchResources();

/** Connections of a server over transports that take nothing before they are told to, each with its own options. */
function audience(...options: readonly ConnectionOptions[]) {
  return options.map((given) => {
    const transport = new FakeTransport();
    transport.takes = false;
    const connection = connectionOver('server', transport, given);
    const arrived = (): string[] =>
      new WireReader().push(transport.written).map(({ payload }) => payload.toString('utf8', 0, 5));
    return { connection, transport, arrived };
  });
}

const connectionsOf = (all: readonly { connection: Connection }[]): Connection[] =>
  all.map(({ connection }) => connection);

const SLOW = 'x'.repeat(200);

describe('server.broadcast', () => {
  it('reaches every client, over sockets, with and without compression', async () => {
    const server = await startServer({ compression: true });
    const clients = await Promise.all(
      [true, false, true, { preset: 'large' as const }].map((compression) =>
        startClient(server.url, { compression }),
      ),
    );
    await until(() => server.connections.size === clients.length);
    const seen = clients.map((client) => collect(client.messages$).values);
    const sent: Outgoing[] = ['short', 'long '.repeat(1000), Buffer.from([1, 2, 3]), text('a message')];
    for (const data of sent) {
      expect(server.broadcast(data)).toEqual({ delivered: 4, skipped: 0, dropped: 0, failed: [] });
    }
    await until(() => seen.every(({ length }) => length === sent.length));
    for (const values of seen) {
      expect(values.map(({ data }) => (typeof data === 'string' ? data : [...data]))).toEqual([
        'short',
        'long '.repeat(1000),
        [1, 2, 3],
        'a message',
      ]);
    }
  });

  it('comes in order among what each connection sends by itself', async () => {
    const server = await startServer();
    const clients = [await startClient(server.url), await startClient(server.url)];
    await until(() => server.connections.size === 2);
    const seen = clients.map((client) => collect(client.messages$).values);
    for (let i = 0; i < 50; i++) {
      server.broadcast(`to all ${i}`);
      for (const connection of server.connections) connection.send(`to one ${i}`);
    }
    await until(() => seen.every(({ length }) => length === 100));
    const expected = Array.from({ length: 50 }, (_, i) => [`to all ${i}`, `to one ${i}`]).flat();
    for (const values of seen) expect(values.map(({ data }) => data)).toEqual(expected);
  });

  it('leaves out who is not open any more', async () => {
    const server = await startServer();
    const gone = await openRaw(server.url);
    const client = await startClient(server.url);
    await until(() => server.connections.size === 2);
    const [first] = server.connections;
    first!.close();
    const { values } = collect(client.messages$);
    expect(server.broadcast('x')).toMatchObject({ delivered: 1, skipped: 1 });
    await until(() => values.length === 1);
    gone.stream.destroy();
    await ended(first!);
    expect(server.broadcast('y')).toMatchObject({ delivered: 1, skipped: 0 });
  });
});

describe('broadcast', () => {
  it('writes one and the same memory to the connections of servers', async () => {
    const all = audience({}, {}, {});
    broadcast(connectionsOf(all), 'x'.repeat(500));
    await turns(1);
    const written = all.map(({ transport }) => transport.calls[0]![0]!);
    expect(new Set(written).size).toBe(1);
  });

  it('copies octets: they may change as soon as it returns', async () => {
    const all = audience({}, {});
    const bytes = Buffer.from('as it was');
    broadcast(connectionsOf(all), bytes);
    bytes.fill(0);
    await turns(1);
    for (const { arrived } of all) expect(arrived()).toEqual(['as it']);
  });

  it('leaves out those that are excepted, one or several', async () => {
    const all = audience({}, {}, {});
    const [a, b, c] = connectionsOf(all) as [Connection, Connection, Connection];
    expect(broadcast([a, b, c], '1', { except: b })).toMatchObject({ delivered: 2, skipped: 0 });
    expect(broadcast(new Set([a, b, c]), '2', { except: new Set([a, c]) })).toMatchObject({ delivered: 1 });
    await turns(1);
    expect(all.map(({ arrived }) => arrived())).toEqual([['1'], ['2'], ['1']]);
  });

  it('sends as another type, and in frames, where the options say so', async () => {
    const all = audience({ fragmentBytes: 4 }, {});
    const everybody = connectionsOf(all);
    broadcast(everybody, 'abcdef', { type: 'binary' });
    broadcast(everybody, prepare('abcdef'), { fragmentBytes: 3, type: 'binary' });
    broadcast(everybody, Buffer.from('abcdef'), { type: 'text', fragmentBytes: 6 });
    await turns(1);
    const shapes = all.map(({ transport }) =>
      new WireReader().push(transport.written).map(({ opcode, payload }) => [opcode, payload.toString()]),
    );
    const rest = [
      [2, 'abc'],
      [0, 'def'],
      [1, 'abcdef'],
    ];
    expect(shapes).toEqual([
      [[2, 'abcd'], [0, 'ef'], ...rest],
      [[2, 'abcdef'], ...rest],
    ]);
  });

  it.each<[BroadcastOptions['slow'], object, string[], string]>([
    [undefined, { delivered: 2, skipped: 0 }, [SLOW.slice(0, 5), 'news'], 'open'],
    ['send', { delivered: 2, skipped: 0 }, [SLOW.slice(0, 5), 'news'], 'open'],
    ['skip', { delivered: 1, skipped: 1 }, [SLOW.slice(0, 5)], 'open'],
    ['close', { delivered: 1, skipped: 1 }, [SLOW.slice(0, 5), '\x03\ufffdtoo'], 'closing'],
  ])('does with slow connections as it is told: %s', async (slow, result, arrived, state) => {
    const all = audience({ sendHighWaterBytes: 100 }, { sendHighWaterBytes: 100 });
    all[0]!.connection.send(SLOW);
    expect(broadcast(connectionsOf(all), 'news', slow && { slow })).toMatchObject(result);
    await turns(1);
    expect(all[0]!.arrived()).toEqual(arrived);
    expect(all[0]!.connection.state).toBe(state);
    expect(all[1]!.arrived()).toEqual(['news']);
  });

  it('tells by whom it was dropped, whatever the policy, and goes on with the others', async () => {
    const few = { maxBufferedBytes: 250, sendHighWaterBytes: 100, logger: {} };
    const all = audience(
      { ...few, overflow: 'close' },
      { ...few, overflow: 'error' },
      { ...few, overflow: 'dropNewest' },
      { ...few, overflow: 'dropOldest' },
      { ...few, overflow: { latest: () => 1 } },
      {},
    );
    for (const { connection } of all) connection.send(SLOW);
    const result = broadcast(connectionsOf(all), 'z'.repeat(100));
    expect(result).toMatchObject({ delivered: 1, skipped: 0, dropped: 4 });
    expect(result.failed).toEqual([{ connection: all[1]!.connection, error: expect.any(LimitError) }]);
    expect(all.map(({ connection }) => connection.state)).toEqual([
      'closing',
      'open',
      'open',
      'open',
      'closing',
      'open',
    ]);
    await turns(1);
    expect(all[5]!.arrived()).toEqual(['xxxxx', 'zzzzz']);
  });

  it('is held back, and conflated, by those whose policy that is', async () => {
    const all = audience(
      { overflow: 'dropOldest', maxBufferedBytes: 450, sendHighWaterBytes: 100 },
      { overflow: { latest: () => 1 }, sendHighWaterBytes: 100 },
    );
    const everybody = connectionsOf(all);
    broadcast(everybody, SLOW);
    for (const name of ['a', 'b', 'c']) {
      expect(broadcast(everybody, name.repeat(100))).toMatchObject({ delivered: 2, dropped: 0 });
    }
    for (let i = 0; i < 5; i++) {
      await turns(1);
      for (const { transport } of all) transport.take();
    }
    expect(all.map(({ arrived }) => arrived())).toEqual([
      ['xxxxx', 'bbbbb', 'ccccc'],
      ['xxxxx', 'ccccc'],
    ]);
  });

  it('goes on when one throws, and collects what it threw', async () => {
    const all = audience({}, {}, {});
    const bad = new Error('a connection of somebody else');
    const broken = {
      state: 'open',
      send: () => {
        throw bad;
      },
    } as never;
    const [a, b, c] = connectionsOf(all);
    const result = broadcast([a!, broken, b!, c!], 'x');
    expect(result).toEqual({
      delivered: 3,
      skipped: 0,
      dropped: 0,
      failed: [{ connection: broken, error: bad }],
    });
  });

  it('takes connections that are not of this library', () => {
    const sent: unknown[] = [];
    const { connection } = audience({})[0]!;
    const wrapped = {
      state: 'open',
      writable$: connection.writable$,
      send: (...given: unknown[]) => sent.push(given),
    } as never;
    const options = { slow: 'skip', compress: false, fragmentBytes: 5 } as const;
    expect(broadcast([wrapped], 'x', options)).toMatchObject({ delivered: 1 });
    expect(sent).toEqual([[prepare('x'), { compress: false, fragmentBytes: 5 }]]);
  });

  it('refuses what cannot be sent and wrong options, and sends nothing', async () => {
    const all = audience({});
    const everybody = connectionsOf(all);
    expect(() => broadcast(everybody, 7 as never)).toThrow(TypeError);
    expect(() => broadcast(everybody, Buffer.of(0xff), { type: 'text' })).toThrow('not valid UTF-8');
    expect(() => broadcast(everybody, 'x', { slow: 'wait' as never })).toThrow(
      "slow is 'wait', expected 'send'",
    );
    expect(() => broadcast(everybody, 'x', { fragmentBytes: 0 })).toThrow(RangeError);
    expect(() => broadcast(everybody, 'x', { excep: 1 } as never)).toThrow('did you mean except');
    await turns(1);
    expect(all[0]!.arrived()).toEqual([]);
  });
});
