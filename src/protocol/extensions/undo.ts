import { LimitError } from '../errors.js';
import type { Transform } from './transform.js';

/** More than this is not made in one go: a few hundred octets can be a bomb of many megabytes. */
const WHOLE_OUT_BYTES = 4 * 1024 * 1024;

/**
 * Undoes the transforms of a whole payload, in the order given, at once.
 *
 * @param maxBytes - The most octets that may come out.
 * @returns undefined when the first of them is better opened, for the size of what goes in or of what comes out; nothing has happened
 * then.
 * @throws what the transforms throw.
 */
export function undoWhole(
  transforms: readonly Transform[],
  payload: Uint8Array,
  maxBytes: number,
): Uint8Array | undefined {
  const first = transforms[0]!;
  if (payload.length > (first.wholeBytes ?? Infinity)) return undefined;
  const out = firstWhole(first, payload, maxBytes);
  return out === undefined ? undefined : undoRest(transforms, out, maxBytes);
}

/** Undoes all transforms but the first, whatever the size. */
export function undoRest(
  transforms: readonly Transform[],
  payload: Uint8Array,
  maxBytes: number,
): Uint8Array {
  let bytes = payload;
  for (let i = 1; i < transforms.length; i++) bytes = transforms[i]!.whole(bytes, maxBytes);
  return bytes;
}

function firstWhole(transform: Transform, payload: Uint8Array, maxBytes: number): Uint8Array | undefined {
  if (maxBytes <= WHOLE_OUT_BYTES) return transform.whole(payload, maxBytes);
  try {
    return transform.whole(payload, WHOLE_OUT_BYTES);
  } catch (error) {
    if (error instanceof LimitError) return undefined;
    throw error;
  }
}
