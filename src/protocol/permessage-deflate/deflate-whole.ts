import { constants, deflateRawSync } from 'node:zlib';
import { endsWith, FLUSH_END } from './message-end.js';

/** How a compressor is set up. */
export interface DeflateSettings {
  /** The window that was agreed on, as a power of two: 8 to 15. */
  readonly windowBits: number;
  readonly level: number;
  readonly memLevel: number;
}

/** The most that is deflated into at a time, and what is allowed for over the payload's own size. */
const CHUNK_BYTES = 16 * 1024;
const CHUNK_MARGIN_BYTES = 64;
/** zlib raises 8 to this. It reaches back 250 octets then, which is within a window of 256. */
export const LEAST_WINDOW_BITS = 9;
/** zlib never reaches back further than its window less this. */
const LOOKAHEAD_BYTES = 262;

/** The compressed form of nothing, of which zlib makes no block. RFC 7692 section 7.2.3.6. */
export function emptyMessage(): Buffer {
  return Buffer.of(0x00);
}

/**
 * Deflates a whole payload at once. RFC 7692 section 7.2.1.
 *
 * @param history - Plaintext that may be referred back to, at most the window.
 */
export function deflateWhole(
  payload: Uint8Array,
  settings: DeflateSettings,
  history: Uint8Array | undefined,
): Buffer {
  if (payload.length === 0) return emptyMessage();
  const reach = payload.length + (history?.length ?? 0) + LOOKAHEAD_BYTES;
  const deflated = deflateRawSync(payload, {
    level: settings.level,
    memLevel: settings.memLevel,
    windowBits: smallestWindowBits(reach, settings.windowBits),
    dictionary: history,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: Math.min(payload.length + CHUNK_MARGIN_BYTES, CHUNK_BYTES),
  });
  if (!isFlushed(deflated)) throw notFlushed();
  return deflated.subarray(0, -FLUSH_END.length);
}

/** Whether `deflated` ends as a flush of zlib does. */
export function isFlushed(deflated: Buffer): boolean {
  return endsWith(deflated, deflated.length, FLUSH_END);
}

/** zlib did not do what it says it does. */
export function notFlushed(): Error {
  return new Error('zlib ended a flush without an empty block, expected 00 00 ff ff');
}

/** A smaller window finds the same, and setting it up takes a tenth less time. */
function smallestWindowBits(reach: number, most: number): number {
  let bits = LEAST_WINDOW_BITS;
  while (bits < most && 1 << bits < reach) bits++;
  return bits;
}
