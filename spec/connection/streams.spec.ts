import { firstValueFrom, mergeMap, take } from 'rxjs';
import type { Connection, MessageStream } from '../../src/index.js';
import { collect, type Record } from '../support/collect.js';
import { ended, startPair, watchResources } from '../support/harness.js';
import { type AnyOptions, memoryConnections, memoryPeer } from '../support/memory-peer.js';
import { serving } from '../support/serving.js';
import { startClient } from '../support/harness.js';
import { turns, until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { BINARY, CLOSE, PING, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

/** Everything that `streams$` gives, joined. */
function joined(connection: Connection): Record<string> {
  const streams = connection.streams$;
  return collect(streams.pipe(mergeMap((stream) => wholeText(stream))));
}

async function wholeText(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What is told of every message, frame, chunk and Ping, in order. */
function watch(connection: Connection): unknown[] {
  const log: unknown[] = [];
  connection.pings$.subscribe((payload) => log.push(`ping ${Buffer.from(payload).toString()}`));
  connection.streams$.subscribe(({ type, frames$ }) => {
    log.push(type);
    frames$.subscribe({
      next: ({ fin, opcode, length, chunks$ }) => {
        log.push([fin, opcode, length]);
        chunks$.subscribe({
          next: (chunk) => log.push(Buffer.from(chunk).toString()),
          complete: () => log.push('/'),
        });
      },
      complete: () => log.push('|'),
    });
  });
  return log;
}

describe('streams$', () => {
  it('tells of messages, frames, chunks and Pings in the order of the wire', async () => {
    const { connection, peer } = memoryPeer('server');
    const log = watch(connection);
    peer.write(
      Buffer.concat([
        peer.frame(TEXT, 'to', { fin: false }),
        peer.frame(PING, '1'),
        peer.frame(0, 'get', { fin: false }),
        peer.frame(PING, '2'),
        peer.frame(0, 'her'),
        peer.frame(BINARY, 'next'),
      ]),
    );
    await until(() => log.filter((entry) => entry === '|').length === 2);
    expect(log).toEqual([
      ...['text', [false, 1, 2], 'to', '/', 'ping 1', [false, 0, 3], 'get', '/', 'ping 2'],
      ...[[true, 0, 3], 'her', '/', '|'],
      ...['binary', [true, 2, 4], 'next', '/', '|'],
    ]);
    await until(() => peer.frames.length === 2);
    expect(peer.frames.map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
      [PONG, '1'],
      [PONG, '2'],
    ]);
  });

  it('gives a message and a frame with its header, and the octets as they arrive', async () => {
    const { connection, peer } = memoryPeer('server');
    const log = watch(connection);
    const frame = peer.frame(BINARY, 'abcdefgh');
    peer.write(frame.subarray(0, 1));
    await turns();
    expect(log).toEqual([]);
    peer.write(frame.subarray(1, 6));
    await turns();
    expect(log).toEqual(['binary', [true, 2, 8]]);
    peer.write(frame.subarray(6, 9));
    await turns();
    peer.write(frame.subarray(9));
    await turns();
    expect(log.slice(2)).toEqual(['abc', 'defgh', '/', '|']);
  });

  it('gives empty frames an empty chunk, and empty messages one empty frame', async () => {
    const { connection, peer } = memoryPeer('client');
    const log = watch(connection);
    peer.send(TEXT, '');
    peer.send(BINARY, '', { fin: false });
    peer.send(0, '', { fin: false });
    peer.send(0, 'a', { fin: false });
    peer.send(0, '');
    await until(() => log.filter((entry) => entry === '|').length === 2);
    expect(log).toEqual([
      ...['text', [true, 1, 0], '', '/', '|'],
      ...['binary', [false, 2, 0], '', '/', [false, 0, 0], '', '/', [false, 0, 1], 'a', '/'],
      ...[[true, 0, 0], '', '/', '|'],
    ]);
  });

  it('gives every subscriber a stream of its own', async () => {
    const { connection, peer } = memoryPeer('server');
    const readers = [joined(connection), joined(connection), joined(connection)];
    peer.send(TEXT, 'to', { fin: false });
    peer.send(0, 'gether');
    await until(() => readers.every(({ values }) => values.length === 1));
    expect(readers.map(({ values }) => values)).toEqual([['together'], ['together'], ['together']]);
  });

  it('goes beside messages$, consume and a loop: everybody gets everything', async () => {
    const { connection, peer } = memoryPeer('server');
    const streamed = joined(connection);
    const whole = collect(connection.messages$);
    const worked = collect(connection.consume(async ({ data }) => Promise.resolve(data)));
    const iterator = connection[Symbol.asyncIterator]();
    peer.send(TEXT, 'to', { fin: false });
    peer.send(0, 'gether');
    peer.send(TEXT, 'next');
    await until(() => streamed.values.length === 2 && worked.values.length === 2);
    expect(streamed.values).toEqual(['together', 'next']);
    expect(whole.values.map(({ data }) => data)).toEqual(['together', 'next']);
    expect(worked.values).toEqual(['together', 'next']);
    expect((await iterator.next()).value).toMatchObject({ data: 'together' });
    expect((await iterator.next()).value).toMatchObject({ data: 'next' });
  });

  it('goes beside discard(), which drops nothing of it', async () => {
    const { connection, peer } = memoryPeer('server');
    connection.discard();
    const streamed = joined(connection);
    peer.send(TEXT, 'a');
    await until(() => streamed.values.length === 1);
    expect(streamed.values).toEqual(['a']);
  });

  it.each(['string', 'bytes'] as const)(
    'gives what was held before the first subscription as messages of one frame (textAs %s)',
    async (textAs) => {
      const { connection, peer } = memoryPeer('server', { textAs });
      peer.send(TEXT, 'tö', { fin: false });
      peer.send(0, 'gether');
      peer.send(BINARY, '');
      await turns();
      const log = watch(connection);
      await turns();
      expect(log).toEqual([
        ...['text', [true, 1, 9], 'tögether', '/', '|'],
        ...['binary', [true, 2, 0], '', '/', '|'],
      ]);
    },
  );

  it('gives what was held after the end too, then completes', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.write(Buffer.concat([peer.frame(TEXT, 'a'), peer.frame(CLOSE, closeBody(1000))]));
    peer.stream.end();
    await ended(connection);
    const streamed = joined(connection);
    await until(() => streamed.done);
    expect(streamed.values).toEqual(['a']);
    expect(collect(connection.streams$)).toMatchObject({ values: [], done: true });
  });

  it('gives the next message to who comes in the middle of one that only others take as streams', async () => {
    const { connection, peer } = memoryPeer('server');
    const first = joined(connection);
    peer.send(TEXT, 'to', { fin: false });
    await turns();
    const late = [joined(connection), collect(connection.messages$)] as const;
    peer.send(0, 'gether');
    peer.send(TEXT, 'next');
    await until(() => first.values.length === 2 && late[0].values.length === 1);
    expect(late[0].values).toEqual(['next']);
    expect(late[1].values.map(({ data }) => data)).toEqual(['next']);
  });

  it('gives a message that comes whole to who came in the middle of it', async () => {
    const { connection, peer } = memoryPeer('server');
    const first = joined(connection);
    collect(connection.messages$);
    peer.send(TEXT, 'to', { fin: false });
    await turns();
    const late = joined(connection);
    peer.send(0, 'gether');
    peer.send(TEXT, 'next');
    await until(() => first.values.length === 2 && late.values.length === 2);
    expect(late.values).toEqual(['together', 'next']);
  });

  it('leaves a stream that was handed out as it is when it is left itself', async () => {
    const { connection, peer } = memoryPeer('server');
    const first = firstValueFrom(connection.streams$);
    peer.send(TEXT, 'to', { fin: false });
    const stream = await first;
    peer.send(0, 'gether');
    peer.send(TEXT, 'next');
    expect(await wholeText(stream)).toBe('together');
    const rest = collect(connection.messages$.pipe(take(1)));
    await until(() => rest.done);
    expect(rest.values).toEqual([{ type: 'text', data: 'next' }]);
  });

  it('makes no stream for a subscriber that is left while the message is given to others', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterBytes: 1000 });
    let seen = 0;
    const size = (stream: MessageStream): void => void stream.chunks$.subscribe(() => seen++);
    connection.streams$.subscribe((stream) => {
      other.unsubscribe();
      size(stream);
    });
    const other = connection.streams$.subscribe(size);
    for (let i = 0; i < 50; i++) peer.send(BINARY, Buffer.alloc(500));
    await until(() => seen === 50);
  });

  it('makes no stream of what was held for a subscriber that is left meanwhile', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterBytes: 1000 });
    peer.send(BINARY, Buffer.alloc(2000));
    await turns();
    let seen = 0;
    connection.streams$.subscribe((stream) => {
      other.unsubscribe();
      stream.chunks$.subscribe(() => seen++);
    });
    const other = connection.streams$.subscribe();
    for (let i = 0; i < 50; i++) peer.send(BINARY, Buffer.alloc(500));
    await until(() => seen === 51);
  });

  it('goes on behind a message that somebody discards, or leaves, in the middle', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterBytes: 1000 });
    const log: string[] = [];
    connection.streams$.subscribe((stream) => {
      const { length } = log;
      log.push('');
      if (length === 0) stream.discard();
      const chunks$ = length === 1 ? stream.chunks$.pipe(take(1)) : stream.chunks$;
      if (length > 0) {
        chunks$.subscribe((chunk) => (log[length]! += Buffer.from(chunk).toString('latin1', 0, 1)));
      }
    });
    for (let i = 0; i < 3; i++) {
      for (const part of ['a', 'b', 'c']) {
        peer.send(part === 'a' ? BINARY : 0, part.repeat(2000), { fin: part === 'c' });
      }
    }
    await until(() => log[2] === 'abc');
    expect(log).toEqual(['', 'a', 'abc']);
  });
});

describe('sendStream', () => {
  it.each(['stream', 'chunks$'] as const)('sends a %s on as it comes', async (what) => {
    const { server, errors } = await serving((connection) => {
      connection.streams$.subscribe((stream) => {
        connection.sendStream(stream.type, what === 'stream' ? stream : stream.chunks$).subscribe();
      });
    });
    const client = await startClient(server.url);
    const got = collect(client.messages$);
    const big = Buffer.alloc(900_000, 'abcdefg');
    client.send('hé');
    client.send(big);
    client.send('');
    client.send('é'.repeat(1000), { fragmentBytes: 7 });
    await until(() => got.values.length === 4);
    expect(got.values.map(({ type }) => type)).toEqual(['text', 'binary', 'text', 'text']);
    const wanted = [Buffer.from('hé'), big, Buffer.alloc(0), Buffer.from('é'.repeat(1000))];
    wanted.forEach((bytes, i) => {
      expect(bytes.equals(Buffer.from(got.values[i]!.data as string))).toBe(true);
    });
    expect(errors).toEqual([]);
  });

  it('sends the chunks of a message that is received before that message has ended', async () => {
    const { client, server } = memoryConnections();
    server.streams$.subscribe((stream) => server.sendStream('binary', stream.chunks$).subscribe());
    const echo = firstValueFrom(client.streams$);
    const message = client.openMessage('binary');
    message.write(Buffer.from('a'));
    const chunks = collect((await echo).chunks$);
    await until(() => chunks.values.length === 1);
    message.write(Buffer.from('b'));
    await until(() => chunks.values.length === 2);
    expect(chunks.done).toBe(false);
    message.end();
    await until(() => chunks.done);
  });
});

describe('the limits of streams', () => {
  const limits: AnyOptions = { maxMessageBytes: 10, maxFragments: 3 };

  it('let a message pass that is over maxMessageBytes and maxFragments', async () => {
    const { connection, peer } = memoryPeer('server', limits);
    const seen = joined(connection);
    peer.send(BINARY, 'x'.repeat(11));
    for (let i = 0; i < 5; i++) peer.send(i === 0 ? BINARY : 0, 'abc', { fin: i === 4 });
    await until(() => seen.values.length === 2);
    expect(seen.values).toEqual(['x'.repeat(11), 'abc'.repeat(5)]);
  });

  it('let 131,073 fragments pass', async () => {
    const { connection, peer } = memoryPeer('server');
    let frames = 0;
    connection.streams$.subscribe(({ frames$ }) => {
      frames$.subscribe((frame) => {
        frames++;
        frame.discard();
      });
    });
    const fragment = peer.frame(0, '', { fin: false });
    peer.send(BINARY, '', { fin: false });
    peer.write(Buffer.alloc(fragment.length * 131_071, fragment));
    peer.send(0, '');
    await until(() => frames === 131_073);
    expect(connection.state).toBe('open');
  });

  it.each([
    [
      'maxMessageBytes with messages$ beside',
      { ...limits, maxFrameBytes: 20 },
      true,
      'x'.repeat(11),
      'maxMessageBytes',
    ],
    ['maxStreamBytes', { maxStreamBytes: 10 }, false, 'x'.repeat(11), 'maxStreamBytes'],
    ['maxFrameBytes', { maxFrameBytes: 10 }, false, 'x'.repeat(11), 'maxFrameBytes'],
  ])('fail with 1009 over %s', async (_, options: AnyOptions, beside, payload, option) => {
    const { connection, peer } = memoryPeer('server', options);
    const streams = collect(connection.streams$);
    if (beside) collect(connection.messages$);
    peer.send(BINARY, payload);
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({
      sent: { code: 1009 },
      cause: expect.objectContaining({ name: 'LimitError', option }) as unknown,
    });
    expect(streams).toMatchObject({ values: [], done: true, error: undefined });
  });

  it('fail the stream at the frame that passes maxStreamBytes', async () => {
    const { connection, peer } = memoryPeer('server', { maxStreamBytes: 10 });
    const chunks = collect(connection.streams$.pipe(mergeMap(({ chunks$ }) => chunks$)));
    peer.send(BINARY, '12345', { fin: false });
    peer.send(0, '67890', { fin: false });
    peer.send(0, '1', { fin: false });
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({ sent: { code: 1009 } });
    expect(chunks.values).toHaveLength(2);
    expect(chunks.error).toMatchObject({ name: 'LimitError', option: 'maxStreamBytes', limit: 10 });
  });

  it('are of a message as it began', async () => {
    const { connection, peer } = memoryPeer('server', limits);
    const seen = joined(connection);
    peer.send(BINARY, 'abcdefgh', { fin: false });
    await turns();
    const whole = collect(connection.messages$);
    peer.send(0, 'ijkl');
    await until(() => seen.values.length === 1);
    expect(whole.values).toEqual([]);
    peer.send(BINARY, 'x'.repeat(11));
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({ sent: { code: 1009 } });
  });
});

describe('the bytes of streams over TCP', () => {
  it('are those that were sent, whatever the chunks of the transport', async () => {
    const { client, accepted } = await startPair();
    const sizes = collect(
      accepted.streams$.pipe(mergeMap(async (stream) => Buffer.byteLength(await wholeText(stream)))),
    );
    for (const size of [0, 1, 70_000, 3_000_000]) client.send(Buffer.alloc(size, 'x'));
    await until(() => sizes.values.length === 4);
    expect(sizes.values).toEqual([0, 1, 70_000, 3_000_000]);
  });
});
