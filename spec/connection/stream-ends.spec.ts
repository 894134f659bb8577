import { firstValueFrom, mergeMap } from 'rxjs';
import { connect, type Connection, ConnectionClosedError, type MessageStream } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { openRaw, rawServer, acceptAll } from '../support/raw-peer.js';
import { serving } from '../support/serving.js';
import { turns, until } from '../support/turns.js';
import { VirtualTime } from 'rxwire/testing';
import { closeBody } from 'rxwire/testing';
import { BINARY, CLOSE, closeOf, TEXT, wire } from '../support/wire-frames.js';
import { Fed, HIGH } from './fed.js';

watchResources();

/** What is told of a stream's chunks and of its end, from the beginning. */
function read({ chunks$ }: MessageStream): string[] {
  const log: string[] = [];
  chunks$.subscribe({
    next: (chunk) => log.push(Buffer.from(chunk).toString()),
    error: (error: Error) => log.push(`#${error.name}`),
    complete: () => log.push('|'),
  });
  return log;
}

function streamsOf(connection: Connection): MessageStream[] {
  const streams: MessageStream[] = [];
  connection.streams$.subscribe((stream) => streams.push(stream));
  return streams;
}

async function firstStream(connection: Connection, send: () => void): Promise<MessageStream> {
  const first = firstValueFrom(connection.streams$);
  send();
  return first;
}

describe('a peer that dies inside a message', () => {
  it('makes that stream error behind what has come, and only that', async () => {
    const { connection, peer } = memoryPeer('server');
    const streams = collect(connection.streams$);
    const whole = collect(connection.messages$);
    peer.send(TEXT, 'first');
    peer.send(TEXT, 'to', { fin: false });
    peer.write(peer.frame(0, 'gether').subarray(0, 8));
    await turns();
    const [done, live] = [read(streams.values[0]!), read(streams.values[1]!)];
    peer.stream.destroy();
    const info = await ended(connection);
    expect(info).toMatchObject({ code: 1006, wasClean: false });
    expect([done, live]).toEqual([
      ['first', '|'],
      ['to', 'ge', '#ConnectionClosedError'],
    ]);
    await until(() => streams.done && whole.done);
    expect([streams.error, whole.error]).toEqual([undefined, undefined]);
    expect(whole.values).toHaveLength(1);
  });

  it('is told of to who comes late, with how the connection ended', async () => {
    const { connection, peer } = memoryPeer('server');
    const stream = await firstStream(connection, () => peer.send(TEXT, 'to', { fin: false }));
    peer.stream.destroy();
    const info = await ended(connection);
    const chunks = collect(stream.chunks$);
    expect(chunks.values).toHaveLength(1);
    expect(chunks.error).toBeInstanceOf(ConnectionClosedError);
    expect(chunks.error).toMatchObject({ info });
  });

  it('is told of before closed$ is', async () => {
    const { connection, peer } = memoryPeer('server');
    const log: string[] = [];
    connection.closed$.subscribe(() => log.push('closed'));
    connection.streams$.subscribe({
      next: ({ chunks$ }) => chunks$.subscribe({ error: () => log.push('error') }),
      complete: () => log.push('complete'),
    });
    peer.send(TEXT, 'to', { fin: false });
    await turns();
    peer.stream.destroy();
    await until(() => log.length === 3);
    expect(log).toEqual(['error', 'closed', 'complete']);
  });

  it('throws in a loop over it, behind what has come', async () => {
    const { connection, peer } = memoryPeer('server');
    const stream = await firstStream(connection, () => peer.send(TEXT, 'to', { fin: false }));
    peer.send(0, 'get', { fin: false });
    await turns();
    peer.stream.destroy();
    const seen: string[] = [];
    await expect(async () => {
      for await (const chunk of stream) {
        seen.push(Buffer.from(chunk).toString());
        await turns(3);
      }
    }).rejects.toThrow(ConnectionClosedError);
    expect(seen).toEqual(['to', 'get']);
  });

  it('may also have closed in the middle of it', async () => {
    const { connection, peer } = memoryPeer('server');
    const stream = await firstStream(connection, () => peer.send(TEXT, 'to', { fin: false }));
    peer.send(CLOSE, closeBody(1001));
    peer.stream.end();
    await ended(connection);
    const chunks = collect(stream.chunks$);
    expect(chunks.error).toMatchObject({ info: { received: { code: 1001 } } });
  });

  it('is seen behind a window that is full, when that has been read', async () => {
    const fed = new Fed();
    const streams = collect(fed.connection.streams$);
    for (let i = 0; i < 20; i++) fed.push(wire(i === 0 ? BINARY : 0, Buffer.alloc(900), { fin: false }));
    fed.push(wire(0, 'x').subarray(0, 1)).write();
    expect(fed.paused).toBe(true);
    let size = 0;
    let failure: unknown;
    streams.values[0]!.chunks$.subscribe({
      next: (chunk) => {
        size += chunk.length;
        fed.write();
      },
      error: (error: unknown) => (failure = error),
    });
    expect(size).toBe(20 * 900);
    fed.transport.lose();
    expect(failure).toBeInstanceOf(ConnectionClosedError);
    await ended(fed.connection);
  });
});

describe('a peer that breaks a rule inside a message', () => {
  it.each([
    [
      'text that is not UTF-8, in the middle of a frame',
      'TextError',
      1007,
      (): Buffer => Buffer.from([0xff]),
    ],
    ['a new message', 'ProtocolError', 1002, (): Buffer => wire(TEXT, 'x', { key: [0, 0, 0, 0] })],
    ['a reserved bit', 'ProtocolError', 1002, (): Buffer => wire(0, 'x', { rsv: 1, key: [0, 0, 0, 0] })],
  ])('is told of behind what was right: %s', async (_, name, code, wrong) => {
    const { connection, peer } = memoryPeer('server');
    const streams = collect(connection.streams$);
    const whole = collect(connection.messages$);
    peer.send(TEXT, 'to', { fin: false });
    const text = name === 'TextError';
    if (text) peer.write(peer.frame(0, 'gether').subarray(0, 8));
    await turns();
    const log = read(streams.values[0]!);
    peer.write(wrong());
    expect(closeOf(await peer.next())).toEqual([code, expect.any(String)]);
    peer.stream.end();
    expect(log).toEqual(['to', ...(text ? ['ge'] : []), `#${name}`]);
    expect(await ended(connection)).toMatchObject({ code: 1006, sent: { code } });
    await until(() => streams.done && whole.done);
    expect([streams.error, whole.error, whole.values]).toEqual([undefined, undefined, []]);
  });

  it('by ending a text in the middle of a character', async () => {
    const { connection, peer } = memoryPeer('server');
    const streams = collect(connection.streams$);
    peer.send(TEXT, Buffer.of(0x61, 0xe2, 0x82));
    expect(closeOf(await peer.next())).toEqual([1007, expect.any(String)]);
    peer.stream.end();
    const chunks = collect(streams.values[0]!.chunks$);
    expect(chunks.error).toMatchObject({ name: 'TextError', closeCode: 1007 });
    await ended(connection);
  });

  it('is let off with validateUtf8 false, and text$ shows what is wrong as U+FFFD', async () => {
    const { connection, peer } = memoryPeer('server', { validateUtf8: false });
    const texts = collect(connection.streams$.pipe(mergeMap(({ text$ }) => text$)));
    peer.send(TEXT, Buffer.of(0x61, 0xff), { fin: false });
    peer.send(0, Buffer.of(0xe2, 0x82));
    await until(() => texts.values.length === 2);
    expect(texts.values).toEqual(['a\ufffd', '\ufffd']);
  });
});

describe('close() while a stream is unread', () => {
  it('reads on, drops what does not fit, and ends without hanging', async () => {
    const clock = new VirtualTime();
    const lines: string[] = [];
    const { connection, peer } = memoryPeer('server', {
      receiveHighWaterBytes: HIGH,
      scheduler: clock,
      keepAlive: false,
      logger: { warn: (line) => void lines.push(line) },
    });
    const streams = collect(connection.streams$);
    for (let i = 0; i < 100; i++) peer.send(i === 0 ? BINARY : 0, Buffer.alloc(936), { fin: i === 99 });
    peer.send(BINARY, 'next');
    await turns();
    connection.close();
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    await turns();
    expect(connection.state).toBe('closing');
    // Nobody reads, so nobody is waited for.
    clock.pass(1000);
    expect(await ended(connection)).toMatchObject({ code: 1000, wasClean: true });
    await until(() => streams.done);
    expect(streams.values).toHaveLength(1);
    const chunks = collect(streams.values[0]!.chunks$);
    expect(chunks.values).toHaveLength(10);
    expect(chunks.error).toBeInstanceOf(ConnectionClosedError);
    expect(lines).toEqual([expect.stringContaining('2 messages that came after close()')]);
  });

  it.each([
    ['frames', (i: number) => wire(i === 0 ? TEXT : 0, '', { fin: false })],
    ['messages', () => wire(TEXT, '')],
  ])('holds no more than the window of empty %s either', async (_, frame) => {
    const clock = new VirtualTime();
    const fed = new Fed({ receiveHighWaterMessages: 20, scheduler: clock });
    const streams = streamsOf(fed.connection);
    let frames = 0;
    fed.connection.frames$.subscribe(() => frames++);
    fed.connection.close();
    fed.push(...Array.from({ length: 1000 }, (__, i) => frame(i))).write();
    // Nobody reads, so nobody is waited for.
    clock.pass(1000);
    fed.write();
    expect(frames).toBe(1000);
    fed.connection.terminate();
    await ended(fed.connection);
    const given = streams.flatMap((stream) => collect(stream.frames$).values);
    expect(given.length).toBeLessThanOrEqual(11);
  });

  it('waits for a loop that reads it', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterBytes: HIGH });
    const stream = await firstStream(connection, () => {
      for (let i = 0; i < 100; i++) peer.send(i === 0 ? BINARY : 0, Buffer.alloc(936), { fin: i === 99 });
      peer.send(CLOSE, closeBody(1000));
      peer.stream.end();
    });
    let size = 0;
    for await (const chunk of stream) {
      if (size === 0) connection.close();
      size += chunk.length;
      await turns(2);
    }
    expect(size).toBe(93_600);
    expect(await ended(connection)).toMatchObject({ code: 1000 });
  });

  it('does not wait for a loop that has stopped', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('server', {
      receiveHighWaterBytes: HIGH,
      scheduler: clock,
      keepAlive: false,
    });
    const stream = await firstStream(connection, () => {
      for (let i = 0; i < 100; i++) peer.send(i === 0 ? BINARY : 0, Buffer.alloc(936), { fin: i === 99 });
    });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await turns();
    connection.close();
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    clock.pass(1000);
    expect(await ended(connection)).toMatchObject({ code: 1000 });
    let left = 0;
    await expect(
      (async () => {
        for (; (await iterator.next()).done !== true; left++);
      })(),
    ).rejects.toThrow(ConnectionClosedError);
    expect(left).toBeLessThanOrEqual(11);
  });

  it('terminates at once', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterBytes: HIGH });
    const streams = collect(connection.streams$);
    for (let i = 0; i < 100; i++) peer.send(i === 0 ? BINARY : 0, Buffer.alloc(936), { fin: false });
    await turns();
    connection.terminate();
    await ended(connection);
    expect(collect(streams.values[0]!.chunks$).error).toBeInstanceOf(ConnectionClosedError);
  });
});

describe('a stream that is unread when the connection has ended', () => {
  it('can be read for drainTimeoutMs, and is told of in the log then', async () => {
    const clock = new VirtualTime();
    const lines: string[] = [];
    const { connection, peer } = memoryPeer('server', {
      scheduler: clock,
      drainTimeoutMs: 500,
      logger: { warn: (line) => void lines.push(line) },
    });
    const streams = collect(connection.streams$);
    for (const text of ['a', 'b', 'c']) peer.send(TEXT, text);
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    await ended(connection);
    await until(() => streams.done);
    let done = false;
    connection.whenDone(() => (done = true));
    expect(read(streams.values[0]!)).toEqual(['a', '|']);
    clock.pass(499);
    expect([done, lines]).toEqual([false, []]);
    clock.pass(1);
    expect([done, lines]).toEqual([true, [expect.stringContaining('2 messages')]]);
    expect(clock.pending).toBe(0);
    expect(read(streams.values[1]!)).toEqual(['b', '|']);
  });

  it.each(['read', 'discarded'])('holds connect() up until it is %s', async (how) => {
    const server = await rawServer(
      acceptAll([], Buffer.concat([wire(TEXT, 'a'), wire(CLOSE, closeBody(1000))])),
    );
    const streams: MessageStream[] = [];
    let closed = false;
    const dialled = collect(
      connect(server.url, { logger: {}, drainTimeoutMs: 60_000 }).pipe(
        mergeMap((connection) => {
          connection.closed$.subscribe(() => (closed = true));
          return connection.streams$;
        }),
      ),
    );
    await until(() => dialled.values.length === 1);
    streams.push(...dialled.values);
    (await server.next()).stream.end();
    await until(() => closed);
    await turns();
    expect(dialled.done).toBe(false);
    if (how === 'discarded') streams[0]!.discard();
    else expect(read(streams[0]!)).toEqual(['a', '|']);
    await until(() => dialled.done);
    expect(dialled.error).toBeUndefined();
  });
});

describe('serve() that answers what it receives in streams', () => {
  it('stops reading while its answers do not get away', async () => {
    let received = 0;
    const { server } = await serving((connection) => {
      connection.streams$.pipe(mergeMap(({ chunks$ }) => chunks$)).subscribe((chunk) => {
        received += chunk.length;
        connection.send(chunk);
      });
    });
    const peer = await openRaw(server.url);
    peer.stream.pause();
    const total = 40_000_000;
    peer.write(peer.frame(BINARY, Buffer.alloc(total)));
    let before = -1;
    while (received !== before || received === 0) {
      before = received;
      await turns(50);
    }
    expect(received).toBeLessThan(total);
    peer.stream.resume();
    await until(() => received === total);
  });
});
