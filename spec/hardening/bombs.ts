import { constants, deflateRawSync } from 'node:zlib';

export const MIB: number = 1024 * 1024;

/** Zeros are compressed by so many at a time, and what comes of them is repeated. */
const UNIT_BYTES = 8 * MIB;
let unit: Buffer | undefined;

/** The payload of a message of so many zeros: a thousandth of that in octets. */
export function bomb(zeros: number): Buffer {
  const rest = zeros % UNIT_BYTES;
  const last = deflateRawSync(Buffer.alloc(rest), { finishFlush: constants.Z_SYNC_FLUSH });
  if (zeros < UNIT_BYTES) return last.subarray(0, -4);
  // A full flush refers to nothing before it, so that its octets can be repeated.
  unit ??= deflateRawSync(Buffer.alloc(UNIT_BYTES), { finishFlush: constants.Z_FULL_FLUSH });
  const times = Math.floor(zeros / UNIT_BYTES);
  return Buffer.concat([...Array.from({ length: times }, () => unit!), last]).subarray(0, -4);
}
