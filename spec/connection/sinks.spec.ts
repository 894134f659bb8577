import fc from 'fast-check';
import { concat, firstValueFrom, from, NEVER, of, Subject, throwError, toArray } from 'rxjs';
import { LimitError, type MessageSink, SinkError } from '../../src/index.js';
import { FakeTransport } from '../support/fake-transport.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryConnections, memoryPeer } from '../support/memory-peer.js';
import { seed } from '../support/seed.js';
import { agreedToy } from '../support/toy-extensions.js';
import { connectionOver } from '../support/memory-peer.js';
import { memoryPair } from '../../src/transport/memory-transport.js';
import { turns, until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { BINARY, CLOSE, PING, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

const CONTINUATION = 0;
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('openMessage', () => {
  it.each(['client', 'server'] as const)(
    'sends frames and ends with an empty one, from a %s',
    async (role) => {
      const { connection, peer } = memoryPeer(role);
      const sink = connection.openMessage('text');
      expect(sink.write('one ')).toBe(true);
      sink.write(Buffer.from('two'));
      sink.end();
      const frames = [await peer.next(), await peer.next(), await peer.next()];
      expect(frames.map(({ fin, opcode, payload }) => [fin, opcode, latin(payload)])).toEqual([
        [false, TEXT, 'one '],
        [false, CONTINUATION, 'two'],
        [true, CONTINUATION, ''],
      ]);
    },
  );

  it('sends an empty message when nothing is written', async () => {
    const { connection, peer } = memoryPeer('server');
    connection.openMessage('binary').end();
    expect(await peer.next()).toMatchObject({ fin: true, opcode: BINARY, payload: Buffer.alloc(0) });
  });

  it.each(['client', 'server'] as const)(
    'announces frames and takes their octets in chunks, from a %s',
    async (role) => {
      const { connection, peer } = memoryPeer(role);
      const sink = connection.openMessage('binary');
      const bytes = Buffer.from(Array.from({ length: 100_001 }, (_, i) => i & 0xff));
      const frame = sink.frame(bytes.length);
      for (let at = 0; at < bytes.length; at += 33_335) frame.write(bytes.subarray(at, at + 33_335));
      expect(frame.remaining).toBe(0);
      sink.frame(0);
      sink.frame(3).write(Buffer.from('end'));
      sink.end();
      const first = await peer.next();
      expect([first.fin, first.opcode, first.payload.equals(bytes)]).toEqual([false, BINARY, true]);
      expect((await peer.next()).payload).toHaveLength(0);
      expect(latin((await peer.next()).payload)).toBe('end');
      expect((await peer.next()).fin).toBe(true);
    },
  );

  it('lets other messages wait, in order, and control frames pass between frames', async () => {
    const { connection, peer } = memoryPeer('server');
    const first = connection.openMessage('text');
    const second = connection.openMessage('text');
    connection.send('third');
    second.write('second');
    second.end();
    first.write('first');
    connection.pong('between');
    peer.send(PING, 'ping');
    expect(latin((await peer.next()).payload)).toBe('first');
    expect((await peer.next()).opcode).toBe(PONG);
    expect(latin((await peer.next()).payload)).toBe('ping');
    expect(connection.bufferedBytes).toBeGreaterThan(0);
    first.end();
    const rest = [await peer.next(), await peer.next(), await peer.next(), await peer.next()];
    expect(rest.map(({ opcode, payload }) => [opcode, latin(payload)])).toEqual([
      [CONTINUATION, ''],
      [TEXT, 'second'],
      [CONTINUATION, ''],
      [TEXT, 'third'],
    ]);
    await until(() => connection.bufferedBytes === 0);
  });

  it('lets control frames wait for the end of an announced frame, of Pongs the newest', async () => {
    const { connection, peer } = memoryPeer('server');
    const frame = connection.openMessage('binary').frame(4);
    frame.write(Buffer.from('ab'));
    for (const ping of ['1', '2', '3']) peer.send(PING, ping);
    await turns();
    frame.write(Buffer.from('cd'));
    expect(latin((await peer.next()).payload)).toBe('abcd');
    const pong = await peer.next();
    expect([pong.opcode, latin(pong.payload)]).toEqual([PONG, '3']);
  });

  it('sends Close behind it when this side closes, and it can still be finished', async () => {
    const { connection, peer } = memoryPeer('server');
    const sink = connection.openMessage('text');
    sink.write('a');
    connection.close();
    expect(connection.send('no')).toBe(false);
    sink.write('b');
    sink.end();
    for (const text of ['a', 'b', '']) expect(latin((await peer.next()).payload)).toBe(text);
    expect((await peer.next()).opcode).toBe(CLOSE);
  });

  it('is cut when the peer closes, and what is written then is dropped', async () => {
    const { connection, peer } = memoryPeer('server');
    const sink = connection.openMessage('text');
    sink.write('a');
    connection.send('never');
    await peer.next();
    peer.send(CLOSE, closeBody(1000));
    expect((await peer.next()).opcode).toBe(CLOSE);
    expect(sink.write('b')).toBe(false);
    expect(() => sink.end()).not.toThrow();
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({ code: 1000, wasClean: true });
    expect(connection.bufferedBytes).toBe(0);
  });

  it('drops what is written on a connection that is closed', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.stream.destroy();
    await ended(connection);
    const sink = connection.openMessage('text');
    expect(sink.write('x')).toBe(false);
    sink.end();
  });

  const MISUSES: [string, (sink: MessageSink) => unknown, new (...all: never[]) => Error][] = [
    [
      'a write after the end',
      (sink) => {
        sink.end();
        sink.write('x');
      },
      SinkError,
    ],
    [
      'a frame after the end',
      (sink) => {
        sink.end();
        sink.frame(1);
      },
      SinkError,
    ],
    [
      'two ends',
      (sink) => {
        sink.end();
        sink.end();
      },
      SinkError,
    ],
    ['a write inside an announced frame', (sink) => (sink.frame(2), sink.write('x')), SinkError],
    ['a frame inside an announced frame', (sink) => (sink.frame(2), sink.frame(2)), SinkError],
    [
      'an end inside an announced frame',
      (sink) => {
        sink.frame(2);
        sink.end();
      },
      SinkError,
    ],
    ['a length below 0', (sink) => sink.frame(-1), RangeError],
    ['a length of a half', (sink) => sink.frame(0.5), RangeError],
    ['a length over 2^53-1', (sink) => sink.frame(2 ** 53), RangeError],
    ['too many octets for a frame', (sink) => sink.frame(1).write(Buffer.from('ab')), RangeError],
    ['a number', (sink) => sink.write(7 as never), TypeError],
    ['a chunk that is a string', (sink) => sink.frame(3).write('abc' as never), TypeError],
    ['octets that are not UTF-8', (sink) => sink.write(Buffer.from([0x61, 0xff])), TypeError],
    [
      'an end inside a code point',
      (sink) => {
        sink.write(Buffer.from([0xc3]));
        sink.end();
      },
      TypeError,
    ],
  ];
  it.each(MISUSES)('refuses %s, and sends nothing malformed', async (_, misuse, kind) => {
    const { connection, peer } = memoryPeer('server');
    expect(() => misuse(connection.openMessage('text'))).toThrow(kind);
    await turns();
    // The wire checker of the peer judges what came.
    expect(peer.frames.every(({ payload }) => payload.length <= 1)).toBe(true);
    connection.terminate();
  });

  it('refuses a string in a binary message', () => {
    const { connection } = memoryPeer('server');
    expect(() => connection.openMessage('binary').write('x')).toThrow(TypeError);
    expect(() => connection.openMessage('other' as never)).toThrow(RangeError);
  });

  it('joins the halves of a surrogate pair, and makes U+FFFD of one that has no other', async () => {
    const { connection, peer } = memoryPeer('server');
    const sink = connection.openMessage('text');
    sink.write('a\ud83d');
    sink.write('\ude00\ud83d');
    sink.write('b');
    sink.write('\ud83d');
    sink.end();
    const frames = await Promise.all(Array.from({ length: 5 }, () => peer.next()));
    expect(Buffer.concat(frames.map(({ payload }) => payload)).toString()).toBe('a😀\ufffdb\ufffd');
  });

  it('closes with 1011 when it is aborted after a part was sent, and with nothing before', async () => {
    const { connection, peer } = memoryPeer('server');
    connection.openMessage('text').abort();
    const sink = connection.openMessage('text');
    sink.write('part');
    sink.abort('no more');
    expect(latin((await peer.next()).payload)).toBe('part');
    expect((await peer.next()).payload).toEqual(closeBody(1011, 'no more'));
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({
      sent: { code: 1011 },
      cause: { code: 'RXWIRE_ABORTED' },
    });
  });

  it('destroys the connection when it is aborted inside a frame: a Close frame would be payload', async () => {
    const { connection, peer } = memoryPeer('server');
    const sink = connection.openMessage('binary');
    sink.frame(10).write(Buffer.from('half'));
    sink.abort();
    expect(await ended(connection)).toMatchObject({ code: 1006 });
    await until(() => peer.closed || peer.ended);
    expect(peer.frames).toEqual([]);
  });

  it('is told inside of the message when there is room again', async () => {
    const transport = new FakeTransport();
    transport.takes = false;
    const connection = connectionOver('server', transport, { sendHighWaterBytes: 1000 });
    const writable: boolean[] = [];
    connection.writable$.subscribe((value) => void writable.push(value));
    const sink = connection.openMessage('binary');
    expect(sink.write(new Uint8Array(2000))).toBe(false);
    for (let i = 0; i < 2; i++) {
      await turns(1);
      transport.take();
    }
    expect(writable).toEqual([true, false, true]);
    expect(sink.write(new Uint8Array(10))).toBe(true);
  });

  it('has room for more of its message however much waits behind it', async () => {
    const transport = new FakeTransport();
    transport.takes = false;
    const connection = connectionOver('server', transport, { sendHighWaterBytes: 1000 });
    const all: boolean[] = [];
    connection.writable$.subscribe((value) => void all.push(value));
    const sink = connection.openMessage('binary');
    const room: boolean[] = [];
    sink.writable$.subscribe({
      next: (value) => void room.push(value),
      complete: () => void room.push(false),
    });
    connection.send(new Uint8Array(5000));
    expect(sink.write(new Uint8Array(100))).toBe(true);
    expect(sink.write(new Uint8Array(2000))).toBe(false);
    for (let i = 0; i < 2; i++) {
      await turns(1);
      transport.take();
    }
    expect([all, room]).toEqual([
      [true, false],
      [true, false, true],
    ]);
    sink.end();
    expect(room).toEqual([true, false, true, false]);
    for (let i = 0; i < 3; i++) {
      await turns(1);
      transport.take();
    }
    expect(all).toEqual([true, false, true]);
  });

  it('obeys maxBufferedBytes', () => {
    const { connection } = memoryPeer('server', { maxBufferedBytes: 100, overflow: 'error' });
    const sink = connection.openMessage('binary');
    sink.write(new Uint8Array(80));
    expect(() => sink.write(new Uint8Array(80))).toThrow(LimitError);
    connection.terminate();
  });

  it('passes through an extension, frame by frame', async () => {
    const [near, far] = memoryPair();
    const slow = { soon: (task: () => void) => void setImmediate(task) };
    const client = connectionOver('client', near, {}, undefined, [agreedToy(slow)]);
    const server = connectionOver('server', far, {}, undefined, [agreedToy()]);
    const sink = client.openMessage('text', { compress: true });
    sink.write('one ');
    sink.write('two');
    sink.end();
    client.send('behind');
    expect(() => client.openMessage('text', { compress: true }).frame(1)).toThrow(SinkError);
    const seen: unknown[] = [];
    server.messages$.subscribe(({ data }) => void seen.push(data));
    await until(() => seen.length === 2);
    expect(seen).toEqual(['one two', 'behind']);
    client.terminate();
  });

  it('gives the peer the same messages, whatever is written when', async () => {
    type Action = { readonly sink: number; readonly text: string; readonly chunk: boolean };
    const actions = fc.array(
      fc.record<Action>({
        sink: fc.nat(3),
        text: fc.string({ unit: 'binary', maxLength: 20 }),
        chunk: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(actions, async (list) => {
        const { client, server } = memoryConnections();
        const sinks = Array.from({ length: 4 }, () => client.openMessage('text'));
        const wanted = ['', '', '', ''];
        for (const { sink, text, chunk } of list) {
          const bytes = Buffer.from(text);
          if (chunk) sinks[sink]!.frame(bytes.length).write(bytes);
          else sinks[sink]!.write(bytes);
          wanted[sink] = `${wanted[sink] ?? ''}${bytes.toString()}`;
        }
        for (const sink of sinks) sink.end();
        client.send('last');
        const seen: unknown[] = [];
        server.messages$.subscribe(({ data }) => void seen.push(data));
        await until(() => seen.length === 5);
        expect(seen).toEqual([...wanted, 'last']);
        client.terminate();
        server.terminate();
      }),
      { seed, numRuns: 40 },
    );
  });
});

describe('sendStream', () => {
  async function* later(...parts: string[]): AsyncGenerator<string> {
    for (const part of parts) {
      await turns(1);
      yield part;
    }
  }

  const SOURCES: [string, () => Parameters<ReturnType<typeof memoryPeer>['connection']['sendStream']>[1]][] =
    [
      ['an Observable', () => of('a', 'b', 'c')],
      ['an array', () => ['a', 'b', 'c']],
      ['an asynchronous iterable', () => later('a', 'b', 'c')],
      ['a stream of the Web', () => new Blob(['abc']).stream()],
    ];
  it.each(SOURCES)('sends %s as one message, and reports', async (_, source) => {
    const { client, server } = memoryConnections();
    const report = firstValueFrom(client.sendStream('text', source()));
    expect(await firstValueFrom(server.messages$)).toEqual({ type: 'text', data: 'abc' });
    expect(await report).toEqual({ messages: 1, bytes: 3, flushed: true });
  });

  it('goes on while others wait behind it', async () => {
    const { client, server } = memoryConnections({ sendHighWaterBytes: 1000 });
    const seen: number[] = [];
    server.messages$.subscribe(({ data }) => void seen.push(data.length));
    function* parts(): Generator<Uint8Array> {
      for (let i = 0; i < 50; i++) yield new Uint8Array(400);
    }
    const report = firstValueFrom(client.sendStream('binary', parts()));
    client.send(new Uint8Array(5000));
    expect(await report).toMatchObject({ messages: 1, bytes: 20_000, flushed: true });
    await until(() => seen.length === 2);
    expect(seen).toEqual([20_000, 5000]);
  });

  it('is cold', async () => {
    const { client } = memoryConnections();
    let frames = 0;
    client.sentFrames$.subscribe(() => frames++);
    client.sendStream('text', ['a']);
    await turns();
    expect(frames).toBe(0);
  });

  it('closes with 1011 when the source fails after a part of it, and errors', async () => {
    const { client, server } = memoryConnections();
    const sending = firstValueFrom(
      client.sendStream(
        'text',
        concat(
          of('a'),
          throwError(() => new Error('source')),
        ),
      ),
    );
    await expect(sending).rejects.toThrow('source');
    expect(await ended(server)).toMatchObject({ code: 1011 });
  });

  it('closes with 1011 when it is unsubscribed in the middle, and lets the source go', async () => {
    const { client, server } = memoryConnections();
    let returned = 0;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          returned === 0
            ? Promise.resolve({ done: false, value: 'x' } as const)
            : new Promise<never>(() => undefined),
        return: () => {
          returned++;
          return Promise.resolve({ done: true, value: undefined } as const);
        },
      }),
    };
    const subscription = client.sendStream('text', source as never).subscribe();
    await turns();
    subscription.unsubscribe();
    expect(await ended(server)).toMatchObject({ code: 1011 });
    await until(() => returned === 1);
  });

  it('reports the end of the connection, and lets the source go', async () => {
    const { client, server } = memoryConnections();
    const source = new Subject<string>();
    const report = firstValueFrom(client.sendStream('text', source));
    source.next('abc');
    server.close(4001);
    expect(await report).toMatchObject({ messages: 0, bytes: 3, flushed: false, closed: { code: 4001 } });
    expect(source.observed).toBe(false);
  });

  it('refuses what is no source', () => {
    const { client } = memoryConnections();
    expect(() => client.sendStream('text', 7 as never)).toThrow(TypeError);
    expect(() => client.sendAll(null as never)).toThrow(TypeError);
  });
});

describe('sendAll', () => {
  it('sends each value as a message, and closes nothing', async () => {
    const { client, server } = memoryConnections();
    const seen: unknown[] = [];
    server.messages$.subscribe(({ data }) => void seen.push(data));
    const report = await firstValueFrom(
      client.sendAll(['a', Buffer.from('bc'), { type: 'text', data: 'é' }]),
    );
    expect(report).toEqual({ messages: 3, bytes: 5, flushed: true });
    expect(seen).toEqual(['a', new Uint8Array([98, 99]), 'é']);
    expect(client.state).toBe('open');
  });

  it('asks an iterable only while there is room', async () => {
    const { connection, peer } = memoryPeer('server', { sendHighWaterBytes: 1000 });
    peer.stream.pause();
    let asked = 0;
    function* endless(): Generator<Uint8Array> {
      for (;;) {
        asked++;
        yield new Uint8Array(600);
      }
    }
    const subscription = connection.sendAll(endless()).subscribe();
    await turns(20);
    const stalled = asked;
    expect(connection.bufferedBytes).toBeLessThan(5000);
    peer.stream.resume();
    await until(() => asked > stalled + 10);
    subscription.unsubscribe();
    await turns(3);
    const after = asked;
    await turns(10);
    expect(asked).toBe(after);
    expect(connection.state).toBe('open');
  });

  it('errors with the source, and sends what came before', async () => {
    const { client, server } = memoryConnections();
    const seen = firstValueFrom(server.messages$);
    await expect(
      firstValueFrom(
        client.sendAll(
          concat(
            of('a'),
            throwError(() => new Error('source')),
          ),
        ),
      ),
    ).rejects.toThrow('source');
    expect((await seen).data).toBe('a');
    expect(client.state).toBe('open');
  });

  it('reports at once on a connection that has ended, and subscribes to nothing', async () => {
    const { client, server } = memoryConnections();
    client.terminate();
    await ended(server);
    const report = await firstValueFrom(client.sendAll(NEVER).pipe(toArray()));
    expect(report).toMatchObject([{ messages: 0, flushed: false, closed: { code: 1006 } }]);
  });

  it('sends what an Observable pushes', async () => {
    const { client, server } = memoryConnections();
    const report = firstValueFrom(client.sendAll(from(['a', 'b'])));
    expect(await firstValueFrom(server.messages$)).toEqual({ type: 'text', data: 'a' });
    expect(await report).toMatchObject({ messages: 2 });
  });
});
