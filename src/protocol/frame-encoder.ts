import type { Frame } from './frame.js';
import { mask, wordsOf, writeMaskingKey } from './masking.js';

/** The most a header takes: two bytes, a 64-bit length, a masking key. */
export const MAX_HEADER_BYTES = 14;

/** The octets of a frame header. RFC 6455 section 5.2: the minimal form of the length, always. */
export function headerBytes(length: number, masked: boolean): number {
  return (length < 126 ? 2 : length < 65536 ? 4 : 10) + (masked ? 4 : 0);
}

/** The octets of a message in frames of at most `fragmentBytes`, headers included. RFC 6455 section 5.4. */
export function framedBytes(length: number, fragmentBytes: number, masked: boolean): number {
  if (length <= fragmentBytes) return length + headerBytes(length, masked);
  const rest = length % fragmentBytes;
  const headers = Math.floor(length / fragmentBytes) * headerBytes(fragmentBytes, masked);
  return length + headers + (rest === 0 ? 0 : headerBytes(rest, masked));
}

/** The first byte of a header: FIN, the reserved bits, the opcode. */
export function firstByte(fin: boolean, rsv: number, opcode: number): number {
  return (fin ? 0x80 : 0) | (rsv << 4) | opcode;
}

/**
 * Writes a header at `at`.
 *
 * @param key - The masking key, or undefined for a frame without one.
 * @returns where the payload begins.
 */
export function writeHeader(
  target: Buffer,
  at: number,
  first: number,
  length: number,
  key: number | undefined,
): number {
  const maskBit = key === undefined ? 0 : 0x80;
  target[at] = first;
  let end = at + 2;
  if (length < 126) {
    target[at + 1] = maskBit | length;
  } else if (length < 65536) {
    target[at + 1] = maskBit | 126;
    target[at + 2] = length >> 8;
    target[at + 3] = length & 0xff;
    end = at + 4;
  } else {
    target[at + 1] = maskBit | 127;
    target.writeUInt32BE(Math.floor(length / 0x100000000), at + 2);
    target.writeUInt32BE(length % 0x100000000, at + 6);
    end = at + 10;
  }
  if (key === undefined) return end;
  writeMaskingKey(key, target, end);
  return end + 4;
}

/**
 * The octets of one frame, in memory of their own. RFC 6455 section 5.2. Nothing about the frame is judged: tests
 * and captures need wrong ones too.
 *
 * @param key - The masking key for a frame from a client. The payload given is never changed.
 */
export function encodeFrame(frame: Frame, key?: number): Uint8Array {
  const length = frame.payload.length;
  const bytes = Buffer.allocUnsafeSlow(headerBytes(length, key !== undefined) + length);
  const first = firstByte(frame.fin, frame.rsv, frame.opcode);
  const payloadAt = writeHeader(bytes, 0, first, length, key);
  bytes.set(frame.payload, payloadAt);
  if (key !== undefined) mask(bytes, wordsOf(bytes), payloadAt, bytes.length, key);
  return new Uint8Array(bytes.buffer, 0, bytes.length);
}
