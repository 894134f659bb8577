import fc from 'fast-check';
import { wires } from './wires.js';

const FIRST_OCTETS = [0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a] as const;

/**
 * Octets that go wrong at any depth, or not at all: noise, headers followed by noise, and good streams with octets that were changed or
 * cut off. What they come to is not said, only that a decoder has to come to an end with them: for that see `violations`.
 */
export const hostileBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc
    .tuple(fc.constantFrom(...FIRST_OCTETS), fc.uint8Array({ maxLength: 64 }))
    .map(([first, rest]) => Uint8Array.of(first, ...rest)),
  fc
    .tuple(
      wires({ maxMessages: 3, maxLength: 40 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      fc.nat(),
    )
    .map(([{ bytes }, changes, end]) => {
      const spoilt = bytes.slice(0, bytes.length - (end % 5 === 0 ? end % (bytes.length + 1) : 0));
      for (const [at, octet] of changes) if (spoilt.length > 0) spoilt[at % spoilt.length] = octet;
      return spoilt;
    }),
);
