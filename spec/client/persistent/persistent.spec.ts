import { EMPTY, Observable, of, Subject, throwError } from 'rxjs';
import {
  type ChannelOptions,
  type Connection,
  HandshakeError,
  type LinkStatus,
  type LogDetails,
  type Outgoing,
  persistent,
  type PersistentConnection,
  type PersistentOptions,
} from '../../../src/index.js';
import { VirtualTime } from '../../../src/testing/index.js';
import { collect } from '../../support/collect.js';
import { Dialing, opens, type Outcome } from '../../support/dialing.js';
import { watchResources } from '../../support/harness.js';

watchResources();

const DOWN = new HandshakeError('down', {
  phase: 'tcp',
  cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
});
const FORBIDDEN = new HandshakeError('forbidden', { phase: 'http', status: 403 });

const DIAL_MS = 10;
const LINGER_MS = 500;

interface Made {
  readonly dialing: Dialing;
  readonly link: PersistentConnection;
  /** What each server got, by connection. */
  readonly received: unknown[][];
  readonly states: () => string[];
  readonly lines: string[];
}

/** Every delay is half a second to begin with. Servers keep what they get. */
function make(
  outcomeOf: (dial: number) => Outcome = () => opens,
  options: Omit<PersistentOptions, 'scheduler'> = {},
): Made {
  const received: unknown[][] = [];
  const dialing = new Dialing((dial) => {
    const outcome = outcomeOf(dial);
    if (outcome instanceof Error) return outcome;
    return (pair) => {
      const messages: unknown[] = [];
      received.push(messages);
      pair.server.messages$.subscribe(({ data }) => messages.push(data));
      outcome(pair);
    };
  }, DIAL_MS);
  const lines: string[] = [];
  const log = (text: string, { error }: LogDetails): void => {
    lines.push(
      error === undefined
        ? text
        : `${text}: ${error instanceof Error ? error.message : JSON.stringify(error)}`,
    );
  };
  const link = persistent(dialing.connect$, {
    scheduler: dialing.time,
    delays: { random: () => 0.5 },
    lingerMs: LINGER_MS,
    resetAfterMs: 0,
    logger: { warn: log, error: log },
    ...options,
  });
  const statuses = collect(link.status$);
  const states = (): string[] => statuses.values.map(({ state }: LinkStatus) => state);
  return { dialing, link, received, states, lines };
}

/** Messages are `a1`, `b2`: the key and a value; a channel `a` is begun by `+a` and ended by `-a`. */
function letter(key: string): ChannelOptions<string> {
  return {
    subscribe: () => `+${key}`,
    unsubscribe: () => `-${key}`,
    select: ({ data }) => (String(data).startsWith(key) ? String(data).slice(1) : undefined),
  };
}

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

describe('what is sent while there is no connection', () => {
  it('is held, in order, and sent before everything else', () => {
    const { dialing, link, received } = make();
    collect(link.messages$);
    expect(['1', Uint8Array.of(2), '3'].map((data) => link.send(data))).toEqual([true, true, true]);
    expect(link.stats).toEqual({ connections: 0, heldMessages: 3, heldBytes: 3, dropped: 0 });
    link.connection$.subscribe((connection) => connection.send('4'));
    dialing.time.pass(DIAL_MS);
    expect(link.send('5')).toBe(true);
    dialing.time.settle();
    expect(received).toEqual([['1', Uint8Array.of(2), '3', '4', '5']]);
    dialing.pair.cut();
    dialing.time.settle();
    link.send('6');
    dialing.time.pass(1000);
    expect(received[1]).toEqual(['6', '4']);
    expect(link.stats).toEqual({ connections: 2, heldMessages: 0, heldBytes: 0, dropped: 0 });
  });

  it('can be sent by who hears that it is open, whatever the policy', () => {
    const { dialing, link, received } = make(undefined, { whileOffline: 'none' });
    link.status$.subscribe(({ state }) => state === 'open' && expect(link.send('now')).toBe(true));
    collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    expect(received).toEqual([['now']]);
  });

  it('is held while the connection that was there closes', () => {
    const { dialing, link, received } = make();
    collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    dialing.pair.server.close(1012);
    while (dialing.pair.client.state === 'open') dialing.time.pass(0);
    expect(link.send('between')).toBe(true);
    dialing.time.pass(2000);
    expect(received).toEqual([[], ['between']]);
  });

  const sizes: [string, PersistentOptions['whileOffline'], boolean[], string[], number][] = [
    ['none', 'none', [false, false, false, false], [], 4],
    ['the latest', 'latest', [true, true, true, true], ['four'], 3],
    ['two messages', { maxMessages: 2 }, [true, true, false, false], ['one', 'two'], 2],
    ['eight bytes', { maxBytes: 8 }, [true, true, false, false], ['one', 'two'], 2],
    ['nothing', { maxMessages: 0 }, [false, false, false, false], [], 4],
    ['all, by default', undefined, [true, true, true, true], ['one', 'two', 'three', 'four'], 0],
  ];
  it.each(sizes)(
    'is bounded: %s is held, the rest counted and logged',
    (_name, whileOffline, taken, held, dropped) => {
      const { dialing, link, received, lines } = make(undefined, { ...(whileOffline && { whileOffline }) });
      collect(link.messages$);
      expect(['one', 'two', 'three', 'four'].map((data) => link.send(data))).toEqual(taken);
      expect([link.stats.heldMessages, link.stats.dropped, lines.length]).toEqual([
        held.length,
        dropped,
        dropped > 0 ? 1 : 0,
      ]);
      dialing.time.pass(DIAL_MS);
      expect(received).toEqual([held]);
    },
  );

  it('counts bytes as they are on the wire, and gives their room back', () => {
    const { dialing, link } = make(undefined, { whileOffline: { maxBytes: 6 } });
    collect(link.messages$);
    expect([link.send('äö'), link.send('ü'), link.send('x'), link.stats.heldBytes]).toEqual([
      true,
      true,
      false,
      6,
    ]);
    dialing.time.pass(DIAL_MS);
    dialing.pair.cut();
    dialing.time.pass(1);
    expect([link.send('äöü'), link.stats.heldBytes]).toEqual([true, 6]);
  });

  it('does not make it dial when nothing is held', () => {
    const { dialing, link } = make(undefined, { whileOffline: 'none' });
    expect(link.send('x')).toBe(false);
    dialing.time.pass(60_000);
    expect(dialing.began).toEqual([]);
  });

  it('is refused when nobody could send it', () => {
    const { link } = make();
    expect(() => link.send(5 as unknown as Outgoing)).toThrow(TypeError);
    expect(() => link.send({ type: 'text', data: Uint8Array.of(255) } as unknown as Outgoing)).toThrow(
      TypeError,
    );
    expect(link.stats.heldMessages).toBe(0);
  });

  it('goes at the pace of the connection, and later messages wait behind it', () => {
    const bulk = 'x'.repeat(40_000);
    const { dialing, link, received } = make(
      () => (pair) => {
        pair.stall('client');
      },
      { whileOffline: { maxBytes: Infinity, maxMessages: 100 } },
    );
    collect(link.messages$);
    for (let i = 0; i < 20; i++) link.send(`${i}${bulk}`);
    dialing.time.pass(DIAL_MS + 10);
    expect(link.stats.heldMessages).toBeGreaterThan(10);
    expect(dialing.pair.client.bufferedBytes).toBeLessThan(64 * 1024 + 2 * bulk.length);
    // Taken, but it is time to slow down.
    expect(link.send('behind')).toBe(false);
    expect(link.stats.dropped).toBe(0);
    dialing.pair.resume('client');
    dialing.time.pass(10);
    expect(link.stats.heldMessages).toBe(0);
    expect(link.send('at once')).toBe(true);
    dialing.time.pass(10);
    expect(received[0]!.map((data) => String(data).slice(0, 7).replace(/x+$/, ''))).toEqual([
      ...Array.from({ length: 20 }, (_, i) => `${i}`),
      'behind',
      'at once',
    ]);
  });

  it('is not sent twice: what is left of it goes over the next connection', () => {
    const bulk = 'x'.repeat(40_000);
    const { dialing, link, received } = make(
      (dial) => (pair) => {
        if (dial === 0) pair.stall('client');
      },
      { whileOffline: { maxBytes: Infinity, maxMessages: 100 } },
    );
    collect(link.messages$);
    for (let i = 0; i < 20; i++) link.send(`${i}${bulk}`);
    dialing.time.pass(DIAL_MS + 10);
    const given = 20 - link.stats.heldMessages;
    dialing.pair.cut();
    dialing.time.pass(60_000);
    expect(received[0]).toEqual([]);
    expect(received[1]!.map((data) => parseInt(String(data), 10))).toEqual(
      Array.from({ length: 20 - given }, (_, i) => i + given),
    );
  });

  it('is dropped with a line when the connection refuses it', () => {
    const dialing = new Dialing(() => opens);
    const broken$ = new Observable<Connection>((subscriber) =>
      dialing.connect$.subscribe((connection) => {
        subscriber.next(
          new Proxy(connection, {
            get: (target, name) => {
              if (name === 'send') return () => fail();
              const value: unknown = Reflect.get(target, name, target);
              return typeof value === 'function' ? value.bind(target) : value;
            },
          }),
        );
      }),
    );
    const lines: string[] = [];
    const link = persistent(broken$, {
      scheduler: dialing.time,
      logger: { error: (text, { error }) => lines.push(`${text}: ${String(error)}`) },
    });
    link.send('x');
    dialing.time.pass(DIAL_MS);
    expect([lines.length, link.stats.dropped, link.stats.heldMessages]).toEqual([1, 1, 0]);
    expect(lines[0]).toContain('thrown');
    link.close();
    dialing.time.pass(60_000);
  });
});

function fail(): never {
  throw new Error('thrown');
}

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
    const channel = collect(link.channel('a', { ...letter('a'), unsubscribe: fail }));
    dialing.time.pass(DIAL_MS);
    channel.stop();
    expect(lines).toEqual(['an unsubscribe message could not be sent: thrown']);
  });

  it('are checked', () => {
    const { link } = make();
    expect(() => link.channel('a', {} as ChannelOptions<string>)).toThrow('option subscribe is missing');
  });
});

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
    const aborted = persistent('ws://127.0.0.1:1', { signal: AbortSignal.abort('before'), logger: {} });
    expect(collect(aborted.messages$).done).toBe(true);
  });
});

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

describe('options of persistent', () => {
  it.each([
    [{ whileoffline: 'none' }, 'unknown option whileoffline, did you mean whileOffline?'],
    [
      { whileOffline: 'all' },
      "option whileOffline is 'all', expected 'none', 'latest' or { maxBytes, maxMessages }",
    ],
    [{ whileOffline: { max: 1 } }, 'unknown option whileOffline.max'],
    [{ whileOffline: { maxBytes: -1 } }, 'option whileOffline.maxBytes is -1'],
    [{ lingerMs: -1 }, 'option lingerMs is -1'],
    [{ lingerMs: Infinity }, 'option lingerMs is Infinity'],
    [{ delays: { cap: 1 } }, 'unknown option delays.cap, did you mean delays.capMs?'],
    [{ maxMessageBytes: -1 }, 'option maxMessageBytes is -1'],
  ])('%j is refused', (options, text) => {
    expect(() => persistent('ws://127.0.0.1:1', options as PersistentOptions)).toThrow(text);
  });

  it('are those of connect only where there is a URL', () => {
    expect(() => persistent(EMPTY, { headers: {} })).toThrow(
      'option headers is for connect, and not for an Observable of connections',
    );
    expect(() => persistent(EMPTY, { lingerMs: 1, unref: true, logger: {} })).not.toThrow();
    expect(() => persistent('http:nowhere#x')).toThrow(TypeError);
  });
});
