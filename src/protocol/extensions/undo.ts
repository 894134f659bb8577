import { LimitError } from '../errors.js';
import { onTheWire, tooBig } from '../fragment-sequence.js';
import { calling } from './failures.js';
import type { Transform } from './transform.js';

/** More than this is not made in one go by who can do otherwise: a few hundred octets can be a bomb of many megabytes. */
const WHOLE_OUT_BYTES = 4 * 1024 * 1024;

/**
 * Undoes the transforms of a whole payload, in the order given, at once.
 *
 * @param maxBytes - The most octets that may come out.
 * @returns undefined when the first of them is better opened, for the size of what goes in or of what comes out; nothing has happened
 * then.
 * @throws LimitError 1009; what the transforms throw.
 */
export function undoWhole(
  transforms: readonly Transform[],
  payload: Uint8Array,
  maxBytes: number,
): Uint8Array | undefined {
  const first = transforms[0]!;
  if (payload.length > (first.wholeBytes ?? Infinity)) return undefined;
  const out = firstWhole(first, payload, limitOf(transforms, 0, maxBytes));
  return out === undefined ? undefined : undoRest(transforms, out, maxBytes);
}

/** Undoes all transforms, whatever the size. @throws LimitError 1009; what the transforms throw. */
export function undoAll(transforms: readonly Transform[], payload: Uint8Array, maxBytes: number): Uint8Array {
  return undoRest(transforms, payload, maxBytes, 0);
}

/** Undoes the transforms from the one at `from` on, whatever the size. @throws LimitError 1009; what the transforms throw. */
export function undoRest(
  transforms: readonly Transform[],
  payload: Uint8Array,
  maxBytes: number,
  from = 1,
): Uint8Array {
  let bytes = payload;
  for (let i = from; i < transforms.length; i++) {
    bytes = whole(transforms[i]!, bytes, limitOf(transforms, i, maxBytes));
  }
  // Whoever does not keep to the limit is not let past it.
  if (bytes.length > maxBytes) throw tooBig('message', bytes.length, 'maxMessageBytes', maxBytes);
  return bytes;
}

/** The most octets that may come out of the transform at `index`: only the last one's are the message as it was. */
export function limitOf(transforms: readonly Transform[], index: number, maxBytes: number): number {
  return index === transforms.length - 1 ? maxBytes : onTheWire(maxBytes);
}

function firstWhole(transform: Transform, payload: Uint8Array, maxBytes: number): Uint8Array | undefined {
  if (transform.wholeBytes === undefined || maxBytes <= WHOLE_OUT_BYTES) {
    return whole(transform, payload, maxBytes);
  }
  try {
    return whole(transform, payload, WHOLE_OUT_BYTES);
  } catch (error) {
    if (error instanceof LimitError) return undefined;
    throw error;
  }
}

function whole(transform: Transform, payload: Uint8Array, maxBytes: number): Uint8Array {
  return calling('what was received', () => transform.whole(payload, maxBytes));
}
