import { of, Subject } from 'rxjs';
import {
  CodecError,
  json,
  type Logger,
  type Outgoing,
  type Topic,
  type TopicChange,
  topics,
} from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { ended, startClient, startServer, watchResources } from '../../support/harness.js';
import { turns, until } from '../../support/turns.js';
import { member } from './members.js';

watchResources();

/** One whose `react` is called with every message while it is sent. */
function reacting(react: (message: string) => void) {
  return member({
    overflow: {
      latest: (message: Outgoing) => {
        react(Buffer.from((message as { data: Uint8Array }).data).toString());
        return undefined;
      },
    },
  });
}

describe('server.topic', () => {
  it('sends what is published to the connections that were added, and to nobody else', async () => {
    const server = await startServer({ compression: true });
    const clients = await Promise.all(
      [true, false, true].map((compression) => startClient(server.url, { compression })),
    );
    await until(() => server.connections.size === 3);
    const seen = clients.map((client) => collect(client.messages$).values);
    const [a, b] = [...server.connections];
    server.topic('news').add(a!);
    server.topic('news').add(b!);
    expect(server.topic('news').publish('something')).toEqual({
      delivered: 2,
      skipped: 0,
      dropped: 0,
      failed: [],
    });
    server.broadcast('to all');
    await until(() => seen.every((values) => values.at(-1)?.data === 'to all'));
    expect(seen.map(({ length }) => length).sort()).toEqual([1, 2, 2]);
  });

  it('is one of the server: another server has its own', async () => {
    const [one, other] = [await startServer(), await startServer()];
    const { values } = collect(one.topic('t'));
    other.topic('t').next('not here');
    one.topic('t').next('here');
    expect(values).toEqual(['here']);
  });

  it('is left by a connection that has closed', async () => {
    const server = await startServer();
    const client = await startClient(server.url);
    await until(() => server.connections.size === 1);
    const [connection] = server.connections;
    server.topic('a').add(connection!);
    server.topic('b').add(connection!);
    expect(server.topics.names).toEqual(['a', 'b']);
    client.close();
    await ended(connection!);
    await turns(1);
    expect(server.topics.names).toEqual([]);
  });

  it('completes, for those who are there and who come later, when the server has closed', async () => {
    const server = await startServer();
    const topic = server.topic('t');
    const [early, changes] = [collect(topic), collect(server.topics.changes$)];
    const stranger = member();
    topic.add(stranger.connection);
    await server.close();
    expect([early.done, collect(topic).done, changes.done, collect(server.topics.changes$).done]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(changes.values.map(({ joined }) => joined)).toEqual([true, false]);
    expect(topic.add(stranger.connection).closed).toBe(true);
    expect([topic.size, server.topics.names]).toEqual([0, []]);
  });
});

describe('a topic', () => {
  it('is the same one by its name while somebody is there, and has the same people ever after', () => {
    const all = topics();
    const [first, second] = [all.topic('t'), all.topic('t')];
    const { connection } = member();
    const membership = first.add(connection);
    expect(all.topic('t')).toBe(first);
    expect([second.size, second.has(connection), [...second.connections]]).toEqual([1, true, [connection]]);
    membership.unsubscribe();
    const { values, stop } = collect(second);
    expect([first.observed, first.size, all.names]).toEqual([true, 0, ['t']]);
    first.next('x');
    expect(values).toEqual(['x']);
    stop();
    expect([first.observed, all.names]).toEqual([false, []]);
  });

  it('has a connection once, however often it is added', async () => {
    const all = topics();
    const one = member();
    const topic = all.topic('t');
    const membership = topic.add(one.connection);
    expect(topic.add(one.connection)).toBe(membership);
    expect(topic.publish('once')).toMatchObject({ delivered: 1 });
    await turns(1);
    expect(one.arrived()).toEqual(['once']);
    expect([topic.delete(one.connection), topic.delete(one.connection)]).toEqual([true, false]);
    expect(membership.closed).toBe(true);
  });

  it('is not left by a Subscription of a time before', () => {
    const topic = topics().topic('t');
    const { connection } = member();
    const before = topic.add(connection);
    topic.delete(connection);
    topic.add(connection);
    before.unsubscribe();
    expect(topic.has(connection)).toBe(true);
  });

  it('does not take in a connection that is not open any more', () => {
    const topic = topics().topic('t');
    const { connection } = member();
    connection.close();
    expect(topic.add(connection).closed).toBe(true);
    expect(topic.size).toBe(0);
  });

  it('counts a connection that is closing as skipped, until it has closed', async () => {
    const topic = topics().topic('t');
    const one = member();
    topic.add(one.connection);
    one.connection.close();
    expect(topic.publish('x')).toMatchObject({ delivered: 0, skipped: 1 });
    one.lose();
    expect(topic.publish('x')).toMatchObject({ delivered: 0, skipped: 0 });
    await turns(1);
  });

  it('leaves out who is excepted, and looks after the slow ones, as broadcast does', async () => {
    const topic = topics().topic('t');
    const [slow, from, other] = [member({ sendHighWaterBytes: 10 }), member(), member()];
    for (const { connection } of [slow, from, other]) topic.add(connection);
    slow.transport.takes = false;
    slow.connection.send('far too much');
    const result = topic.publish('news', { except: [from.connection].values(), slow: 'skip' });
    expect(result).toEqual({ delivered: 1, skipped: 1, dropped: 0, failed: [] });
    await turns(1);
    expect([from.arrived(), other.arrived()]).toEqual([[], ['news']]);
  });

  it('refuses wrong options, names, encoders and values, and gives nobody anything', async () => {
    const all = topics();
    const topic = all.topic('t');
    const { connection, arrived } = member();
    topic.add(connection);
    const { values } = collect(topic);
    expect(() => topic.publish('x', { to: 'some' } as never)).toThrow(
      "option to is 'some', expected 'all', 'connections'",
    );
    expect(() => topic.publish('x', { fragmentBytes: 0 })).toThrow(RangeError);
    expect(() => topic.publish('x', { slwo: 'skip' } as never)).toThrow('did you mean slow?');
    expect(() => topic.publish({} as never)).toThrow(TypeError);
    expect(() => topic.next(1 as never)).toThrow(TypeError);
    expect(() => all.topic(1 as never)).toThrow(TypeError);
    for (const encoder of [null, {}, 'json', () => '']) {
      expect(() => all.topic('t', encoder as never)).toThrow(TypeError);
    }
    expect(() => topics({ loger: {} } as never)).toThrow('did you mean logger?');
    topic.delete(connection);
    expect(() => topic.publish('x', { to: 'some' } as never)).toThrow(RangeError);
    await turns(1);
    expect([values, arrived()]).toEqual([[], []]);
  });

  it('of values encodes each once, for the connections only, and subscribers get the values', async () => {
    const all = topics();
    let encoded = 0;
    const codec = json<{ price: number }>();
    const prices = all.topic('p', {
      name: 'counting',
      encode: (value: { price: number }) => {
        encoded++;
        return codec.encode(value);
      },
    });
    const { values } = collect(prices);
    prices.next({ price: 1 });
    expect(encoded).toBe(0);
    const [one, other] = [member(), member()];
    prices.add(one.connection);
    prices.add(other.connection);
    prices.next({ price: 2 });
    expect(encoded).toBe(1);
    // Without the encoder the name has the same people.
    all.topic('p').next('raw');
    await turns(1);
    expect([one.arrived(), other.arrived()]).toEqual([
      ['{"price":2}', 'raw'],
      ['{"price":2}', 'raw'],
    ]);
    expect(values).toEqual([{ price: 1 }, { price: 2 }, 'raw']);
    const round: Record<string, unknown> = {};
    round['self'] = round;
    expect(() => all.topic('p', json()).publish(round)).toThrow(CodecError);
  });

  it('is an Observer that outlives its sources, and logs those that fail', () => {
    const lines: unknown[] = [];
    const logger: Logger = { error: (text, { error }) => void lines.push([text, error]) };
    const topic = topics({ logger }).topic('t');
    const { values, ...record } = collect(topic);
    of('a', 'b').subscribe(topic);
    const source = new Subject<string>();
    source.subscribe(topic);
    source.error('lost');
    of('c').subscribe(topic);
    expect(values).toEqual(['a', 'b', 'c']);
    expect(record.done).toBe(false);
    expect(lines).toEqual([['a source of the topic "t" has failed', 'lost']]);
  });

  it('logs, as an Observer, to whom it could not be sent', () => {
    const lines: unknown[] = [];
    const topic = topics({ logger: { warn: (_, { connection }) => void lines.push(connection) } }).topic('t');
    const full = member({ maxBufferedBytes: 10, sendHighWaterBytes: 10, overflow: 'error' });
    full.transport.takes = false;
    full.connection.send('so much already');
    topic.add(full.connection);
    topic.next('more');
    expect(lines).toEqual([full.connection.id]);
  });

  it('spares its subscribers what goes to connections alone', async () => {
    const topic = topics().topic('t');
    const one = member();
    topic.add(one.connection);
    const { values } = collect(topic);
    topic.publish('from afar', { to: 'connections' });
    topic.publish('from here', { to: 'all' });
    topic.delete(one.connection);
    topic.publish('for nobody', { to: 'connections' });
    await turns(1);
    expect([one.arrived(), values]).toEqual([['from afar', 'from here'], ['from here']]);
  });
});

describe('changes$', () => {
  it('tells who comes and who leaves, and how many there are', () => {
    const all = topics();
    const said: unknown[] = [];
    const [a, b] = [member(), member()];
    all.changes$.subscribe(({ topic, connection, joined, size }: TopicChange) =>
      said.push([topic.name, connection === a.connection ? 'a' : 'b', joined, size]),
    );
    const topic = all.topic('t', json());
    topic.add(a.connection);
    topic.add(a.connection);
    topic.add(b.connection);
    all.topic('u').add(a.connection);
    expect(all.of(a.connection).map(({ name }) => name)).toEqual(['t', 'u']);
    all.leave(a.connection);
    b.connection.terminate();
    b.lose();
    expect(said).toEqual([
      ['t', 'a', true, 1],
      ['t', 'b', true, 2],
      ['u', 'a', true, 1],
      ['t', 'a', false, 1],
      ['u', 'a', false, 0],
      ['t', 'b', false, 0],
    ]);
    expect(all.of(a.connection)).toEqual([]);
  });

  it('has one order for all its subscribers, whatever they do', () => {
    const all = topics();
    const [a, b] = [member(), member()];
    const topic = all.topic('t');
    all.changes$.subscribe(({ size }) => {
      if (size === 1 && !topic.has(b.connection)) topic.add(b.connection);
    });
    const sizes: number[] = [];
    all.changes$.subscribe(({ size }) => sizes.push(size));
    topic.add(a.connection);
    expect(sizes).toEqual([1, 2]);
  });
});

describe('what happens while something is being published', () => {
  /** Three connections; while the first message is sent to the second of them, `react` is called. */
  function scene(react: (topic: Topic, members: ReturnType<typeof member>[]) => void) {
    const topic = topics().topic('t');
    let done = false;
    const second = reacting(() => {
      if (done) return;
      done = true;
      react(topic, members);
    });
    const members = [member(), second, member()];
    for (const { connection } of members) topic.add(connection);
    return { topic, members };
  }

  it('does not reach who is added meanwhile, but the next message does', async () => {
    const late = [member(), member()];
    const { topic, members } = scene((to) => {
      for (const { connection } of late) to.add(connection);
    });
    expect(topic.publish('1')).toMatchObject({ delivered: 3, skipped: 0 });
    expect(topic.publish('2')).toMatchObject({ delivered: 5 });
    await turns(1);
    expect([...members, ...late].map(({ arrived }) => arrived())).toEqual([
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
      ['2'],
      ['2'],
    ]);
  });

  it('does not reach who is removed before it was their turn', async () => {
    const { topic, members } = scene((from, [, , third]) => {
      from.add(member().connection);
      from.delete(third!.connection);
    });
    expect(topic.publish('1')).toMatchObject({ delivered: 2, skipped: 0 });
    expect(topic.size).toBe(3);
    await turns(1);
    expect(members.map(({ arrived }) => arrived())).toEqual([['1'], ['1'], []]);
  });

  it('goes out before what is published meanwhile, and each result counts its own', async () => {
    let inner: unknown;
    const { topic, members } = scene((to, [first]) => {
      inner = to.publish('2', { except: [first!.connection] });
    });
    const { values } = collect(topic);
    expect(topic.publish('1', { except: [].values() })).toMatchObject({ delivered: 3 });
    expect(inner).toMatchObject({ delivered: 2 });
    await turns(1);
    expect([members[0]!.arrived(), members[2]!.arrived()]).toEqual([['1'], ['1', '2']]);
    expect(values).toEqual(['1', '2']);
  });

  it('is seen in one order by subscribers who publish in turn', () => {
    const topic = topics().topic('t');
    topic.subscribe((value) => {
      if (value === 'a') topic.next('b');
    });
    const { values } = collect(topic);
    topic.next('a');
    expect(values).toEqual(['a', 'b']);
  });

  it('survives that everybody leaves, and that somebody comes back', async () => {
    const all = topics();
    const topic = all.topic('t');
    const last = member();
    const first = reacting(() => {
      for (const connection of topic.connections) topic.delete(connection);
      topic.add(last.connection);
    });
    topic.add(first.connection);
    topic.add(last.connection);
    expect(topic.publish('1')).toMatchObject({ delivered: 1 });
    expect([topic.size, all.names]).toEqual([1, ['t']]);
    topic.publish('2');
    await turns(1);
    expect(last.arrived()).toEqual(['2']);
  });
});
