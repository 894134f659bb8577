import type { Frame } from './frame.js';
import { isMessageOpcode, Opcode } from './opcodes.js';

/**
 * Cuts a data frame that is a whole message into frames of at most `size` octets. RFC 6455 section 5.4: the first
 * has the opcode and the reserved bits, the others continue it, the last has FIN. A control frame, a frame that
 * is itself a fragment and one that fits pass as they are.
 */
export function* fragments(frame: Frame, size: number): Generator<Frame> {
  const { length } = frame.payload;
  if (
    !isMessageOpcode(frame.opcode) ||
    frame.opcode === Opcode.continuation ||
    !frame.fin ||
    length <= size
  ) {
    yield frame;
    return;
  }
  for (let at = 0; at < length; at += size) {
    const payload = frame.payload.subarray(at, Math.min(at + size, length));
    yield {
      fin: at + size >= length,
      rsv: at === 0 ? frame.rsv : 0,
      opcode: at === 0 ? frame.opcode : Opcode.continuation,
      length: payload.length,
      payload,
    };
  }
}

/** @throws RangeError unless `size` is a whole number of octets, at least 1. */
export function checkFragmentBytes(size: number, option = 'fragmentBytes'): number {
  if (size === Infinity || (Number.isInteger(size) && size >= 1)) return size;
  throw new RangeError(`${option} is ${String(size)}, expected an integer of at least 1`);
}
