import fc from 'fast-check';
import { seed } from '../support/seed.js';
import { agreedExtensions } from '../../src/protocol/index.js';
import {
  type CompressionOptions,
  LimitError,
  makeFrame,
  type NegotiatedExtension,
  type Outgoing,
  permessageDeflate,
  prepare,
  type Role,
} from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, startClient, startPair, watchResources } from '../support/harness.js';
import { type AnyOptions, connectionOver, memoryPeer } from '../support/memory-peer.js';
import { memoryPair } from '../../src/transport/memory-transport.js';
import type { WebSocketConnection } from '../../src/connection/web-socket-connection.js';
import { serving } from '../support/serving.js';
import { agreedToy } from '../support/toy-extensions.js';
import { turns, until } from '../support/turns.js';
import { VirtualTime } from 'rxwire/testing';
import { BINARY, CLOSE, PING, PONG, TEXT } from '../support/wire-frames.js';
import { DeflatePeer, referenceDeflater, referenceInflater } from '../hardening/deflate-peer.js';
import { made, recipes } from '../properties/compressing.js';

watchResources();

const PMD = 'permessage-deflate';
const NO_TAKEOVER = `${PMD}; server_no_context_takeover; client_no_context_takeover`;
const ROLES = ['client', 'server'] as const;

interface Setting {
  /** The server's answer. Default without parameters. */
  readonly answer?: string;
  readonly compression?: CompressionOptions;
  readonly options?: AnyOptions;
}

/** A connection of `role` in memory that compresses, and its peer by hand. */
function compressing(
  role: Role,
  { answer = PMD, compression, options }: Setting = {},
): { connection: WebSocketConnection; peer: DeflatePeer } {
  const agreed = agreedExtensions(answer, [permessageDeflate(compression)], role);
  const { connection, peer } = memoryPeer(role, options, agreed);
  return { connection, peer: new DeflatePeer(peer, role === 'client' ? 'server' : 'client') };
}

/** Two connections in memory that compress. */
function compressingPair(options: AnyOptions = {}): Record<Role, WebSocketConnection> {
  const [near, far] = memoryPair();
  const side = (role: Role): ReturnType<typeof agreedExtensions> =>
    agreedExtensions(PMD, [permessageDeflate()], role);
  return {
    client: connectionOver('client', near, options, undefined, side('client')),
    server: connectionOver('server', far, options, undefined, side('server')),
  };
}

const hello = Buffer.from('f248cdc9c90700', 'hex');
const LONG_BYTES = 200_000;

/** Octets that cannot be compressed below the length at which inflating leaves the event loop. */
function noise(size = LONG_BYTES, salt = 1): Buffer {
  return made({ kind: 'noise', size, salt });
}

/** Text that is long for the sender and short on the wire. */
const WORDY = 'all work and no play '.repeat(10_000);

describe.each(ROLES)('what a %s sends', (role) => {
  it.each<[string, Setting, number]>([
    ['64 octets with context takeover', {}, 64],
    ['1024 octets without', { compression: { preset: 'stateless' }, answer: NO_TAKEOVER }, 1024],
    ['1024 octets where the peer demanded that', { answer: NO_TAKEOVER }, 1024],
    ['thresholdBytes', { compression: { thresholdBytes: 300 } }, 300],
  ])('is compressed from %s on', async (_, setting, threshold) => {
    const { connection, peer } = compressing(role, setting);
    for (const size of [threshold - 1, threshold, threshold + 1]) {
      connection.send('a'.repeat(size));
      connection.send(Buffer.alloc(size));
      // A threshold is of octets.
      connection.send('é'.repeat(Math.ceil(size / 2)));
    }
    const compressed: boolean[] = [];
    for (let i = 0; i < 9; i++) compressed.push((await peer.message()).compressed);
    const odd = threshold % 2 === 0;
    expect(compressed).toEqual([false, false, odd, true, true, true, true, true, true]);
  });

  it('is compressed or not as the call says, and as the prepared message does', async () => {
    const { connection, peer } = compressing(role);
    const long = 'a'.repeat(500);
    const sent: [Outgoing, boolean | undefined, boolean][] = [
      ['', true, true],
      ['a', true, true],
      [long, false, false],
      [long, undefined, true],
      [prepare('a', { compress: true }), undefined, true],
      [prepare(long, { compress: false }), undefined, false],
      [prepare(long, { compress: false }), true, true],
      [prepare('a', { compress: true }), false, false],
      [{ type: 'text', data: long }, true, true],
    ];
    const inflate = referenceInflater({});
    for (const [data, compress] of sent) connection.send(data, compress === undefined ? {} : { compress });
    for (const [data, , wanted] of sent) {
      const { compressed, payload, opcode } = await peer.message();
      const plain = compressed ? await inflate(payload) : payload;
      const content = typeof data === 'string' ? data : Buffer.from((data as { data: Uint8Array }).data);
      expect([compressed, opcode, plain.toString()]).toEqual([wanted, TEXT, content.toString()]);
    }
  });

  it('is one octet for an empty message', async () => {
    const { connection, peer } = compressing(role);
    connection.send('', { compress: true });
    connection.send(new Uint8Array(0), { compress: true });
    expect(await peer.message()).toMatchObject({ opcode: TEXT, compressed: true, payload: Buffer.of(0) });
    expect(await peer.message()).toMatchObject({ opcode: BINARY, compressed: true, payload: Buffer.of(0) });
  });

  it('is cut into fragments behind compression, with RSV1 on the first', async () => {
    const { connection, peer } = compressing(role, { options: { fragmentBytes: 1000 } });
    const inflate = referenceInflater({});
    for (const data of [noise(5000), noise(), Buffer.alloc(3000), noise(5000)]) {
      connection.send(data);
      const { compressed, frames, payload } = await peer.message();
      expect(compressed).toBe(true);
      expect(frames.slice(0, -1).every((length) => length === 1000)).toBe(true);
      expect(frames).toHaveLength(Math.ceil(payload.length / 1000));
      expect((await inflate(payload)).equals(data)).toBe(true);
    }
    connection.send(noise(5000), { fragmentBytes: Infinity });
    expect((await peer.message()).frames).toHaveLength(1);
    connection.send('a'.repeat(50), { fragmentBytes: 20 });
    expect(await peer.message()).toMatchObject({ compressed: false, frames: [20, 20, 10] });
  });

  it('refers back to the message before, unless that was negotiated away', async () => {
    for (const [answer, refers] of [
      [PMD, true],
      [NO_TAKEOVER, false],
    ] as const) {
      const { connection, peer } = compressing(role, { answer });
      const payloads: Buffer[] = [];
      for (let i = 0; i < 3; i++) {
        connection.send(noise(2000));
        // What is not compressed is not referred back to, and changes nothing.
        connection.send(noise(2000, i + 2), { compress: false });
        payloads.push((await peer.message()).payload);
        expect((await peer.message()).compressed).toBe(false);
      }
      expect(payloads.slice(1).every(({ length }) => length < 100)).toBe(refers);
      expect(payloads[2]!.equals(payloads[0]!)).toBe(!refers);
    }
  });
});

describe.each(ROLES)('what a %s receives', (role) => {
  it('is put together of fragments of one octet, with Pings between that are answered at once', async () => {
    const { connection, peer } = compressing(role, { options: { dropTimeoutMs: 50 } });
    const seen = collect(connection.messages$);
    const pings = collect(connection.pings$);
    peer.sendFragments(TEXT, hello, 1, () => peer.peer.frame(PING, 'p'));
    peer.peer.send(0, '');
    await until(() => pings.values.length === 6);
    expect((await peer.next()).opcode).toBe(PONG);
    const info = await ended(connection);
    // The last fragment had FIN: the empty one behind it continues nothing.
    expect(info.sent?.code).toBe(1002);
    expect(seen.values).toEqual([{ type: 'text', data: 'Hello' }]);
  });

  it('is put together of empty fragments too', async () => {
    const { connection, peer } = compressing(role);
    const seen = collect(connection.messages$);
    peer.peer.send(TEXT, '', { fin: false, rsv: 4 });
    peer.peer.send(0, hello, { fin: false });
    peer.peer.send(PING, 'between');
    peer.peer.send(0, '');
    peer.send(BINARY, Buffer.of(0));
    peer.peer.send(TEXT, '', { fin: false, rsv: 4 });
    peer.peer.send(0, Buffer.of(0));
    await until(() => seen.values.length === 3);
    expect(seen.values).toEqual([
      { type: 'text', data: 'Hello' },
      { type: 'binary', data: new Uint8Array(0) },
      { type: 'text', data: '' },
    ]);
  });

  it('is read in order, long ones, short ones and plain ones', async () => {
    const { connection, peer } = compressing(role);
    const deflate = referenceDeflater({});
    const seen = collect(connection.messages$);
    const sent = [
      noise(),
      Buffer.from('short'),
      Buffer.from(WORDY),
      noise(300),
      noise(150_000, 2),
      Buffer.alloc(0),
    ];
    for (const [index, data] of sent.entries()) {
      if (index === 3) peer.peer.send(BINARY, data);
      else peer.sendFragments(BINARY, await deflate(data), 30_000, () => peer.peer.frame(PING, 'p'));
    }
    await until(() => seen.values.length === sent.length);
    expect(seen.values.every(({ data }, i) => sent[i]!.equals(Buffer.from(data as Uint8Array)))).toBe(true);
  });
});

describe('a prepared message', () => {
  it('is read by everybody, whatever they agreed on and have sent before', async () => {
    const bits = (n: number): string => `; client_max_window_bits=${n}`;
    const parameters: readonly [string | undefined, number, boolean][] = [
      ['', 15, true],
      ['', 15, true],
      [bits(9), 9, true],
      [bits(9), 9, true],
      [`${bits(9)}; client_no_context_takeover`, 9, false],
      ['; client_no_context_takeover', 15, false],
      [bits(8), 8, true],
      [undefined, 15, true],
    ];
    const all = parameters.map(([flags, windowBits, takeover]) => {
      const compression: CompressionOptions = { preset: 'large', thresholdBytes: 0 };
      const agreed =
        flags === undefined ? [] : agreedExtensions(PMD + flags, [permessageDeflate(compression)], 'client');
      const { connection, peer } = memoryPeer('client', {}, agreed);
      return {
        connection,
        peer: new DeflatePeer(peer, 'server'),
        inflate: referenceInflater({ windowBits, takeover }),
        payloads: [] as Buffer[],
        wanted: [] as Buffer[],
      };
    });
    // What is the same again lies farther back than the smaller windows reach.
    const twice = Buffer.concat([noise(3000), noise(3000)]);
    const shared = [
      prepare('the same for all '.repeat(9)),
      prepare(noise(700)),
      prepare(''),
      prepare(noise(90_000)),
      prepare(twice),
    ];
    for (let round = 0; round < 40; round++) {
      for (const [index, { connection, wanted }] of all.entries()) {
        // What each has sent before is its own.
        const own = made({ kind: 'words', size: 100 + 37 * index, salt: round % 3 });
        const message = (round + index) % 3 === 0 ? shared[round % 5]! : own;
        connection.send(message);
        wanted.push(Buffer.isBuffer(message) ? message : Buffer.from(message.data));
      }
      if (round % 7 !== 0) continue;
      for (const { connection, wanted } of all) {
        connection.send(shared[1]!);
        wanted.push(noise(700));
      }
    }
    for (const { peer, inflate, payloads, wanted } of all) {
      for (const expected of wanted) {
        const { compressed, payload } = await peer.message();
        const plain = compressed ? await inflate(payload) : payload;
        expect(plain.equals(expected)).toBe(true);
        if (expected.equals(noise(700))) payloads.push(payload);
      }
    }
    // It is compressed once for those with the same parameters.
    const forms = all.map(({ payloads }) => new Set(payloads.map((payload) => payload.toString('hex'))));
    expect(forms.every((set) => set.size === 1)).toBe(true);
    expect(forms[1]).toEqual(forms[0]);
    expect(forms[3]).toEqual(forms[2]);
  });
});

/** Messages of both kinds and every length, the same for one seed. */
function assorted(count: number, salt: number): (string | Buffer)[] {
  const list = fc.sample(fc.tuple(recipes(100_000), fc.boolean()), { seed: seed + salt, numRuns: count });
  return list.map(([recipe, text]) => {
    const bytes = made(recipe);
    return text ? bytes.toString('latin1') : bytes;
  });
}

function expectSame(
  received: readonly { readonly data: unknown }[],
  sent: readonly (string | Buffer)[],
): void {
  expect(received.length).toBe(sent.length);
  const differs = sent.findIndex((data, index) => {
    const came = received[index]!.data;
    return typeof data === 'string' ? came !== data : !data.equals(Buffer.from(came as Uint8Array));
  });
  expect(differs).toBe(-1);
}

describe('two connections over TCP', () => {
  it.each<[number, CompressionOptions]>([
    [200, { preset: 'small' }],
    [70, { preset: 'stateless' }],
    [70, { preset: 'large', thresholdBytes: 0 }],
  ])('exchange %d messages each way at the same time, in order, with %j', async (count, compression) => {
    const { client, accepted } = await startPair({ compression }, { compression });
    expect(accepted.extensions).toEqual([PMD]);
    const ways = [
      { from: client, to: collect(accepted.messages$), sent: assorted(count, 1) },
      { from: accepted, to: collect(client.messages$), sent: assorted(count, 2) },
    ];
    await Promise.all(
      ways.map(async ({ from, sent }) => {
        for (const [index, data] of sent.entries()) {
          from.send(data);
          if (index % 10 === 0) await turns(1);
        }
        expect(await from.flush()).toBe(true);
        expect(from.bufferedBytes).toBe(0);
      }),
    );
    client.close();
    expect(await ended(accepted)).toMatchObject({ code: 1000, wasClean: true });
    for (const { to, sent } of ways) {
      await until(() => to.done);
      expectSame(to.values, sent);
    }
  });

  it('echo long messages under backpressure', async () => {
    const { server } = await serving((connection) => connection.messages$, {
      compression: true,
      maxConcurrentInflate: 1,
      sendHighWaterBytes: 1000,
      receiveHighWaterBytes: 1000,
      receiveLowWaterBytes: 0,
    });
    const clients = await Promise.all(
      [1, 2, 3].map(async (salt) => ({ salt, client: await startClient(server.url) })),
    );
    await Promise.all(
      clients.map(async ({ salt, client }) => {
        const sent = [noise(100_000, salt), 'short', WORDY, noise(70_000, salt), '', noise(66_000)];
        for (const data of sent) client.send(data);
        const received: { data: unknown }[] = [];
        for await (const message of client) {
          received.push(message);
          if (received.length === sent.length) break;
        }
        expectSame(received, sent);
      }),
    );
  });

  it.each([
    ['a client', 'client'],
    ['a server', 'accepted'],
  ] as const)('deliver a long message that %s sent right before it closed', async (_, name) => {
    const pair = await startPair({ compression: true });
    const closing = pair[name];
    const seen = collect((name === 'client' ? pair.accepted : pair.client).messages$);
    closing.send(noise());
    closing.send(WORDY);
    closing.close(4000, 'done');
    await until(() => seen.done);
    expectSame(seen.values, [noise(), WORDY]);
    expect(await ended(closing)).toMatchObject({ code: 4000, wasClean: true });
  });

  it('deliver the long messages of both when both close at the same time', async () => {
    const { client, accepted } = await startPair({ compression: true });
    const seen = [collect(client.messages$), collect(accepted.messages$)];
    for (const connection of [client, accepted]) {
      connection.send(noise());
      connection.close();
    }
    await until(() => seen.every(({ done }) => done));
    for (const { values } of seen) expectSame(values, [noise()]);
    expect(await ended(client)).toMatchObject({ wasClean: true });
  });
});

describe('what waits for compression', () => {
  it('is counted as it was given, until it has left', async () => {
    const { client, server } = compressingPair({ sendHighWaterBytes: 250_000 });
    const seen = collect(server.messages$);
    expect(client.send(noise())).toBe(true);
    expect(client.bufferedBytes).toBe(LONG_BYTES);
    expect(client.send('x'.repeat(60_000))).toBe(false);
    expect(client.bufferedBytes).toBe(LONG_BYTES + 60_000);
    const writable = collect(client.writable$);
    expect(await client.flush()).toBe(true);
    expect(client.bufferedBytes).toBe(0);
    expect(writable.values).toEqual([false, true]);
    await until(() => seen.values.length === 2);
    expectSame(seen.values, [noise(), 'x'.repeat(60_000)]);
  });

  it('is bounded by maxBufferedBytes, with an error or with 1013', async () => {
    const bounded = { maxBufferedBytes: 300_000 } as const;
    const { client } = compressingPair({ ...bounded, overflow: 'error' });
    client.send(WORDY);
    expect(() => client.send(WORDY)).toThrow(LimitError);
    expect(client.send('short')).toBe(false);
    const pair = compressingPair(bounded);
    const seen = collect(pair.server.messages$);
    pair.client.send(WORDY);
    expect(pair.client.send(WORDY)).toBe(false);
    expect(await ended(pair.server)).toMatchObject({ code: 1013 });
    expectSame(seen.values, [WORDY]);
  });
});

describe('what is sent while a long message is being compressed', () => {
  // A short message is copied by the time send returns, unless it waits behind a long one.
  it('is what it was when it was sent', async () => {
    const { client, server } = compressingPair();
    const seen = collect(server.messages$);
    client.send(WORDY);
    const scratch = Buffer.from('as it was');
    client.send(scratch);
    scratch.fill('!');
    await until(() => seen.values.length === 2);
    expect(Buffer.from(seen.values[1]!.data as Uint8Array).toString()).toBe('as it was');
  });

  // zlib comes to the last octets later than the history has them: the next message refers back to what the peer has not got.
  it('does not change what is sent behind it when its octets are used again', async () => {
    const { client, server } = compressingPair({ maxMessageBytes: Infinity });
    const seen = collect(server.messages$);
    const scratch = Buffer.alloc(8_000_000, 'abcdefgh');
    client.send(scratch);
    scratch.fill('z');
    const next = Buffer.alloc(300, 'abcdefgh');
    client.send(next);
    await until(() => seen.values.length === 2);
    expect(Buffer.from(seen.values[1]!.data as Uint8Array).toString()).toBe(next.toString());
  });

  it('is counted where it is a frame', () => {
    const { client } = compressingPair();
    client.send(WORDY);
    client.sendFrame(makeFrame(BINARY, Buffer.alloc(1000)));
    expect(client.bufferedBytes).toBe(WORDY.length + 1000);
  });

  it('goes before what is sent from sentFrames$', async () => {
    const { client, server } = compressingPair();
    const seen = collect(server.messages$);
    let said = false;
    client.sentFrames$.subscribe(() => {
      if (!said) client.send('third');
      said = true;
    });
    for (const data of [WORDY, 'second']) client.send(data);
    await until(() => seen.values.length === 3);
    expect(seen.values.slice(1).map(({ data }) => data)).toEqual(['second', 'third']);
  });

  // While those that have waited leave, one after the other, what is sent does not stand in the line behind them.
  it('goes before what is sent from sentFrames$ while it leaves', async () => {
    const { client, server } = compressingPair();
    const seen = collect(server.messages$);
    let frames = 0;
    client.sentFrames$.subscribe(() => {
      if (++frames === 2) client.send('fourth');
    });
    for (const data of [WORDY, 'second', 'third']) client.send(data);
    await until(() => seen.values.length === 4);
    expect(seen.values.slice(1).map(({ data }) => data)).toEqual(['second', 'third', 'fourth']);
  });

  it('goes before the Close frame of who closes from sentFrames$', async () => {
    const { client, server } = compressingPair();
    const seen = collect(server.messages$);
    client.sentFrames$.subscribe(() => client.close());
    client.send(WORDY);
    client.send('second');
    await ended(client);
    await until(() => seen.done);
    expect(seen.values.map(({ data }) => data)).toEqual([WORDY, 'second']);
  });
});

describe('an extension that is faulty at what is sent', () => {
  // What is sent behind it would wait for ever, the Close frame too.
  it('by throwing from push: send throws or the connection ends, and nothing waits for ever', async () => {
    const faulty: NegotiatedExtension = {
      ...agreedToy(),
      outbound: () => ({
        wholeBytes: 10,
        whole: (payload) => payload,
        open: () => ({
          push: () => {
            throw new Error('no luck');
          },
          abort: () => undefined,
        }),
      }),
    };
    const { connection, peer } = memoryPeer('server', { dropTimeoutMs: 50 }, [faulty]);
    const far = new DeflatePeer(peer, 'client');
    try {
      connection.send('long enough to be opened');
    } catch {
      connection.close();
    }
    await turns(20);
    peer.stream.end();
    expect(far.frames.map(({ opcode }) => opcode)).toEqual([CLOSE]);
  });
});

describe('an extension that never has done', () => {
  // Neither does the server's close, then, whatever its grace.
  it('does not keep a connection that was terminated', async () => {
    const tasks: (() => void)[] = [];
    const clock = new VirtualTime();
    const slow = agreedToy({ wholeBytes: 5, soon: (task) => void tasks.push(task) });
    const [near, far] = memoryPair();
    const client = connectionOver('client', near, {}, undefined, [agreedToy()]);
    const server = connectionOver('server', far, { scheduler: clock, keepAlive: false }, undefined, [slow]);
    client.send('a long message');
    await until(() => tasks.length > 0);
    server.terminate();
    await turns(5);
    clock.pass(60_000);
    await turns(5);
    const { state } = server;
    for (const task of tasks) task();
    expect(state).toBe('closed');
  });
});

describe('an extension of frames', () => {
  // Each frame of a message is shown as it is sent, and who looks on may send another message into the middle of it.
  it('keeps the frames of a message together when somebody sends from sentFrames$', async () => {
    const [near, far] = memoryPair();
    const toys = [agreedToy({ level: 'frame' })];
    const client = connectionOver('client', near, { fragmentBytes: 5 }, undefined, toys);
    const server = connectionOver('server', far, { dropTimeoutMs: 50 }, undefined, toys);
    const seen = collect(server.messages$);
    let said = false;
    client.sentFrames$.subscribe(() => {
      if (!said) client.send('from within');
      said = true;
    });
    client.send('a message in three');
    client.close();
    await until(() => seen.done);
    expect(seen.values.map(({ data }) => data)).toEqual(['a message in three', 'from within']);
  });
});
