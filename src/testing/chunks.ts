import { type WireHeader, WireParser } from './wire-parser.js';

/**
 * A way to cut octets: `'whole'` leaves them in one piece, `'octets'` makes pieces of one, `'headers'` cuts behind each octet of each frame's
 * header and leaves payloads whole; numbers are places, as parts of the whole: 0 is its beginning, 1 its end. Places may be
 * the same or at the ends, and then there are empty pieces.
 */
export type Chunking = 'whole' | 'octets' | 'headers' | readonly number[];

/** Cuts the octets in this way. Each piece has memory of its own. */
export function chunk(bytes: Uint8Array, chunking: Chunking): Uint8Array[] {
  if (chunking === 'whole') return [bytes.slice()];
  if (chunking === 'octets') return byteByByte(bytes);
  if (chunking === 'headers') return insideHeaders(bytes);
  return cutAt(
    bytes,
    chunking.map((part) => Math.floor(part * bytes.length)),
  );
}

/** Cuts octets at the given places, which may be in any order, the same or at the ends. Each piece has memory of its own. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...places].sort((a, b) => a - b);
  const ends = [...sorted, bytes.length];
  return ends.map((end, index) => bytes.slice(sorted[index - 1] ?? 0, end));
}

/** One piece for each octet. */
export function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, at) => bytes.slice(at, at + 1));
}

/** Every way to cut octets in two, with neither piece empty. */
export function* twoChunkSplits(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 1; at < bytes.length; at++) yield cutAt(bytes, [at]);
}

/** All of them in one piece. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks));
}

/** Pieces that end behind each octet of the header of each frame, and at the end of each payload. */
function insideHeaders(bytes: Uint8Array): Uint8Array[] {
  const places: number[] = [];
  const onHeader = ({ offset, octets, length }: WireHeader): void => {
    for (let i = 1; i <= octets; i++) places.push(offset + i);
    const end = BigInt(offset + octets) + length;
    if (length > 0n && end < BigInt(bytes.length)) places.push(Number(end));
  };
  const ignore = (): void => undefined;
  const parser = new WireParser({ onHeader, onPayload: ignore, onEnd: ignore });
  parser.push(bytes);
  // A header that is not whole was never told of.
  for (let at = parser.frameOffset + 1; at < bytes.length && at > (places.at(-1) ?? 0); at++) places.push(at);
  return cutAt(
    bytes,
    places.filter((place) => place < bytes.length),
  );
}
