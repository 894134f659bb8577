import type { Duplex } from 'node:stream';

/**
 * Why a stream does not give octets; undefined where it does. Node's parser of HTTP, which reads the head, ends the process by an assertion
 * when it is given a text.
 */
export function whyNotOctets({ readableEncoding, readableObjectMode }: Duplex): string | undefined {
  if (readableEncoding !== null) return `has the encoding ${readableEncoding}, expected none: it gives texts`;
  return readableObjectMode ? 'is in object mode, expected one that gives octets' : undefined;
}
