import { firstValueFrom, toArray } from 'rxjs';
import { ExtensionError, LimitError, type NegotiatedExtension, prepare } from '../../src/index.js';
import { memoryPair } from '../../src/transport/memory-transport.js';
import type { WebSocketConnection } from '../../src/connection/web-socket-connection.js';
import { ended, watchResources } from '../support/harness.js';
import { type AnyOptions, connectionOver } from '../support/memory-peer.js';
import { agreedToy, type ToyOptions } from '../support/toy-extensions.js';
import { turns, until } from '../support/turns.js';

watchResources();

/** Work of an extension that waits to be let go. */
class Workshop {
  readonly #tasks: (() => void)[] = [];
  readonly soon = (task: () => void): void => void this.#tasks.push(task);

  get waiting(): number {
    return this.#tasks.length;
  }

  /** Does everything, and what that brings about. */
  async finish(): Promise<void> {
    do {
      for (const task of this.#tasks.splice(0)) task();
      await turns(3);
    } while (this.#tasks.length > 0);
  }
}

function pair(
  client: ToyOptions,
  server: ToyOptions,
  options: AnyOptions = {},
): { client: WebSocketConnection; server: WebSocketConnection } {
  const [near, far] = memoryPair();
  const side = (toy: ToyOptions): readonly NegotiatedExtension[] => [agreedToy(toy)];
  return {
    client: connectionOver('client', near, options, undefined, side(client)),
    server: connectionOver('server', far, options, undefined, side(server)),
  };
}

const LONG = 'long '.repeat(20);

describe('an extension that takes its time over what is sent', () => {
  it('keeps the order of messages, and lets control frames pass', async () => {
    const workshop = new Workshop();
    const { client, server } = pair({ wholeBytes: 50, soon: workshop.soon }, {});
    const seen: unknown[] = [];
    server.messages$.subscribe(({ data }) => void seen.push(data));
    const pings = firstValueFrom(server.pings$);
    for (const data of [LONG, 'short', new Uint8Array([1, 2]), `${LONG}!`, prepare('for many'), '']) {
      client.send(data);
    }
    client.ping('now').subscribe();
    expect(Buffer.from(await pings).toString()).toBe('now');
    expect(seen).toEqual([]);
    await workshop.finish();
    expect(seen).toEqual([LONG, 'short', new Uint8Array([1, 2]), `${LONG}!`, 'for many', '']);
  });

  it('counts what waits in bufferedBytes, and flush and writable$ wait for it', async () => {
    const workshop = new Workshop();
    const { client } = pair({ wholeBytes: 50, soon: workshop.soon }, {}, { sendHighWaterBytes: 150 });
    const writable: boolean[] = [];
    client.writable$.subscribe((value) => void writable.push(value));
    expect(client.send(LONG)).toBe(true);
    expect(client.bufferedBytes).toBe(100);
    expect(client.send(LONG)).toBe(false);
    expect(client.send('é')).toBe(false);
    expect(client.bufferedBytes).toBe(202);
    let flushed: boolean | undefined;
    void client.flush().then((value) => (flushed = value));
    await turns();
    expect([writable, flushed]).toEqual([[true, false], undefined]);
    await workshop.finish();
    await until(() => flushed === true);
    expect(client.bufferedBytes).toBe(0);
    expect(writable).toEqual([true, false, true]);
  });

  it('obeys maxBufferedBytes', () => {
    const workshop = new Workshop();
    const options = { maxBufferedBytes: 150, overflow: 'error' } as const;
    const { client } = pair({ wholeBytes: 50, soon: workshop.soon }, {}, options);
    client.send(LONG);
    expect(() => client.send(LONG)).toThrow(LimitError);
    client.terminate();
  });

  it('sends the Close frame behind it', async () => {
    const workshop = new Workshop();
    const { client, server } = pair({ wholeBytes: 50, soon: workshop.soon }, {});
    const seen = firstValueFrom(server.messages$.pipe(toArray()));
    client.send(LONG);
    client.send('last');
    client.close();
    await turns();
    expect(server.state).toBe('open');
    await workshop.finish();
    expect((await seen).map(({ data }) => data)).toEqual([LONG, 'last']);
    expect(await ended(client)).toMatchObject({ code: 1000, wasClean: true });
  });

  it('answers the Close frame of the peer behind it', async () => {
    const workshop = new Workshop();
    const { client, server } = pair({ wholeBytes: 50, soon: workshop.soon }, {});
    const seen = firstValueFrom(server.messages$.pipe(toArray()));
    client.send(LONG);
    server.close(4000, 'enough');
    await until(() => client.state === 'closing');
    await workshop.finish();
    expect((await seen).map(({ data }) => data)).toEqual([LONG]);
    expect(await ended(server)).toMatchObject({ code: 4000, wasClean: true });
  });

  it('is dropped by terminate, and nothing comes late', async () => {
    const workshop = new Workshop();
    const { client, server } = pair({ wholeBytes: 50, soon: workshop.soon }, {});
    client.send(LONG);
    const flushed = client.flush();
    client.terminate();
    expect(await ended(client)).toMatchObject({ code: 1006 });
    expect(await flushed).toBe(false);
    expect(client.bufferedBytes).toBe(0);
    await workshop.finish();
    expect(await ended(server)).toMatchObject({ code: 1006 });
  });
});

describe('an extension that takes its time over what comes', () => {
  it('holds the messages behind it back, in order, and Pings are served', async () => {
    const workshop = new Workshop();
    const { client, server } = pair({}, { wholeBytes: 50, soon: workshop.soon });
    const seen: unknown[] = [];
    server.messages$.subscribe(({ data }) => void seen.push(data));
    client.send('first');
    client.send(LONG);
    const roundTrip = firstValueFrom(client.ping('now'));
    client.send('behind');
    await roundTrip;
    await turns();
    expect(seen).toEqual(['first']);
    await workshop.finish();
    expect(seen).toEqual(['first', LONG, 'behind']);
  });

  it('does not let a Close frame overtake a message', async () => {
    const workshop = new Workshop();
    const { client, server } = pair({}, { wholeBytes: 50, soon: workshop.soon });
    server.messages$.subscribe(server.outbox);
    const echoed = firstValueFrom(client.messages$.pipe(toArray()));
    client.send(LONG);
    client.close();
    await until(() => workshop.waiting > 0);
    expect(server.state).toBe('open');
    await workshop.finish();
    expect((await echoed).map(({ data }) => data)).toEqual([LONG]);
    expect(await ended(server)).toMatchObject({ code: 1000, wasClean: true });
  });

  it('delivers a message whose peer is gone', async () => {
    const workshop = new Workshop();
    const { client, server } = pair({}, { wholeBytes: 50, soon: workshop.soon });
    const seen = firstValueFrom(server.messages$.pipe(toArray()));
    client.send(LONG);
    await client.flush();
    client.terminate();
    await workshop.finish();
    expect((await seen).map(({ data }) => data)).toEqual([LONG]);
    expect(await ended(server)).toMatchObject({ code: 1006 });
  });

  it('fails the connection when it fails, with its code', async () => {
    const workshop = new Workshop();
    const { client, server } = pair({}, { wholeBytes: 50, soon: workshop.soon, poison: 0x21 });
    client.send(`${LONG}!`);
    await until(() => workshop.waiting > 0);
    await workshop.finish();
    expect(await ended(client)).toMatchObject({ code: 1007 });
    expect(await ended(server)).toMatchObject({ cause: { message: 'a payload is poisonous' } });
  });

  it('fails at text that is not UTF-8, without waiting for the rest', async () => {
    const workshop = new Workshop();
    const [near, far] = memoryPair();
    const client = connectionOver('client', near, { validateUtf8: false }, undefined, [agreedToy()]);
    const server = connectionOver('server', far, {}, undefined, [
      agreedToy({ wholeBytes: 5, soon: workshop.soon }),
    ]);
    client.send({ type: 'binary', data: Buffer.alloc(20, 0xff) }, { type: 'binary' });
    client.sendFrame({
      fin: true,
      rsv: 2,
      opcode: 1,
      length: 11,
      payload: Buffer.from('ffffffffffffffffffff01', 'hex'),
    });
    await until(() => workshop.waiting > 0);
    await workshop.finish();
    expect(await ended(client)).toMatchObject({ code: 1007 });
    expect(await ended(server)).toMatchObject({ cause: { code: 'RXWIRE_TEXT' } });
  });
});

/** Of an extension that takes payloads of any size whole. */
function neverOpened(): never {
  throw new Error('opened');
}

describe('what an extension may not be given', () => {
  it('leaves alone what compress: false says, and does what compress: true says', async () => {
    const { client, server } = pair({ thresholdBytes: 10 }, {});
    const rsv: number[] = [];
    client.sentFrames$.subscribe((frame) => void rsv.push(frame.rsv));
    client.send('short');
    client.send('short', { compress: true });
    client.send(LONG);
    client.send(LONG, { compress: false });
    client.send(prepare(LONG, { compress: false }));
    client.send(prepare('short', { compress: true }));
    const seen: unknown[] = [];
    server.messages$.subscribe(({ data }) => void seen.push(data));
    await until(() => seen.length === 6);
    expect(seen).toEqual(['short', 'short', LONG, LONG, LONG, 'short']);
    expect(rsv).toEqual([0, 2, 2, 0, 0, 2]);
  });

  it('cuts what comes out into fragments', async () => {
    const { client, server } = pair({}, {}, { fragmentBytes: 30 });
    const frames: unknown[] = [];
    client.sentFrames$.subscribe(
      ({ fin, rsv, opcode, length }) => void frames.push([fin, rsv, opcode, length]),
    );
    client.send(LONG);
    expect(await firstValueFrom(server.messages$)).toEqual({ type: 'text', data: LONG });
    expect(frames).toEqual([
      [false, 2, 1, 30],
      [false, 0, 0, 30],
      [false, 0, 0, 30],
      [true, 0, 0, 11],
    ]);
  });

  it('never sees the octets of the caller change', async () => {
    const [near, far] = memoryPair();
    const identity = agreedToy();
    const same: NegotiatedExtension = {
      ...identity,
      outbound: () => ({ whole: (payload) => payload, open: () => neverOpened() }),
      inbound: () => ({ whole: (payload) => payload, open: () => neverOpened() }),
    };
    const client = connectionOver('client', near, {}, undefined, [same]);
    const server = connectionOver('server', far, {}, undefined, [same]);
    const bytes = new Uint8Array(100_000).fill(7);
    client.send(bytes);
    client.send(prepare(bytes));
    const seen: Uint8Array[] = [];
    server.messages$.subscribe(({ data }) => void seen.push(data as Uint8Array));
    await until(() => seen.length === 2);
    expect(bytes.every((octet) => octet === 7)).toBe(true);
    expect(seen.every((data) => Buffer.from(data).equals(bytes))).toBe(true);
  });
});

describe('an extension with a fault of its own', () => {
  const fault = (): never => {
    throw new RangeError('of its own');
  };
  const unused = fault;

  for (const [what, wholeBytes] of [
    ['a whole payload', 1000],
    ['one in pieces', 1],
  ] as const) {
    it(`fails the connection with 1011 at ${what} that came, and the log says why`, async () => {
      const logged: unknown[] = [];
      const [near, far] = memoryPair();
      const faulty: NegotiatedExtension = {
        ...agreedToy(),
        inbound: () => ({ wholeBytes, whole: fault, open: () => ({ push: fault, abort: () => undefined }) }),
      };
      const client = connectionOver('client', near, {}, undefined, [agreedToy()]);
      const logger = { error: (...all: unknown[]) => void logged.push(all) };
      const server = connectionOver('server', far, { logger }, undefined, [faulty]);
      client.send(LONG);
      expect(await ended(client)).toMatchObject({ code: 1011 });
      expect(await ended(server)).toMatchObject({
        sent: { code: 1011 },
        cause: { code: 'RXWIRE_EXTENSION', cause: { message: 'of its own' } },
      });
      expect(logged).toMatchObject([[expect.stringContaining('1011'), { error: { message: 'of its own' } }]]);
    });
  }

  it('fails the connection when its frames are too much for it', async () => {
    const [near, far] = memoryPair();
    const own = { opcodes: [3], onFrame: fault };
    const client = connectionOver('client', near, {}, undefined, [agreedToy(own)]);
    connectionOver('server', far, {}, undefined, [agreedToy(own)]);
    client.sendFrame({ fin: true, rsv: 0, opcode: 3, length: 0, payload: new Uint8Array(0) });
    expect(await ended(client)).toMatchObject({ code: 1011 });
  });

  it('makes send throw, and nothing is sent', async () => {
    const [near, far] = memoryPair();
    const faulty: NegotiatedExtension = { ...agreedToy(), outbound: () => ({ whole: fault, open: unused }) };
    const client = connectionOver('client', near, {}, undefined, [faulty]);
    const server = connectionOver('server', far, {}, undefined, [agreedToy()]);
    expect(() => client.send('x')).toThrow(ExtensionError);
    client.close();
    expect(await ended(server)).toMatchObject({ code: 1000 });
  });

  it('is not let past the limit', async () => {
    for (const wholeBytes of [1000, 1]) {
      const [near, far] = memoryPair();
      const grow = (payload: Uint8Array): Uint8Array => Buffer.concat([payload, payload]);
      const growing: NegotiatedExtension = {
        ...agreedToy(),
        inbound: () => ({
          wholeBytes,
          whole: grow,
          open: () => ({
            push: (piece, _last, emit, done) => {
              emit(grow(piece));
              done();
            },
            abort: () => undefined,
          }),
        }),
      };
      const client = connectionOver('client', near, {}, undefined, [agreedToy()]);
      connectionOver('server', far, { maxMessageBytes: 150 }, undefined, [growing]);
      client.send(LONG);
      expect(await ended(client)).toMatchObject({ code: 1009 });
    }
  });
});

describe('two extensions', () => {
  it('leave a message as long as the limit allows', async () => {
    for (const wholeBytes of [1000, 1]) {
      const both = (): readonly NegotiatedExtension[] => [
        agreedToy({ name: 'a', rsv: 2, wholeBytes }),
        agreedToy({ name: 'b', rsv: 1, wholeBytes }),
      ];
      const [near, far] = memoryPair();
      const client = connectionOver('client', near, {}, undefined, both());
      const server = connectionOver('server', far, { maxMessageBytes: LONG.length }, undefined, both());
      client.send(LONG);
      expect(await firstValueFrom(server.messages$)).toEqual({ type: 'text', data: LONG });
      client.send(`${LONG}!`);
      expect(await ended(client)).toMatchObject({ code: 1009 });
    }
  });
});

describe('an extension of messages that takes its time, and one of frames', () => {
  it('keep long messages in order, and before the Close frame', async () => {
    const agreed = (): NegotiatedExtension[] => [
      agreedToy({ name: 'slow', rsv: 2, wholeBytes: 500, soon: setImmediate }),
      agreedToy({ name: 'frames', rsv: 1, level: 'frame' }),
    ];
    const [near, far] = memoryPair();
    const client = connectionOver('client', near, {}, undefined, agreed());
    const server = connectionOver('server', far, {}, undefined, agreed());
    const sizes: number[] = [];
    client.messages$.subscribe(({ data }) => void sizes.push(data.length));
    for (const size of [501, 10, 502, 20, 503]) server.send(new Uint8Array(size));
    server.close(1000);
    expect(await ended(client)).toMatchObject({ code: 1000, wasClean: true });
    expect(sizes).toEqual([501, 10, 502, 20, 503]);
  });
});
