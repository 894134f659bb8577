import fc from 'fast-check';
import { WIRE_KEY } from '../wire-frame.js';

/** The most octets of a payload where nothing else is said. */
export const DEFAULT_MAX_LENGTH = 300;

/** At these lengths a header changes its form, RFC 6455 section 5.2: one less, the length itself, one more. */
const EDGES = [125, 126, 127, 65535, 65536];

/** The four octets of a masking key; that of the RFC's example is the simplest, and those that change nothing, or one octet only, come up often. */
export const maskingKeys: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom(
    Uint8Array.from(WIRE_KEY),
    Uint8Array.of(0, 0, 0, 0),
    Uint8Array.of(255, 255, 255, 255),
    Uint8Array.of(0, 0, 128, 0),
  ),
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
);

/**
 * Octets: mostly few, and often as many as put a header into another form.
 *
 * @param maxLength - The most octets. Default 300; the form of eight octets needs 65536.
 */
export function payloads(maxLength: number = DEFAULT_MAX_LENGTH): fc.Arbitrary<Uint8Array> {
  const short = fc.uint8Array({ maxLength: Math.min(maxLength, 40) });
  const any = fc.uint8Array({ maxLength });
  const edges = EDGES.filter((length) => length <= maxLength);
  if (edges.length === 0) return short;
  const long = fc
    .tuple(fc.constantFrom(...edges), fc.nat(255))
    .map(([length, octet]) => new Uint8Array(length).fill(octet));
  return fc.oneof({ arbitrary: short, weight: 4 }, any, long);
}
