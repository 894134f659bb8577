import { createHash } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import '../support/seed.js';
import { mergeMap } from 'rxjs';
import {
  agreedExtensions,
  deflateFrame,
  type Extension,
  type NegotiatedExtension,
  permessageDeflate,
  type Role,
} from '../../src/protocol/index.js';
import { ReceiveWindow } from '../../src/connection/receive-window.js';
import type { Connection, MessageStream } from '../../src/index.js';
import { chunk } from 'rxwire/testing';
import { memoryPair } from '../../src/transport/memory-transport.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, watchResources } from '../support/harness.js';
import { connectionOver, memoryPeer } from '../support/memory-peer.js';
import { agreedToy } from '../support/toy-extensions.js';
import { until } from '../support/turns.js';
import { BINARY, closeOf, TEXT } from '../support/wire-frames.js';
import { cuttings, made, type Recipe, recipes } from './compressing.js';

watchResources();

const PMD = 'permessage-deflate';
const NO_TAKEOVER = `${PMD}; server_no_context_takeover; client_no_context_takeover`;
const FLUSH_END_BYTES = 4;

type Agree = (role: Role) => readonly NegotiatedExtension[];

/** What both sides agree on when the answer is `answer`. */
function agreeing(answer: string, make: () => Extension): Agree {
  return (role) => agreedExtensions(answer, [make()], role);
}

/** Two toys, which leave the event loop for what they are to undo that is longer than 500 octets. */
function toys(level: 'message' | 'frame'): Agree {
  return (role) => [
    agreedToy({ name: 'first', rsv: 2, ...(role === 'server' && { wholeBytes: 500, soon: setImmediate }) }),
    agreedToy({
      name: 'second',
      rsv: 1,
      level,
      ...(role === 'server' && { wholeBytes: 500, soon: setImmediate }),
    }),
  ];
}

const AGREED: readonly (readonly [string, Agree])[] = [
  ['no extension', () => []],
  [PMD, agreeing(PMD, () => permessageDeflate({ thresholdBytes: 0 }))],
  [`${PMD} without takeover`, agreeing(NO_TAKEOVER, () => permessageDeflate({ thresholdBytes: 0 }))],
  ['deflate-frame', agreeing('deflate-frame', () => deflateFrame({ thresholdBytes: 0 }))],
  ['two extensions of messages', toys('message')],
  ['an extension of messages and one of frames', toys('frame')],
];

/** A few octets that differ where the data do. */
function digest(data: Uint8Array): string {
  return `${String(data.length)} ${createHash('sha1').update(data).digest('hex')}`;
}

interface Sending {
  readonly recipe: Recipe;
  readonly fragmentBytes: number;
  readonly compress: boolean | undefined;
}

function sendings(most: number): fc.Arbitrary<readonly Sending[]> {
  return fc.array(
    fc.record({
      recipe: recipes(most),
      fragmentBytes: fc.oneof(fc.integer({ min: 50, max: 2000 }), fc.constantFrom(40_001, Infinity)),
      compress: fc.constantFrom(undefined, true, false),
    }),
    { minLength: 1, maxLength: 5 },
  );
}
/** Over what is inflated at once, compressed too. */
const longOne: fc.Arbitrary<Sending> = fc.record({
  recipe: fc.record({
    kind: fc.constantFrom('words', 'noise'),
    size: fc.integer({ min: 70_000, max: 200_000 }),
    salt: fc.nat(),
  }),
  fragmentBytes: fc.constantFrom(20_000, Infinity),
  compress: fc.constant(true),
});

/** One message as it was received: its octets, and the headers of its frames. */
interface Received {
  readonly content: string;
  readonly frames: readonly (readonly [boolean, number, number])[] | undefined;
}

type Way = 'chunks' | 'frames' | 'iteration';

function receive(stream: MessageStream, way: Way): Promise<Received> {
  const parts: Uint8Array[] = [];
  const frames: [boolean, number, number][] = [];
  const result = (): Received => ({
    content: digest(Buffer.concat(parts)),
    frames: way === 'frames' ? frames : undefined,
  });
  if (way === 'iteration') {
    return (async () => {
      for await (const part of stream) parts.push(part);
      return result();
    })();
  }
  return new Promise((resolve, reject) => {
    const chunks$ =
      way === 'chunks'
        ? stream.chunks$
        : stream.frames$.pipe(
            mergeMap(({ fin, opcode, length, chunks$ }) => {
              frames.push([fin, opcode, length]);
              return chunks$;
            }),
          );
    chunks$.subscribe({
      next: (part) => parts.push(part),
      error: reject,
      complete: () => resolve(result()),
    });
  });
}

describe.each(AGREED)('the streams of a connection with %s', (name, agree) => {
  const numRuns = 30;

  it('are the messages that were sent, in any chunks, alone and beside messages$', async () => {
    const ways = fc.constantFrom<Way>('chunks', 'frames', 'iteration');
    const given = fc.tuple(sendings(4000), fc.option(longOne, { nil: undefined, freq: 3 }), sendings(4000));
    await fc.assert(
      fc.asyncProperty(
        given,
        cuttings,
        ways,
        fc.boolean(),
        async ([before, long, after], cutting, way, beside) => {
          const cut = (bytes: Uint8Array): Uint8Array[] => chunk(bytes, cutting);
          const [near, far] = memoryPair(undefined, [cut, cut]);
          const client = connectionOver('client', near, {}, undefined, agree('client'));
          const server = connectionOver(
            'server',
            far,
            { receiveHighWaterBytes: 20_000 },
            undefined,
            agree('server'),
          );
          const sentFrames = collect(client.sentFrames$);
          const whole = beside ? collect(server.messages$) : undefined;
          const compressed: boolean[] = [];
          const receiving: Promise<Received>[] = [];
          let done = false;
          server.streams$.subscribe({
            next: (stream) => {
              compressed.push(stream.compressed);
              receiving.push(receive(stream, way));
            },
            complete: () => (done = true),
          });
          const all = [...before, ...(long === undefined ? [] : [long]), ...after];
          for (const { recipe, compress, fragmentBytes } of all) {
            client.send(made(recipe), { fragmentBytes, ...(compress !== undefined && { compress }) });
          }
          client.close();
          expect(await ended(server)).toMatchObject({ code: 1000, wasClean: true });
          await until(() => done);
          const received = await Promise.all(receiving);
          const wanted = all.map(({ recipe }) => digest(made(recipe)));
          expect(received.map(({ content }) => content)).toEqual(wanted);
          if (way === 'frames') {
            const frames = sentFrames.values.filter(({ opcode }) => opcode < 8);
            expect(received.flatMap((message) => message.frames ?? [])).toEqual(
              frames.map(({ fin, opcode, payload }) => [fin, opcode, payload.length]),
            );
          }
          if (whole !== undefined) {
            await until(() => whole.done);
            expect(whole.values.map(({ data }) => digest(data as Uint8Array))).toEqual(wanted);
          }
          if (name === 'no extension') expect(compressed).not.toContain(true);
        },
      ),
      { numRuns },
    );
  });
});

/** Compressed so that each part can be inflated when its last octet has come. */
function flushed(parts: readonly Uint8Array[]): Buffer[] {
  let plain = Buffer.alloc(0);
  return parts.map((part, i) => {
    const dictionary = plain.subarray(-32_768);
    plain = Buffer.concat([plain, part]);
    const out = deflateRawSync(part, {
      ...(dictionary.length > 0 && { dictionary }),
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    return i === parts.length - 1 ? out.subarray(0, -FLUSH_END_BYTES) : out;
  });
}

/** A server's connection that has agreed on permessage-deflate, and its peer by hand. */
function inflating(options = {}): { connection: Connection } & Pick<ReturnType<typeof memoryPeer>, 'peer'> {
  const agreed = agreedExtensions(PMD, [permessageDeflate()], 'server');
  const { connection, peer } = memoryPeer('server', { dropTimeoutMs: 50, ...options }, agreed);
  return { connection, peer };
}

describe('a compressed message whose sender flushes at the end of each frame', () => {
  it('has in each frame the chunks that were sent in it', async () => {
    const parts = fc.array(recipes(30_000), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(parts, cuttings, async (given, cutting) => {
        const plain = given.map(made);
        const { connection, peer } = inflating();
        const frames: Uint8Array[][] = [];
        let done = false;
        connection.streams$.subscribe(({ compressed, frames$ }) => {
          expect(compressed).toBe(true);
          frames$.subscribe({
            next: ({ chunks$ }) => {
              const own: Uint8Array[] = [];
              frames.push(own);
              chunks$.subscribe((each) => own.push(each));
            },
            complete: () => (done = true),
          });
        });
        const wires = flushed(plain).map((payload, i) =>
          peer.frame(i === 0 ? BINARY : 0, payload, { fin: i === plain.length - 1, rsv: i === 0 ? 4 : 0 }),
        );
        for (const piece of chunk(Buffer.concat(wires), cutting)) peer.write(piece);
        await until(() => done);
        expect(frames.map((own) => digest(Buffer.concat(own)))).toEqual(plain.map(digest));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a compressed stream that is not as it should be', () => {
  const ZEROS = 20_000_000;
  const bomb = flushed([Buffer.alloc(ZEROS)])[0]!;
  const HUGE = 100_000_000;
  const huge = flushed([Buffer.alloc(HUGE)])[0]!;

  it.each([
    ['in one frame', Infinity, false],
    ['in frames', 500, false],
    ['in frames, beside messages$', 500, true],
  ])('fails with 1009 over its limit, and little more came out: a bomb %s', async (_, size, beside) => {
    const limit = 100_000;
    const option = beside ? 'maxMessageBytes' : 'maxStreamBytes';
    const { connection, peer } = inflating({ [option]: limit });
    if (beside) collect(connection.messages$);
    const chunks = collect(connection.streams$.pipe(mergeMap(({ chunks$ }) => chunks$)));
    for (let at = 0; at < bomb.length; at += size) {
      const last = at + size >= bomb.length;
      peer.send(at === 0 ? BINARY : 0, bomb.subarray(at, at + size), { fin: last, rsv: at === 0 ? 4 : 0 });
    }
    expect(closeOf(await peer.next())).toEqual([1009, expect.stringContaining(option)]);
    await ended(connection);
    expect(chunks.error).toMatchObject({ name: 'LimitError', option, limit, closeCode: 1009 });
    expect(chunks.values.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(limit);
  });

  it('holds no more than the mark and what a few octets can become while nobody reads it', async () => {
    const { hold } = ReceiveWindow.prototype;
    let held = 0;
    ReceiveWindow.prototype.hold = function (bytes) {
      held += bytes;
      hold.call(this, bytes);
    };
    afterTest(() => (ReceiveWindow.prototype.hold = hold));
    const [unread, read] = [inflating(), inflating()];
    const streams = collect(unread.connection.streams$);
    let size = 0;
    read.connection.streams$.subscribe(({ chunks$ }) => chunks$.subscribe(({ length }) => (size += length)));
    for (const { peer } of [unread, read]) peer.send(BINARY, huge, { rsv: 4 });
    // While one is inflated to its end the other has all the time it wants.
    await until(() => size === HUGE);
    expect(held).toBeGreaterThan(300_000);
    expect(held).toBeLessThan(300_000 + 5_000_000);
    for await (const { length } of streams.values[0]!) size -= length;
    expect(size).toBe(0);
  });

  it.each([
    ['in one frame', 1000, 1000],
    ['in frames', 100, 300],
    ['behind frames that were right', 100, 100],
  ])('fails with 1007 where it cannot be inflated, %s', async (_, size, wrongAt) => {
    const { connection, peer } = inflating();
    const payload = flushed([made({ kind: 'words', size: 3000, salt: 1 })])[0]!;
    const wrong = Buffer.concat([payload.subarray(0, wrongAt), Buffer.alloc(200, 0xff)]);
    const chunks = collect(connection.streams$.pipe(mergeMap(({ chunks$ }) => chunks$)));
    for (let at = 0; at < wrong.length; at += size) {
      const last = at + size >= wrong.length;
      peer.send(at === 0 ? BINARY : 0, wrong.subarray(at, at + size), { fin: last, rsv: at === 0 ? 4 : 0 });
    }
    expect(closeOf(await peer.next())).toEqual([1007, expect.stringContaining('cannot be inflated')]);
    await ended(connection);
    expect(chunks.error).toMatchObject({ name: 'ProtocolError', code: 'RXWIRE_INFLATE', closeCode: 1007 });
  });

  it('fails with 1007 where what comes out is no text', async () => {
    const { connection, peer } = inflating();
    const texts = collect(connection.streams$.pipe(mergeMap(({ text$ }) => text$)));
    const [first, second] = flushed([Buffer.from('right'), Buffer.of(0xff)]);
    peer.send(TEXT, first, { fin: false, rsv: 4 });
    peer.send(0, second);
    expect(closeOf(await peer.next())).toEqual([1007, expect.any(String)]);
    await ended(connection);
    expect(texts.values).toEqual(['right']);
    expect(texts.error).toMatchObject({ name: 'TextError', closeCode: 1007 });
  });

  it('fails as the connection does when the peer dies inside it', async () => {
    const { connection, peer } = inflating();
    const chunks = collect(connection.streams$.pipe(mergeMap(({ chunks$ }) => chunks$)));
    peer.send(BINARY, flushed([Buffer.from('right'), Buffer.from('never')])[0], { fin: false, rsv: 4 });
    await until(() => chunks.values.length === 1);
    peer.stream.destroy();
    await ended(connection);
    expect(chunks.error).toMatchObject({ name: 'ConnectionClosedError' });
  });
});
