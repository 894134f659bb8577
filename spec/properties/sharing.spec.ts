import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type OperatorFunction, Subject } from 'rxjs';
import '../support/seed.js';
import { chunk, wireTo, framesOf } from 'rxwire/testing';
import { chunkings, hostileBytes, roles, wires, maskingKeys } from 'rxwire/testing/arbitraries';
import { describeMessage, inOnePass } from '../support/decoding.js';
import { decodeFrames, decodeMessages } from '../../src/operators/index.js';
import type { Message } from '../../src/protocol/index.js';

/** One stream's chunks, and all that came of them. */
interface Stream {
  readonly source: Subject<Uint8Array>;
  readonly chunks: Uint8Array[];
  readonly seen: string[];
}

/** Subscribes one operator to each of the streams, and serves them a chunk each, in the order of `turns`. */
function interleave<Out>(
  operator: OperatorFunction<Uint8Array, Out>,
  describe: (value: Out) => string,
  chunked: readonly (readonly Uint8Array[])[],
  turns: readonly number[],
): string[][] {
  const streams = chunked.map((chunks): Stream => {
    const stream: Stream = { source: new Subject(), chunks: [...chunks], seen: [] };
    stream.source.pipe(operator).subscribe({
      next: (value) => stream.seen.push(describe(value)),
      error: (error: unknown) => stream.seen.push(String(error)),
      complete: () => stream.seen.push('|'),
    });
    return stream;
  });
  const serve = ({ source, chunks }: Stream): void => {
    const next = chunks.shift();
    if (next !== undefined) source.next(next);
  };
  for (const turn of turns) serve(streams[turn % streams.length]!);
  for (const stream of streams) {
    while (stream.chunks.length > 0) serve(stream);
    stream.source.complete();
  }
  return streams.map(({ seen }) => seen);
}

const manyBytes = fc.oneof(
  wires().map(({ bytes }) => bytes),
  hostileBytes,
);
const streams = fc.array(fc.tuple(manyBytes, chunkings), { minLength: 2, maxLength: 4 });
const turnsOf = fc.array(fc.nat(11), { maxLength: 40 });

describe('streams decoded by one operator', () => {
  it('know nothing of each other, whatever they carry and in whatever order their bytes come', () => {
    fc.assert(
      fc.property(streams, roles, turnsOf, (given, role, turns) => {
        const chunked = given.map(([bytes, cutting]) => chunk(bytes, cutting));
        const operator = decodeMessages({ role });
        const alone = chunked.map((chunks) => interleave(operator, describeMessage, [chunks], [])[0]);
        expect(interleave(operator, describeMessage, chunked, turns)).toEqual(alone);
        expect(interleave(decodeMessages({ role }), describeMessage, chunked, turns)).toEqual(alone);
      }),
    );
  });

  it('know nothing of each other as frames either', () => {
    const describeFrame = (frame: object): string => JSON.stringify(frame);
    fc.assert(
      fc.property(streams, roles, turnsOf, (given, role, turns) => {
        const chunked = given.map(([bytes, cutting]) => chunk(bytes, cutting));
        const operator = decodeFrames({ role });
        const alone = chunked.map((chunks) => interleave(operator, describeFrame, [chunks], [])[0]);
        expect(interleave(operator, describeFrame, chunked, turns)).toEqual(alone);
      }),
    );
  });

  it('may be decoded from inside each other', () => {
    fc.assert(
      fc.property(
        wires({ maxMessages: 4 }),
        wires({ maxMessages: 4 }),
        ({ role, bytes, messages: wanted }, other) => {
          const seen: string[] = [];
          const source = new Subject<Uint8Array>();
          source.pipe(decodeMessages({ role })).subscribe((message) => {
            inOnePass([other.bytes], { role: other.role });
            seen.push(describeMessage(message));
          });
          source.next(bytes);
          expect(seen).toEqual(wanted.map(describeMessage));
        },
      ),
    );
  });
});

/** A message by what makes it: the message itself would fill pages when a property fails. */
type Recipe = readonly [type: Message['type'], length: number, octet: number];

function made([type, length, octet]: Recipe): Message {
  if (type === 'text') return { type, data: (octet < 128 ? 'a' : 'é').repeat(length >> 1) };
  return { type, data: new Uint8Array(length).map((_, at) => (at * octet + octet) & 0xff) };
}

/** A few octets that differ where the data do. */
function digest({ type, data }: Message): string {
  return `${type} ${data.length} ${createHash('sha1').update(data).digest('hex')}`;
}

describe('messages of every length', () => {
  const lengths = fc.oneof(
    fc.nat(300),
    fc.constantFrom(4095, 4096, 4097, 16_383, 16_384, 65_535, 65_536, 65_537, 131_072),
    fc.nat(140_000),
  );
  const recipes = fc.array(fc.tuple(fc.constantFrom('text', 'binary'), lengths, fc.nat(255)), {
    maxLength: 8,
  });
  const keyLists = fc.array(maskingKeys, { minLength: 1, maxLength: 3 });
  const places = fc.array(fc.nat(140_000), { maxLength: 2 });

  it('come as they were sent, masked or not, in one chunk or in many, and stay as they are', () => {
    fc.assert(
      fc.property(
        recipes,
        roles,
        keyLists,
        places,
        chunkings,
        fc.boolean(),
        (list, role, keys, cuts, cutting, own) => {
          const sent = list.map((recipe) => made(recipe));
          const wire = wireTo(
            role,
            sent.flatMap((message) => framesOf(message, cuts)),
            keys,
          );
          const received: Message[] = [];
          const source = new Subject<Uint8Array>();
          source
            .pipe(decodeMessages({ role, ownsInput: own }))
            .subscribe((message) => received.push(message));
          for (const piece of chunk(wire, cutting)) {
            source.next(piece);
            if (!own) piece.fill(0x55);
          }
          expect(received.map(digest)).toEqual(sent.map(digest));
        },
      ),
      { numRuns: 100 },
    );
  });
});
