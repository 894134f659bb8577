import { asyncScheduler, map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import fc from 'fast-check';
import { accept, HandshakeError, NegotiationError, TimeoutError } from 'rxwire';
import {
  connectionPair,
  type ConnectionPairOptions,
  rawPair,
  type RawPairOptions,
  VirtualTime,
  WireChecker,
} from 'rxwire/testing';
import { messages, pieceSizes } from 'rxwire/testing/arbitraries';
import '../support/seed.js';
import { collect } from '../support/collect.js';
import { ended, owned, watchResources } from '../support/harness.js';

watchResources();

function onTime(
  options: ConnectionPairOptions = {},
): ReturnType<typeof connectionPair> & { time: VirtualTime } {
  const time = new VirtualTime();
  return { time, ...connectionPair({ scheduler: time, ...options }) };
}

describe('connectionPair', () => {
  it('carries any messages both ways, chopped in any way and compressed, and breaks no rule of the wire', () => {
    const list = fc.array(messages(2000), { maxLength: 5 });
    fc.assert(
      fc.property(list, list, pieceSizes(), fc.boolean(), (fromClient, fromServer, chop, compression) => {
        const { time, client, server } = onTime({ chop, server: { compression } });
        const seen = { client: collect(client.messages$), server: collect(server.messages$) };
        const checkers = (['client', 'server'] as const).map((role) => {
          const checker = new WireChecker({ role, extensions: client.extensions });
          (role === 'client' ? server : client).bytes$.subscribe((octets) => checker.push(octets));
          return checker;
        });
        for (const message of fromClient) client.send(message);
        for (const message of fromServer) server.send(message);
        client.close();
        time.settle();
        expect(seen.server.values.map(plain)).toEqual(fromClient.map(plain));
        expect(seen.client.values.map(plain)).toEqual(fromServer.map(plain));
        expect([client.state, server.state, time.pending]).toEqual(['closed', 'closed', 0]);
        for (const checker of checkers) expect(checker.violations).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('moves nothing before time is told to', () => {
    const { time, client, server } = onTime();
    const seen = collect(server.messages$);
    client.send('hello');
    expect([seen.values, client.bufferedBytes > 0]).toEqual([[], true]);
    time.settle();
    expect(seen.values).toEqual([{ type: 'text', data: 'hello' }]);
    expect(time.now()).toBe(0);
  });

  it('does the same each time, octet by octet', () => {
    const run = (): Buffer => {
      const { time, client, server } = onTime();
      const octets: Uint8Array[] = [];
      server.bytes$.subscribe((chunk) => octets.push(chunk));
      client.send('a');
      client.send('b');
      client.close(1001, 'going');
      time.settle();
      return Buffer.concat(octets);
    };
    expect(run().equals(run())).toBe(true);
  });

  it('does not depend on how fast the machine is', () => {
    const run = (): string[] => {
      const time = new VirtualTime();
      const pairs = ['a', 'b'].map((name) => ({ name, ...connectionPair({ scheduler: time }) }));
      const seen: string[] = [];
      for (const { name, server } of pairs) {
        server.messages$.subscribe(({ data }) => seen.push(name + String(data)));
      }
      for (const { client } of pairs) for (let i = 0; i < 500; i++) client.send(String(i));
      time.settle();
      return seen;
    };
    const wanted = run();
    const { now } = performance;
    let at = now.call(performance);
    performance.now = () => (at += 6);
    try {
      expect(run()).toEqual(wanted);
    } finally {
      performance.now = now;
    }
    expect(wanted).toHaveLength(1000);
  });

  it('loses a peer that does not answer after exactly the time that keep-alive has', () => {
    const keepAlive = { intervalMs: 20_000, timeoutMs: 8000 };
    const { time, client, server, stall } = onTime({ client: { keepAlive } });
    const pings = collect(server.pings$);
    stall('server');
    time.pass(19_999);
    expect(pings.values).toHaveLength(0);
    time.pass(1);
    expect(pings.values).toHaveLength(1);
    time.pass(7999);
    expect(client.state).toBe('open');
    time.pass(1);
    expect(client.state).toBe('closed');
    const { values } = collect(client.closed$);
    expect(values[0]).toMatchObject({ code: 1006, initiator: 'transport' });
    expect(values[0]?.cause).toBeInstanceOf(TimeoutError);
    expect(time.now()).toBe(28_000);
  });

  it('measures a round trip on virtual time', () => {
    const { time, client, stall, resume } = onTime();
    const trip = collect(client.ping());
    stall('client');
    time.pass(250);
    resume('client');
    time.settle();
    expect(trip).toMatchObject({ values: [250], done: true });
  });

  it('has keep-alive off where nobody asks for it, so that time comes to rest', () => {
    const { time } = onTime();
    expect(time.pending).toBe(0);
  });

  it('agrees as an opening handshake does', () => {
    const { client, server } = onTime({
      target: '/chat?room=1',
      client: { subprotocols: ['b', 'a'], headers: { 'X-User': 'ada' }, context: 'mine' as never },
      server: { subprotocols: ['a', 'b'], compression: true, context: 'theirs' as never },
    });
    expect([client.subprotocol, server.subprotocol]).toEqual(['b', 'b']);
    expect([client.extensions, server.extensions]).toEqual([['permessage-deflate'], ['permessage-deflate']]);
    expect(server.request.target).toBe('/chat?room=1');
    expect(server.request.headers.get('x-user')).toBe('ada');
    expect(client.response.headers.get('sec-websocket-protocol')).toBe('b');
    expect([client.context, server.context]).toEqual(['mine', 'theirs']);
    expect([client.role, server.role]).toEqual(['client', 'server']);
  });

  it('throws when the two sides do not agree, or an option is wrong', () => {
    expect(() => connectionPair({ client: { subprotocols: ['a'] } })).toThrow(NegotiationError);
    expect(() => connectionPair({ client: { origin: 'https://elsewhere.example' } })).toThrow(HandshakeError);
    expect(() => connectionPair({ server: { maxMessageBytes: -1 } })).toThrow(/maxMessageBytes/);
    expect(() => connectionPair({ chop: 0 })).toThrow(RangeError);
    expect(() => connectionPair({ target: 'no path' })).toThrow(TypeError);
  });

  it.each([
    ['client', 'proxy', 'http://proxy.example'],
    ['client', 'dial', () => []],
    ['client', 'auth', { username: 'me', password: 'mine' }],
    ['client', 'hostHeader', 'a.example'],
    ['client', 'redirects', 1],
    ['client', 'scheduler', asyncScheduler],
    ['client', 'headers', () => [{ 'X-Own': '1' }]],
    ['server', 'port', 0],
    ['server', 'authorize', () => accept()],
    ['server', 'scheduler', asyncScheduler],
  ])('refuses what would do nothing: of a %s %s', (side, name, value) => {
    const pair = (): unknown => connectionPair({ [side]: { [name]: value } });
    expect(pair).toThrow(TypeError);
    expect(pair).toThrow(`option ${name} is`);
    const raw = (): unknown => rawPair({ role: side, options: { [name]: value } } as RawPairOptions);
    expect(raw).toThrow(`option ${name} is`);
    const left = connectionPair({ scheduler: new VirtualTime(), [side]: { [name]: undefined } });
    expect(left.client.state).toBe('open');
  });

  it('runs on the event loop without a scheduler', async () => {
    const { client, server } = connectionPair({ client: { logger: {} }, server: { logger: {} } });
    owned(client);
    owned(server);
    const seen = collect(server.messages$);
    client.send('hello');
    client.close();
    expect(await ended(server)).toMatchObject({ code: 1000, wasClean: true });
    expect(seen.values).toEqual([{ type: 'text', data: 'hello' }]);
  });

  it('chops each side in its own way', () => {
    const { time, client, server } = onTime({ chop: { client: 3 } });
    const sizes = { client: [] as number[], server: [] as number[] };
    client.bytes$.subscribe(({ length }) => sizes.client.push(length));
    server.bytes$.subscribe(({ length }) => sizes.server.push(length));
    client.send('12345');
    server.send('12345');
    time.settle();
    expect(sizes).toEqual({ client: [7], server: [3, 3, 3, 2] });
  });
});

describe('on a TestScheduler', () => {
  const marbles = (): TestScheduler =>
    new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });

  it('the messages of a pair are marbles', () => {
    const scheduler = marbles();
    scheduler.run(({ cold, expectObservable }) => {
      const { client, server } = connectionPair({ scheduler });
      const data$ = server.messages$.pipe(map(({ data }) => data));
      expectObservable(data$).toBe('    -a--(bc)---(d|)');
      cold('                            -a--(bc)---(d|)').subscribe(client.outbox);
    });
  });

  it('an echo with work in between comes when the work is done', () => {
    const scheduler = marbles();
    scheduler.run(({ cold, expectObservable, time }) => {
      const { client, server } = connectionPair({ scheduler });
      const work = time(' --|');
      server.consume(({ data }) => cold('--(r|)', { r: data })).subscribe((data) => server.send(data));
      expect(work).toBe(2);
      cold('                 -a-b------').subscribe((data) => client.send(data));
      expectObservable(client.messages$.pipe(map(({ data }) => data))).toBe('---a-b----');
    });
  });

  it('a closing handshake that is not answered ends in its time', () => {
    const scheduler = marbles();
    scheduler.run(({ expectObservable }) => {
      const pair = connectionPair({ scheduler, client: { closeTimeoutMs: 500 } });
      pair.stall('server');
      pair.client.close();
      expectObservable(pair.client.closed$.pipe(map(({ code }) => code))).toBe('500ms (c|)', { c: 1006 });
    });
  });
});

describe('the wire of a pair', () => {
  it('is cut: both sides are told of an error, and what is on its way is lost', () => {
    const { time, client, server, cut } = onTime();
    const seen = collect(server.messages$);
    client.send('delivered');
    time.settle();
    client.send('lost');
    cut();
    time.settle();
    expect(seen.values).toEqual([{ type: 'text', data: 'delivered' }]);
    expect(seen.done).toBe(true);
    for (const connection of [client, server]) {
      const [info] = collect(connection.closed$).values;
      expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: 'transport' });
      expect(info?.cause).toMatchObject({ code: 'ECONNRESET' });
    }
    expect(time.pending).toBe(0);
  });

  it('is cut behind any octet: what was whole before is delivered, and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), (octets, chop) => {
        const { time, client, server, cutAfter } = onTime({ chop });
        const seen = collect(server.messages$);
        let received = 0;
        server.bytes$.subscribe(({ length }) => (received += length));
        cutAfter('client', octets, new Error('pulled out'));
        // A header and a key of six octets, and four of payload.
        for (let i = 0; i < 6; i++) client.send(`no ${i}`);
        time.settle();
        expect(received).toBe(octets);
        expect(seen.values).toHaveLength(Math.min(6, Math.floor(octets / 10)));
        expect(server.state).toBe('closed');
        expect(collect(server.closed$).values[0]?.cause?.message).toBe('pulled out');
      }),
    );
  });

  it('stalls one way: the sender finds no room, and the other way goes on', () => {
    const { time, client, server, stall, resume } = onTime({ client: { sendHighWaterBytes: 100 } });
    const seen = { server: collect(server.messages$), client: collect(client.messages$) };
    const writable = collect(client.writable$);
    stall('client');
    expect(client.send('x'.repeat(200))).toBe(false);
    server.send('still heard');
    time.settle();
    expect([seen.server.values.length, seen.client.values.length]).toEqual([0, 1]);
    expect(writable.values).toEqual([true, false]);
    resume('client');
    time.settle();
    expect(seen.server.values).toHaveLength(1);
    expect(writable.values).toEqual([true, false, true]);
  });

  it.each([-1, 1.5, NaN])('is not cut after %s octets', (octets) => {
    expect(() => onTime().cutAfter('client', octets)).toThrow(RangeError);
  });
});

function plain({ type, data }: { readonly type: string; readonly data: string | Uint8Array }): unknown {
  return [type, typeof data === 'string' ? data : [...data]];
}
