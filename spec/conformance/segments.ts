import type { Segmentation } from './case.js';
import { type Encoded, joined, sizeOf } from './octets.js';
import type { Random } from './random.js';

/** Octet by octet is for so many octets of a case; where there are more the heads come so, and payloads in chops. */
export const MOST_SINGLE_OCTETS: number = 64 * 1024 + 64;
const FEW_OCTETS = 512;
const MOST_CHOPPED = 64 * 1024;

/** Cuts what one peer writes. */
export class Segments {
  readonly #how: Segmentation;
  readonly #random: Random;
  readonly #chopBytes: number;
  #singleOctets = MOST_SINGLE_OCTETS;

  constructor(how: Segmentation, random: Random, chopBytes = 1) {
    this.#how = how;
    this.#random = random;
    this.#chopBytes = chopBytes;
  }

  /** The pieces that are written, one in a turn of the event loop. */
  of(encoded: readonly Encoded[]): Iterable<Buffer> {
    switch (this.#how) {
      case 'whole':
        return [joined(encoded)];
      case 'bytes':
        this.#singleOctets -= sizeOf(encoded);
        return this.#singleOctets >= 0 ? chops(joined(encoded), () => 1) : byHeads(encoded, this.#random);
      case 'random':
        return atRandom(joined(encoded), this.#random);
      case 'chops':
        return chops(joined(encoded), () => this.#chopBytes);
    }
  }
}

function* byHeads(encoded: readonly Encoded[], random: Random): Generator<Buffer> {
  for (const { head, payload } of encoded) {
    yield* chops(head, () => 1);
    yield* chops(payload, () => random.size(MOST_CHOPPED));
  }
}

function atRandom(bytes: Buffer, random: Random): Iterable<Buffer> {
  const most = bytes.length <= FEW_OCTETS ? Math.max(1, bytes.length >> 1) : MOST_CHOPPED;
  return chops(bytes, () => random.size(most));
}

function* chops(bytes: Buffer, size: () => number): Generator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + size());
    yield bytes.subarray(at, end);
    at = end;
  }
}
