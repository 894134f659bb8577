import { constants } from 'node:buffer';
import { inflateRawSync, type InflateRaw } from 'node:zlib';
import { History } from './history.js';
import { FINAL_BLOCK_BYTES, isDoubtful, isSealed, PLAIN_END, SEAL, SEALED_END } from './message-end.js';
import { fromZlib, inflateError, tooBig } from './payload-errors.js';

/** The most that is inflated into at a time, and the least that zlib takes. */
const CHUNK_BYTES = 16 * 1024;
const LEAST_CHUNK_BYTES = 64;
/** Octets of a chunk for each of the payload: JSON with a history is rarely compressed to less than a sixth. */
const EXPECTED_RATIO = 6;
/** Up to this a payload and its end are put together in memory that all of them share. */
const SCRATCH_BYTES = 64 * 1024 + SEALED_END.length;
/**
 * How often a message may begin anew: a block with BFINAL may have two octets, and what begins behind it takes 5 µs.
 */
export const MAX_FINAL_BLOCKS = 64;

let scratch: Buffer | undefined;

/** What is fixed about one call: the payload and {@link SEALED_END}, and how much of it is payload. */
interface Input {
  readonly bytes: Buffer;
  readonly payloadBytes: number;
}

/** One stream of zlib: where it began and where it ended. */
interface Pass {
  readonly start: number;
  readonly end: number;
  readonly plain: Buffer;
}

/**
 * Inflates a whole payload at once. RFC 7692 section 7.2.2.
 *
 * For zlib a block with BFINAL ends the stream; it does not end the message, section 7.2.3.4. What follows is inflated
 * by a new stream, with the plaintext so far as its dictionary.
 *
 * @param history - What may be referred back to. It is not changed.
 * @param windowBytes - Octets of plaintext that may be referred back to from behind a block with BFINAL.
 * @throws ProtocolError 1007 for what is no DEFLATE or ends too early, LimitError 1009 over `maxBytes`.
 */
export function inflateWhole(
  payload: Uint8Array,
  maxBytes: number,
  history: History | undefined,
  windowBytes: number,
): Buffer {
  try {
    const plain = inflateAll(sealed(payload), maxBytes, history, windowBytes);
    if (plain.length > maxBytes) throw tooBig('inflated', maxBytes);
    return plain;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooBig('inflated', maxBytes);
    throw fromZlib(error as Error);
  }
}

function inflateAll(
  input: Input,
  maxBytes: number,
  history: History | undefined,
  windowBytes: number,
): Buffer {
  const first = inflateFrom(input.bytes, 0, maxBytes, history);
  if (first.end >= input.payloadBytes) return withoutSeal(input, first, maxBytes, history);

  const window = history?.copy() ?? new History(windowBytes);
  const parts = [first.plain];
  let left = maxBytes;
  let pass = first;
  for (let finals = 1; finals <= MAX_FINAL_BLOCKS; finals++) {
    left -= pass.plain.length;
    window.append(pass.plain);
    pass = inflateFrom(input.bytes, pass.end, left, window);
    if (pass.end >= input.payloadBytes) {
      parts.push(withoutSeal(input, pass, left, window));
      return Buffer.concat(parts);
    }
    parts.push(pass.plain);
  }
  throw inflateError(`it has more than ${String(MAX_FINAL_BLOCKS)} final blocks`);
}

/** The plaintext of the last pass, if the message ends where a message may end. */
function withoutSeal(input: Input, pass: Pass, maxBytes: number, window: History | undefined): Buffer {
  const unread = input.bytes.length - pass.end;
  // The message ends with a block with BFINAL and nothing behind it: it is whole without the empty block of its sender.
  if (unread === SEALED_END.length) return pass.plain;
  if ((unread !== 0 && unread !== FINAL_BLOCK_BYTES) || !isSealed(pass.plain)) {
    throw inflateError('it does not end behind a block');
  }
  const plain = pass.plain.subarray(0, -SEAL.length);
  if (isDoubtful(pass.plain)) confirm(input, pass, plain, { maxBytes, window });
  return plain;
}

/** Inflates the last pass once more with the other end: what it does not get to the end of was cut off. */
function confirm(
  { bytes, payloadBytes }: Input,
  { start }: Pass,
  plain: Buffer,
  { maxBytes, window }: { readonly maxBytes: number; readonly window: History | undefined },
): void {
  PLAIN_END.copy(bytes, payloadBytes);
  const again = inflateFrom(bytes.subarray(0, payloadBytes + PLAIN_END.length), start, maxBytes, window);
  if (!again.plain.equals(plain)) throw inflateError('it does not end behind a block');
}

function inflateFrom(bytes: Buffer, start: number, maxBytes: number, window: History | undefined): Pass {
  // The seal comes out as well; it also keeps the limit over 0, which zlib does not take.
  const most = Math.max(0, maxBytes) + SEAL.length;
  const input = bytes.subarray(start);
  const result: unknown = inflateRawSync(input, {
    info: true,
    dictionary: window?.bytes,
    chunkSize: Math.max(LEAST_CHUNK_BYTES, Math.min(input.length * EXPECTED_RATIO, most, CHUNK_BYTES)),
    maxOutputLength: Math.min(most, constants.MAX_LENGTH),
  });
  // The declarations do not know what `info` does.
  const { buffer, engine } = result as { readonly buffer: Buffer; readonly engine: InflateRaw };
  return { start, end: start + engine.bytesWritten, plain: buffer };
}

function sealed(payload: Uint8Array): Input {
  const payloadBytes = payload.length;
  const length = payloadBytes + SEALED_END.length;
  const bytes = length > SCRATCH_BYTES ? Buffer.allocUnsafeSlow(length) : sharedMemory(length);
  bytes.set(payload);
  bytes.set(SEALED_END, payloadBytes);
  return { bytes, payloadBytes };
}

function sharedMemory(length: number): Buffer {
  scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  return scratch.subarray(0, length);
}
