/**
 * Into what pieces octets are chopped: all of one size, of the sizes in a list that begins again at its end, or of the size that a function
 * gives for each. Sizes are whole numbers of octets from 1.
 */
export type PieceSizes = number | readonly number[] | (() => number);

/** Cuts a chunk; the list of sizes goes on from chunk to chunk. The pieces are views of the chunk. */
export type Chopper = (chunk: Uint8Array) => Uint8Array[];

/** Makes the state of one stream that is chopped. @throws RangeError or TypeError for sizes that are none. */
export function chopper(sizes: PieceSizes): Chopper {
  const next = sizeSource(sizes);
  return (chunk) => {
    if (chunk.length === 0) return [chunk];
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < chunk.length;) {
      const end = at + next();
      pieces.push(chunk.subarray(at, end));
      at = end;
    }
    return pieces;
  };
}

/** @throws RangeError or TypeError for sizes that are none; what a function gives is checked when it does. */
export function checkSizes(sizes: PieceSizes): void {
  if (typeof sizes === 'function') return;
  const list: unknown = typeof sizes === 'number' ? [sizes] : sizes;
  if (!Array.isArray(list)) {
    throw new TypeError('sizes of pieces are a number, a list of numbers or a function');
  }
  if (list.length === 0) throw new RangeError('the list of sizes of pieces is empty');
  list.forEach(checkSize);
}

function sizeSource(sizes: PieceSizes): () => number {
  checkSizes(sizes);
  if (typeof sizes === 'function') return () => checkSize(sizes());
  if (typeof sizes === 'number') return () => sizes;
  let index = 0;
  return () => sizes[index++ % sizes.length] ?? 1;
}

function checkSize(size: unknown): number {
  if (typeof size === 'number' && Number.isInteger(size) && size >= 1) return size;
  throw new RangeError(`the size of a piece is ${String(size)}, expected an integer of at least 1`);
}
