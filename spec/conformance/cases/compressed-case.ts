import type { Case, Compression, Exchange, FramePart } from '../case.js';
import { binaryFrame, open, textFrame } from '../parts.js';

/** RFC 7692, of which all of these are. */
export const CLAUSE = '7692';
/** What a payload that cannot be inflated fails with. */
export const BAD_DATA: readonly number[] = [1007];
const RSV1 = { rsv: 4 };

export function compressedText(payload: Uint8Array): FramePart {
  return textFrame(payload, RSV1);
}

export function compressedBinary(payload: Uint8Array): FramePart {
  return binaryFrame(payload, RSV1);
}

/** A case with compression after which the connection is as good as new. */
export function passes(
  id: string,
  words: string,
  exchanges: () => readonly Exchange[],
  compression: Compression = {},
): Case {
  return { id: `${CLAUSE}-${id}`, clause: CLAUSE, words, options: { compression }, exchanges, end: open };
}
