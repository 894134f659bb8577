import fc from 'fast-check';
import type { Transform, TransformSession } from '../../../src/protocol/extensions/transform.js';

/** What one push of a piece led to. */
export interface Pushed {
  readonly out: Buffer;
  readonly error: Error | undefined;
}

/** Pushes a piece and waits until it is done. */
export function push(session: TransformSession, piece: Uint8Array, last: boolean): Promise<Pushed> {
  return new Promise((resolve) => {
    const parts: Uint8Array[] = [];
    session.push(
      piece,
      last,
      (out) => parts.push(out),
      (error) => resolve({ out: Buffer.concat(parts), error }),
    );
  });
}

/** Puts a payload through `open` in these pieces. An error ends it. */
export async function throughSession(
  transform: Transform,
  pieces: readonly Uint8Array[],
  maxBytes = Infinity,
): Promise<Buffer> {
  const session = transform.open(maxBytes);
  const parts: Buffer[] = [];
  for (const [index, piece] of pieces.entries()) {
    const { out, error } = await push(session, piece, index === pieces.length - 1);
    parts.push(out);
    if (error !== undefined) throw error;
  }
  return Buffer.concat(parts);
}

/** How a payload goes through: undefined at once, or the places where it is cut for `open`, as parts of its length. */
export type Way = readonly number[] | undefined;

export const way: fc.Arbitrary<Way> = fc.option(
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  { nil: undefined, freq: 2 },
);

export function through(transform: Transform, payload: Uint8Array, by: Way): Promise<Uint8Array> {
  if (by === undefined) return Promise.resolve(transform.whole(payload, Infinity));
  return throughSession(transform, cutInto(payload, by));
}

/** `bytes` cut at parts of its length. */
export function cutInto(bytes: Uint8Array, by: readonly number[]): Uint8Array[] {
  const places = [
    0,
    ...by.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const WORDS = ['{"type":"ticker",', '"symbol":"EURUSD",', '"bid":', '1.0842', ',"ask":', '1.0844', '},', ' '];

/** Octets as messages have them: text of few words, runs of one octet, noise, nothing. */
export const plaintext: fc.Arbitrary<Buffer> = fc
  .record({
    kind: fc.constantFrom('words', 'run', 'noise'),
    size: fc.oneof(fc.nat(300), fc.nat(5000), { arbitrary: fc.nat(100_000), weight: 1 }),
    salt: fc.nat(),
  })
  .map(({ kind, size, salt }) => made(kind, size, salt));

function made(kind: string, size: number, salt: number): Buffer {
  if (kind === 'run') return Buffer.alloc(size, salt & 0xff);
  const bytes = Buffer.alloc(size);
  let state = salt >>> 0;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16;
  for (let at = 0; at < size;) {
    if (kind === 'noise') bytes[at++] = next() & 0xff;
    else at += bytes.write(WORDS[next() % WORDS.length]! + String(next() % 97), at, 'latin1');
  }
  return bytes;
}
