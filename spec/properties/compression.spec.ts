import { createHash } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import '../support/seed.js';
import { type Frame, type Outgoing, prepare, type SendOptions } from '../../src/index.js';
import {
  agreedExtensions,
  makeFrame,
  Opcode,
  permessageDeflate,
  type Role,
} from '../../src/protocol/index.js';
import { chunk, framesOf, wireTo } from 'rxwire/testing';
import { chunkings, maskingKeys, roles } from 'rxwire/testing/arbitraries';
import { collect } from '../support/collect.js';
import { byParts, inOnePass } from '../support/decoding.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryPair } from '../../src/transport/memory-transport.js';
import { connectionOver, memoryPeer, profileOf } from '../support/memory-peer.js';
import { until } from '../support/turns.js';
import { closeOf } from '../support/wire-frames.js';
import {
  compressionOptions,
  cuttings,
  made,
  negotiate,
  type Recipe,
  recipes,
  windowOf,
} from './compressing.js';
import { tinyInflate } from './tiny-inflate.js';

watchResources();

const NOTHING = Buffer.alloc(0);
const FLUSH_END = Buffer.of(0x00, 0x00, 0xff, 0xff);

/** A few octets that differ where the data do: the data would fill pages when a property fails. */
function digest(data: Uint8Array): string {
  return `${data.length} ${createHash('sha1').update(data).digest('hex')}`;
}

function deflated(plain: Uint8Array, options = {}): Buffer {
  if (plain.length === 0) return Buffer.of(0);
  return deflateRawSync(plain, { ...options, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

describe('the judge', () => {
  it('reads what zlib has written', () => {
    const settings = fc.record({
      level: fc.integer({ min: 0, max: 9 }),
      memLevel: fc.integer({ min: 1, max: 9 }),
      windowBits: fc.integer({ min: 9, max: 15 }),
      strategy: fc.constantFrom(0, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE),
    });
    fc.assert(
      fc.property(recipes(20_000), recipes(20_000), settings, (before, recipe, options) => {
        const history = made(before).subarray(-(1 << options.windowBits));
        const plain = made(recipe);
        const dictionary = history.length === 0 ? undefined : history;
        const payload = deflated(plain, { ...options, dictionary });
        const { plain: read, farthest } = tinyInflate(payload, history, 32_768);
        expect(read.equals(plain)).toBe(true);
        expect(farthest).toBeLessThanOrEqual(1 << options.windowBits);
      }),
      { numRuns: 100 },
    );
  });
});

/** One message as it is sent. */
interface Sending {
  readonly recipe: Recipe;
  readonly text: boolean;
  readonly prepared: boolean;
  readonly options: SendOptions;
}

const sendings: fc.Arbitrary<readonly Sending[]> = fc.array(
  fc.record({
    recipe: recipes(4000),
    text: fc.boolean(),
    prepared: fc.boolean(),
    options: fc
      .record(
        {
          compress: fc.boolean(),
          fragmentBytes: fc.oneof(fc.integer({ min: 30, max: 2000 }), fc.constant(40_001)),
        },
        { requiredKeys: [] },
      )
      .map((options) => options as SendOptions),
  }),
  { maxLength: 6 },
);
/** Long enough to leave the event loop, compressed or not. */
const longOnes: fc.Arbitrary<Recipe> = fc.record({
  kind: fc.constantFrom('words', 'noise'),
  size: fc.integer({ min: 65_536, max: 120_000 }),
  salt: fc.nat(),
});

/** A message as text has to survive: valid UTF-8. */
function contentOf({ recipe, text }: Sending): string | Buffer {
  const bytes = made(recipe);
  if (!text) return bytes;
  return bytes.toString(recipe.kind === 'noise' ? 'latin1' : 'utf8');
}

function outgoing(sending: Sending): Outgoing {
  const content = contentOf(sending);
  return sending.prepared ? prepare(content) : content;
}

/** Data messages put together of frames, and inflated by the judge. */
function judged(frames: readonly Frame[], window: ReturnType<typeof windowOf>): Buffer[] {
  let history: Uint8Array = NOTHING;
  const messages: Buffer[] = [];
  let parts: Uint8Array[] = [];
  let compressed = false;
  for (const { opcode, rsv, fin, payload } of frames) {
    if (opcode >= Opcode.close) continue;
    if (opcode !== Opcode.continuation) compressed = rsv === 4;
    else if (rsv !== 0) throw new Error('a continuation frame has reserved bits');
    parts.push(payload);
    if (!fin) continue;
    const payloads = Buffer.concat(parts);
    parts = [];
    if (!compressed) {
      messages.push(payloads);
      continue;
    }
    const { plain, farthest } = tinyInflate(payloads, window.takeover ? history : NOTHING, window.bytes);
    if (farthest > window.bytes) throw new Error(`looked back ${farthest}, agreed on ${window.bytes}`);
    history = Buffer.concat([history, plain]).subarray(-window.bytes);
    messages.push(plain);
  }
  return messages;
}

describe('messages that both sides send', () => {
  const sides = fc.record({
    options: fc.oneof(fc.constant({}), compressionOptions),
    sends: fc.tuple(sendings, fc.option(longOnes, { nil: undefined, freq: 5 }), sendings),
    fragmentBytes: fc.constantFrom(Infinity, Infinity, 1000, 33_333),
  });

  it('arrive as they were sent, under all options and in any chunks, and nobody looks back too far', async () => {
    await fc.assert(
      fc.asyncProperty(sides, sides, cuttings, async (client, server, cutting) => {
        const agreed = negotiate(client.options, server.options);
        const cut = (bytes: Uint8Array): Uint8Array[] => chunk(bytes, cutting);
        const [near, far] = memoryPair(undefined, [cut, cut]);
        const ends = {
          client: connectionOver(
            'client',
            near,
            { fragmentBytes: client.fragmentBytes },
            undefined,
            agreed.client,
          ),
          server: connectionOver(
            'server',
            far,
            { fragmentBytes: server.fragmentBytes },
            undefined,
            agreed.server,
          ),
        };
        const outcomes = (['client', 'server'] as const).map((role) => {
          const { sends } = role === 'client' ? client : server;
          const sender = ends[role];
          const frames = collect(sender.sentFrames$);
          const seen = collect(ends[role === 'client' ? 'server' : 'client'].messages$);
          const [before, long, after] = sends;
          const all = [
            ...before,
            ...(long === undefined ? [] : [{ recipe: long, text: false, prepared: false, options: {} }]),
            ...after,
          ];
          for (const sending of all) sender.send(outgoing(sending), sending.options);
          return { role, frames, seen, sent: all.map(contentOf) };
        });
        ends.client.close();
        const info = await ended(ends.server);
        expect([info.code, info.wasClean, info.cause]).toEqual([1000, true, undefined]);
        for (const { role, frames, seen, sent } of outcomes) {
          await until(() => seen.done);
          const received = seen.values.map(({ data }) => data);
          expect(received.length).toBe(sent.length);
          const wire = judged(frames.values, windowOf(role, agreed.server));
          for (const [index, content] of sent.entries()) {
            expect(typeof received[index]).toBe(typeof content === 'string' ? 'string' : 'object');
            const bytes = Buffer.from(content as Uint8Array);
            expect(bytes.equals(Buffer.from(received[index] as Uint8Array))).toBe(true);
            expect(bytes.equals(wire[index]!)).toBe(true);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('connections of one server', () => {
  it('know nothing of each other, in whatever order their octets come', async () => {
    const talks = fc.array(fc.tuple(fc.array(recipes(3000), { minLength: 1, maxLength: 5 }), cuttings), {
      minLength: 2,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        talks,
        longOnes,
        fc.array(fc.nat(11), { maxLength: 40 }),
        async (given, long, order) => {
          const profile = profileOf('server');
          const all = given.map(([list, cutting], index) => {
            const agreed = negotiate({}, index % 2 === 0 ? {} : { preset: 'stateless' });
            const [near, far] = memoryPair();
            const connection = connectionOver('server', far, {}, profile, agreed.server);
            const sent = [...list, ...(index === 0 ? [long] : []), ...list].map(made);
            const deflater = agreed.client[0]!.outbound!();
            const frames = sent.map((plain) =>
              makeFrame(Opcode.binary, deflater.whole(plain, Infinity), { rsv: 4 }),
            );
            const chunks = chunk(wireTo('server', frames, [Uint8Array.of(9, 8, 7, 6)]), cutting);
            return { near, connection, sent, chunks, seen: collect(connection.messages$) };
          });
          const serve = ({ near, chunks }: (typeof all)[number]): void => {
            const next = chunks.shift();
            if (next !== undefined) near.write(next);
          };
          for (const turn of order) serve(all[turn % all.length]!);
          for (const one of all) {
            while (one.chunks.length > 0) serve(one);
            one.near.end();
          }
          for (const { connection, seen, sent } of all) {
            expect(await ended(connection)).toMatchObject({ code: 1006 });
            await until(() => seen.done);
            expect(seen.values.map(({ data }) => digest(data as Uint8Array))).toEqual(sent.map(digest));
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});

/** What is done to the octets of a payload: each is a place as a part of the whole, and what happens there. */
type Damage = readonly (readonly [place: number, kind: 'flip' | 'cut' | 'insert' | 'drop', octet: number])[];

const damages: fc.Arbitrary<Damage> = fc.array(
  fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom('flip', 'cut', 'insert', 'drop'),
    fc.integer({ min: 0, max: 255 }),
  ),
  { minLength: 0, maxLength: 3 },
);

function damaged(payload: Uint8Array, damage: Damage): Buffer {
  let bytes = Buffer.from(payload);
  for (const [place, kind, octet] of damage) {
    const at = Math.floor(place * bytes.length);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    if (kind === 'cut') bytes = Buffer.from(head);
    else if (kind === 'insert') bytes = Buffer.concat([head, Buffer.of(octet), tail]);
    else if (kind === 'drop') bytes = Buffer.concat([head, tail.subarray(1)]);
    else if (bytes.length > at) bytes[at]! ^= 1 << (octet & 7);
  }
  return bytes;
}

/** Many blocks with BFINAL: at most 64 of them are followed by more. */
const finalBlocks = fc
  .integer({ min: 62, max: 67 })
  .map((count) => Buffer.concat([...Array.from({ length: count }, () => Buffer.of(3, 0)), Buffer.of(0)]));

/** What lacks its last octets, which what a receiver appends may pass for. */
function cutShort(payload: Buffer, octets: number): Buffer {
  return payload.subarray(0, Math.max(0, payload.length - octets));
}

const payloadsOfAnyKind = fc.oneof(
  fc
    .tuple(
      recipes(3000),
      fc.constantFrom({}, { level: 0 }, { strategy: constants.Z_FIXED }, { level: 9 }),
      damages,
    )
    .map(([recipe, options, damage]) => damaged(deflated(made(recipe), options), damage)),
  fc
    .tuple(recipes(300), fc.constantFrom({}, { level: 0 }), fc.integer({ min: 1, max: 20 }))
    .map(([recipe, options, octets]) => cutShort(deflated(made(recipe), options), octets)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  { arbitrary: finalBlocks, weight: 1 },
  // Blocks of every kind, some with BFINAL, one behind the other.
  fc
    .array(
      fc.constantFrom(
        'f248cdc9c90700',
        'f348cdc9c90700',
        '000000ffff',
        '010000ffff',
        '0300',
        'f200110000',
        '00',
        '01',
      ),
      { maxLength: 6 },
    )
    .map((blocks) => Buffer.from(blocks.join(''), 'hex')),
);

/** What the judge makes of payloads, one after the other; undefined where it ends. */
function verdicts(
  payloads: readonly Uint8Array[],
  windowBytes: number,
  takeover: boolean,
): (Buffer | undefined)[] {
  let history: Uint8Array = NOTHING;
  const plains: (Buffer | undefined)[] = [];
  for (const payload of payloads) {
    try {
      const { plain } = tinyInflate(payload, takeover ? history : NOTHING, windowBytes);
      history = Buffer.concat([history, plain]).subarray(-windowBytes);
      plains.push(plain);
    } catch {
      plains.push(undefined);
      break;
    }
  }
  return plains;
}

/** What of a connection's parameters matters to who receives. */
const receiving = fc.record({ role: roles, bits: fc.constantFrom(9, 12, 15), takeover: fc.boolean() });

function agreedFor({
  role,
  bits,
  takeover,
}: {
  role: Role;
  bits: number;
  takeover: boolean;
}): ReturnType<typeof agreedExtensions> {
  const peer = role === 'client' ? 'server' : 'client';
  const value = `permessage-deflate; ${peer}_max_window_bits=${bits}${takeover ? '' : `; ${peer}_no_context_takeover`}`;
  return agreedExtensions(value, [permessageDeflate({ preset: 'large' })], role);
}

/** Some are over it, and some are over it on the wire already. */
const LIMIT = 1500;

/** The messages that are due of what the judge says, and what may come of the one that is none. */
function due(
  plains: readonly (Buffer | undefined)[],
  limit: number,
): { messages: readonly Buffer[]; closeCodes: readonly number[] } {
  const messages: Buffer[] = [];
  for (const plain of plains) {
    if (plain === undefined) return { messages, closeCodes: [1007, 1009] };
    if (plain.length > limit) return { messages, closeCodes: [1009] };
    messages.push(plain);
  }
  return { messages, closeCodes: [] };
}

describe('compressed payloads of any kind', () => {
  const compressed = fc.array(fc.tuple(payloadsOfAnyKind, fc.array(fc.nat(400), { maxLength: 3 })), {
    minLength: 1,
    maxLength: 4,
  });
  const binaryFrames = (list: readonly (readonly [Buffer, readonly number[]])[]): Frame[] =>
    list.flatMap(([data, places]) => {
      const [first, ...rest] = framesOf({ type: 'binary', data }, places);
      return [{ ...first!, rsv: 4 }, ...rest];
    });

  it('are delivered as the judge reads them, and refused where it refuses them', () => {
    fc.assert(
      fc.property(compressed, receiving, maskingKeys, chunkings, (list, side, key, cutting) => {
        const wire = wireTo(side.role, binaryFrames(list), [key]);
        const options = { role: side.role, extensions: agreedFor(side), limits: { maxMessageBytes: LIMIT } };
        const { events, error } = inOnePass(chunk(wire, cutting), options);
        const wanted = due(
          verdicts(
            list.map(([payload]) => payload),
            1 << side.bits,
            side.takeover,
          ),
          LIMIT,
        );
        expect(events).toEqual(wanted.messages.map((plain) => `binary:${plain.toString('hex')}`));
        if (wanted.closeCodes.length === 0) expect(error).toBeUndefined();
        else expect(wanted.closeCodes).toContain(error?.closeCode);
      }),
      { numRuns: 1000 },
    );
  });

  it('mean the same to the one operator and to its parts, as text too', () => {
    fc.assert(
      fc.property(compressed, fc.boolean(), receiving, chunkings, (list, text, side, cutting) => {
        const frames = binaryFrames(list).map((frame) =>
          text && frame.opcode === Opcode.binary ? { ...frame, opcode: Opcode.text } : frame,
        );
        const chunks = chunk(wireTo(side.role, frames, [Uint8Array.of(1, 2, 3, 4)]), cutting);
        const options = { role: side.role, extensions: agreedFor(side), limits: { maxMessageBytes: LIMIT } };
        expect(inOnePass(chunks, options)).toEqual(byParts(chunks, options));
      }),
      { numRuns: 300 },
    );
  });

  it('fail their connection only with 1007 or 1009, or are delivered, long ones too', async () => {
    const noise = fc
      .tuple(longOnes, fc.constantFrom({}, { level: 0 }))
      .map(([recipe, options]) => deflated(made({ ...recipe, kind: 'noise' }), options));
    const long = fc.oneof(
      fc.tuple(noise, damages).map(([payload, damage]) => damaged(payload, damage)),
      fc.tuple(noise, fc.integer({ min: 1, max: 20 })).map(([payload, octets]) => cutShort(payload, octets)),
      // The block at its end is given its length here, for more can only follow where it is whole.
      fc.tuple(noise, finalBlocks).map(([payload, blocks]) => Buffer.concat([payload, FLUSH_END, blocks])),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(payloadsOfAnyKind, long), { minLength: 1, maxLength: 3 }),
        receiving,
        cuttings,
        async (payloads, side, cutting) => {
          const limit = 110_000;
          const options = { maxMessageBytes: limit, dropTimeoutMs: 50 };
          const { connection, peer } = memoryPeer(side.role, options, agreedFor(side));
          const seen = collect(connection.messages$);
          const frames = payloads.map((payload) => makeFrame(Opcode.binary, payload, { rsv: 4 }));
          for (const piece of chunk(wireTo(side.role, frames, [Uint8Array.of(0, 0, 0, 0)]), cutting)) {
            peer.write(piece);
          }
          peer.send(Opcode.close, Buffer.of(3, 232));
          peer.stream.end();
          const info = await ended(connection);
          await until(() => seen.done);
          const { messages, closeCodes } = due(verdicts(payloads, 1 << side.bits, side.takeover), limit);
          expect(seen.values.map(({ data }) => digest(data as Uint8Array))).toEqual(messages.map(digest));
          const [code] = closeOf(await peer.nextButPing());
          expect(closeCodes.length === 0 ? [1000] : closeCodes).toContain(code);
          expect(info.sent?.code).toBe(code);
        },
      ),
      { numRuns: 40 },
    );
  });
});
