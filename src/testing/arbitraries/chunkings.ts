import fc from 'fast-check';
import { chunk, type Chunking } from '../chunks.js';
import type { PieceSizes } from '../piece-sizes.js';

const PLACES = 12;

/**
 * Ways to cut any octets, for `chunk`: whole, octet by octet, inside of headers, and at random, with pieces that are empty. They shrink to
 * whole.
 */
export const chunkings: fc.Arbitrary<Chunking> = fc.oneof(
  { withCrossShrink: true },
  fc.constant<Chunking>('whole'),
  { arbitrary: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: PLACES }), weight: 4 },
  fc.constantFrom<Chunking[]>('octets', 'headers'),
);

/** These octets, cut in each of those ways. They shrink to one chunk. */
export function chunked(bytes: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  return chunkings.map((chunking) => chunk(bytes, chunking));
}

/** Sizes for `chop`: lists of 1 to 12 numbers, each from 1 to `maxSize`. They shrink to `[1]`. @param maxSize - Default 64. */
export function pieceSizes(maxSize = 64): fc.Arbitrary<PieceSizes & readonly number[]> {
  return fc.array(fc.integer({ min: 1, max: maxSize }), { minLength: 1, maxLength: PLACES });
}
