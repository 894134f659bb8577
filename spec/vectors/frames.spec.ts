import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { numRuns, seed } from '../support/seed.js';
import { byteByByte, cutAt, twoChunkSplits } from 'rxwire/testing';
import { byAsking, byParts, inOnePass, type Outcome } from '../support/decoding.js';
import type { DecodeOptions } from '../../src/operators/index.js';
import { agreedExtensions, permessageDeflate, type Role } from '../../src/protocol/index.js';
import { readVectors, unmasked, type Vector } from './build.js';

const vectors = readVectors();
const mirrored = vectors
  .filter(({ id }) => !id.startsWith('MSK-'))
  .map((vector): Vector => ({ ...vector, role: 'client', bytes: unmasked(vector.bytes) }));

const RANDOM_SPLITS = Math.min(numRuns, 50);
const LONG = 8192;

/** Whole messages and Pings in front of what fails, for the vectors that have any. */
const BEFORE_FAILURE: Readonly<Record<string, readonly string[]>> = {
  'FRG-5': ['ping:70'],
  'FRG-6': ['text:a'],
  'FRG-10': ['text:ab'],
};
/** The one message of those vectors whose `expect` does not say what it is. */
const MESSAGES: Readonly<Record<string, readonly string[]>> = {
  'UF-1': ['text:😀'],
  'UF-4': ['text:\ufeffa'],
  'MSK-8': ['binary:00010203040506'],
  'PMD-27': [`binary:${'00'.repeat(1024 * 1024)}`],
  'PMD-29': ['text:'],
  'LIM-3': [`ping:${'00'.repeat(100)}`, `binary:${'00'.repeat(1024)}`],
};
/** Those that fail in the text and not in the compression. */
const TEXT_FAILURES = new Set(['PMD-24']);
const COMPRESSION = {
  client: agreedExtensions('permessage-deflate', [permessageDeflate()], 'client'),
  server: agreedExtensions('permessage-deflate', [permessageDeflate()], 'server'),
} satisfies Record<Role, unknown>;
const ERROR_NAMES: Readonly<Record<number, string>> = {
  1002: 'ProtocolError',
  1007: 'TextError',
  1008: 'LimitError',
  1009: 'LimitError',
};

function expected({ id, desc, expect: wanted, permessageDeflate: compressed }: Vector): Outcome {
  const failure = /^1\d{3}(?= |$)/.exec(wanted)?.[0];
  if (failure !== undefined) {
    const closeCode = Number(failure);
    if (compressed && closeCode === 1007 && !TEXT_FAILURES.has(id)) {
      const error = { name: 'ProtocolError', code: 'RXWIRE_INFLATE', closeCode };
      return { events: [], close: undefined, error };
    }
    const name = ERROR_NAMES[closeCode]!;
    const code = { TextError: 'RXWIRE_TEXT', LimitError: 'RXWIRE_LIMIT' }[name] ?? 'RXWIRE_PROTOCOL';
    return { events: BEFORE_FAILURE[id] ?? [], close: undefined, error: { name, code, closeCode } };
  }
  const conclude = /^conclude:(\d+)/.exec(wanted)?.[1];
  if (conclude !== undefined) {
    return { events: [], close: { code: Number(conclude), reason: '' }, error: undefined };
  }
  return { events: MESSAGES[id] ?? eventsNamedBy(desc, wanted), close: undefined, error: undefined };
}

function eventsNamedBy(desc: string, wanted: string): string[] {
  if (wanted !== 'msg') {
    return wanted.split(' ').map((word) => {
      const [kind, data = ''] = word.split(':');
      return kind === 'ping' ? `ping:${Buffer.from(data).toString('hex')}` : `text:${data}`;
    });
  }
  const octets = /^text ([0-9a-f]+)$/.exec(desc)?.[1];
  if (octets === undefined) throw new Error(`what is the message of "${desc}"?`);
  return [`text:${new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(octets, 'hex'))}`];
}

function optionsOf({ role, maxMessage, maxFragments, permessageDeflate: compressed }: Vector): DecodeOptions {
  return {
    role,
    ...(compressed && { extensions: COMPRESSION[role] }),
    limits: {
      ...(maxMessage !== null && { maxMessageBytes: maxMessage }),
      ...(maxFragments !== null && { maxFragments }),
    },
  };
}

/** The first octets one by one, the rest in long chunks. */
function headFirst(bytes: Uint8Array): Uint8Array[] {
  const places = Array.from({ length: 64 }, (_, i) => i + 1);
  for (let at = 64 + 4099; at < bytes.length; at += 4099) places.push(at);
  return cutAt(bytes, places);
}

/** The bytes in one chunk, in chunks of one byte, in two chunks in every way, and cut at random. */
function* segmentations(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes.slice()];
  yield bytes.length > LONG ? headFirst(bytes) : byteByByte(bytes);
  if (bytes.length <= 300) yield* twoChunkSplits(bytes);
  const places = fc.array(fc.nat(bytes.length), { maxLength: 8 });
  for (const cuts of fc.sample(places, { seed, numRuns: RANDOM_SPLITS })) yield cutAt(bytes, cuts);
}

/** `toEqual` takes most of the time of ten thousand comparisons, so it is only asked about what differs. */
function expectSame(outcome: Outcome, wanted: Outcome): void {
  if (!isDeepStrictEqual(outcome, wanted)) expect(outcome).toEqual(wanted);
}

/** A Ping and a text message `hi`, as this vector's peer would send them. */
function greeting({ role }: Vector): Buffer {
  return Buffer.from(role === 'server' ? '898000000000818200000000' + '6869' : '890081026869', 'hex');
}

function withGreetings(vector: Vector): { bytes: Uint8Array; wanted: Outcome } {
  const wanted = expected(vector);
  const greeted = ['ping:', 'text:hi'];
  const ended = wanted.error !== undefined || wanted.close !== undefined;
  const hello = greeting(vector);
  return {
    bytes: Buffer.concat([hello, vector.bytes, hello]),
    wanted: { ...wanted, events: [...greeted, ...wanted.events, ...(ended ? [] : greeted)] },
  };
}

describe('the vectors', () => {
  it('are 175, of which 28 need permessage-deflate', () => {
    expect(vectors).toHaveLength(175);
    expect(vectors.filter(({ permessageDeflate }) => permessageDeflate)).toHaveLength(28);
    expect(new Set(vectors.map(({ id }) => id)).size).toBe(175);
  });

  it.each([
    ['LEN-4', 65549],
    ['PMD-29', 50009],
    ['LIM-3', 1144],
    ['LIM-4', 6006],
  ])('%s is built with %d octets', (id, octets) => {
    expect(vectors.find((vector) => vector.id === id)?.bytes).toHaveLength(octets);
  });

  it('lose exactly their mask for the other role', () => {
    const frames = unmasked(Buffer.from('8287fffffffffffefdfcfbfaf9818000000000', 'hex'));
    expect(frames).toEqual(Buffer.from('820700010203040506' + '8100', 'hex'));
  });
});

describe.each([
  ['as written', vectors],
  ['received by a client', mirrored],
])('frames %s', (_, list) => {
  it.each(list.map((vector) => [vector.id, vector.desc, vector.expect, vector] as const))(
    '%s: %s gives %s, however the bytes are cut',
    (_id, _desc, _expect, vector) => {
      const wanted = expected(vector);
      const options = optionsOf(vector);
      for (const chunks of segmentations(vector.bytes)) {
        for (const decode of [inOnePass, byParts, byAsking]) expectSame(decode(chunks, options), wanted);
      }
    },
  );

  it.each(list.map((vector) => [vector.id, vector] as const))(
    '%s is the same between two valid messages',
    (_id, vector) => {
      const options = optionsOf(vector);
      const { bytes, wanted } = withGreetings(vector);
      for (const chunks of segmentations(bytes)) {
        for (const decode of [inOnePass, byParts]) expectSame(decode(chunks, options), wanted);
      }
    },
  );
});
