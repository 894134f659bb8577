import { constants, deflateRawSync, inflateRawSync, type ZlibOptions } from 'node:zlib';

const TAIL = Buffer.of(0x00, 0x00, 0xff, 0xff);
/** In place of the tail: a block that is not empty, but has the octet `x`. */
const ONE_MORE = Buffer.of(0x01, 0x00, 0xfe, 0xff, 0x78);
/** A last block with nothing in it, on an octet of its own. */
const LAST_BLOCK = Buffer.of(0x03, 0x00);

/** What permessage-deflate sends for `data`, as though nothing had been sent before. RFC 7692 section 7.2.1. */
export function deflated(data: Uint8Array | string, options: ZlibOptions = {}): Buffer {
  const out = deflateRawSync(data, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
  return out.subarray(0, -TAIL.length);
}

/**
 * What a payload says, undefined if it is not a whole number of DEFLATE blocks: zlib must come to the end of a last block
 * behind it with the last octet, and what stands where its tail does must be the length of a block and not data. Not for
 * payloads with a last block of their own.
 */
export function inflatedStrictly(payload: Uint8Array): Buffer | undefined {
  const data = wholeStream(payload, TAIL);
  const more = wholeStream(payload, ONE_MORE);
  return data !== undefined && more?.equals(Buffer.concat([data, Buffer.from('x')])) === true
    ? data
    : undefined;
}

function wholeStream(payload: Uint8Array, end: Uint8Array): Buffer | undefined {
  const whole = Buffer.concat([payload, end, LAST_BLOCK]);
  try {
    const { buffer, engine } = inflateRawSync(whole, { info: true }) as unknown as Informed;
    return engine.bytesWritten === whole.length ? buffer : undefined;
  } catch {
    return undefined;
  }
}

/** Whether one of the blocks of a payload says that it is the last. */
export function hasLastBlock(payload: Uint8Array): boolean {
  try {
    inflateRawSync(Buffer.concat([payload, TAIL]));
    return true;
  } catch {
    return false;
  }
}

interface Informed {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
