/**
 * The conversions between strings and octets that Buffer has had on its prototype since its beginning, without the look at encoding
 * names and bounds that `toString` and `write` take first: that look costs a third of a short text's conversion.
 */
interface StringBytes {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, at: number, length: number): number;
}

/** The string of octets that are ASCII, or Latin-1. */
export function latin1Slice(bytes: Buffer, start: number, end: number): string {
  return (bytes as Buffer & StringBytes).latin1Slice(start, end);
}

/** The string of UTF-8 octets; what is not UTF-8 becomes U+FFFD, and a leading U+FEFF stays. */
export function utf8Slice(bytes: Buffer, start: number, end: number): string {
  return (bytes as Buffer & StringBytes).utf8Slice(start, end);
}

/** Writes as UTF-8, a lone surrogate as U+FFFD, and tells how many octets that took. There must be room for all. */
export function utf8Write(bytes: Buffer, text: string, at: number): number {
  return (bytes as Buffer & StringBytes).utf8Write(text, at, bytes.length - at);
}
