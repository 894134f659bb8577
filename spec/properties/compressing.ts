import fc from 'fast-check';
import type { Chunking } from 'rxwire/testing';
import { chunkings } from 'rxwire/testing/arbitraries';
import type { CompressionOptions } from '../../src/index.js';
import {
  answerOffers,
  confirmAnswer,
  formatExtensions,
  HeaderFields,
  type NegotiatedExtension,
  offerElements,
  permessageDeflate,
  type Role,
} from '../../src/protocol/index.js';

/** Options of one side, each of them given or not. */
export const compressionOptions: fc.Arbitrary<CompressionOptions> = fc
  .record(
    {
      preset: fc.constantFrom('small', 'stateless', 'large'),
      serverNoContextTakeover: fc.boolean(),
      clientNoContextTakeover: fc.boolean(),
      serverMaxWindowBits: fc.integer({ min: 8, max: 15 }),
      clientMaxWindowBits: fc.integer({ min: 8, max: 15 }),
      level: fc.integer({ min: 0, max: 9 }),
      memLevel: fc.integer({ min: 1, max: 9 }),
      thresholdBytes: fc.constantFrom(0, 1, 200, 5000),
      requireWindowBits: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map((options) => options as CompressionOptions);

/** What a client and a server with these options agree on. */
export function negotiate(
  client: CompressionOptions,
  server: CompressionOptions,
): Readonly<Record<Role, readonly NegotiatedExtension[]>> {
  const offered = [permessageDeflate(client)];
  const supported = [permessageDeflate(server)];
  const answered = answerOffers(offerElements(offered), supported, { headers: new HeaderFields([]) });
  const answer = answered.length === 0 ? undefined : formatExtensions(answered);
  return { server: answered, client: confirmAnswer(answer, offered) };
}

/** What the two sides of a Sec-WebSocket-Extensions answer may look back, in octets; 0 for nothing. */
export function windowOf(
  role: Role,
  extensions: readonly NegotiatedExtension[],
): Readonly<{
  bytes: number;
  takeover: boolean;
}> {
  const parameters = new Map(extensions[0]?.parameters.map(({ name, value }) => [name, value]));
  return {
    bytes: 1 << Number(parameters.get(`${role}_max_window_bits`) ?? 15),
    takeover: !parameters.has(`${role}_no_context_takeover`),
  };
}

const WORDS = ['{"type":"ticker",', '"bid":', '1.0842', ',"ask":', '},', ' ', 'grün', '€'];

/** Octets by what makes them: the octets themselves would fill pages when a property fails. */
export interface Recipe {
  readonly kind: 'words' | 'run' | 'noise';
  readonly size: number;
  readonly salt: number;
}

/** @param most - Sizes are mostly far smaller. */
export function recipes(most: number): fc.Arbitrary<Recipe> {
  return fc.record({
    kind: fc.constantFrom('words', 'run', 'noise'),
    size: fc.oneof(fc.nat(300), { arbitrary: fc.nat(5000), weight: 2 }, fc.nat(most)),
    salt: fc.nat(),
  });
}

/** Text of few words, a run of one octet, or noise. */
export function made({ kind, size, salt }: Recipe): Buffer {
  if (kind === 'run') return Buffer.alloc(size, salt & 0x7f);
  const bytes = Buffer.alloc(size);
  let state = salt >>> 0;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16;
  for (let at = 0; at < size;) {
    if (kind === 'noise') bytes[at++] = next() & 0xff;
    else at += bytes.write(WORDS[next() % WORDS.length]! + String(next() % 97), at);
    // What does not fit whole is not written at all.
    if (size - at < 5) break;
  }
  return bytes;
}

/** Ways to cut what is long: not octet by octet, of which each takes a turn of the event loop. */
export const cuttings: fc.Arbitrary<Chunking> = chunkings.filter((chunking) => chunking !== 'octets');
