/** Cuts bytes at the given places, which may be in any order, the same or at the ends. Each chunk has memory of its own. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...places].sort((a, b) => a - b);
  const ends = [...sorted, bytes.length];
  return ends.map((end, index) => bytes.slice(sorted[index - 1] ?? 0, end));
}

/** One chunk for each byte. */
export function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, at) => bytes.slice(at, at + 1));
}

/** Every way to cut bytes in two, with both parts not empty. */
export function* twoChunkSplits(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 1; at < bytes.length; at++) yield cutAt(bytes, [at]);
}

/** The first `head` bytes one by one, the rest in chunks of `size`. */
export function headByByteRestInChunks(bytes: Uint8Array, head: number, size: number): Uint8Array[] {
  const chunks = byteByByte(bytes.subarray(0, head));
  for (let at = head; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
  return chunks;
}

/** All of it in one piece. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks));
}
