import { isControl, type Opcode } from './opcodes.js';

/**
 * One frame of RFC 6455 section 5.2, unmasked. The MASK bit, the length's encoding and the masking key exist on
 * the wire only.
 */
export interface Frame {
  /** Whether this is the last frame of its message. */
  readonly fin: boolean;
  /** The three reserved bits as a number: RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv: number;
  readonly opcode: Opcode;
  /** Octets of the payload. */
  readonly length: number;
  readonly payload: Uint8Array;
}

/** Sees frames as they pass, unmasked and before any extension. */
export type FrameTap = (frame: Frame) => void;

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/**
 * Makes a frame; text is encoded as UTF-8. Any opcode and any reserved bits are taken, as tests need them; nothing is checked here
 * but the fields' ranges.
 *
 * @param payload - Referenced, not copied. Default empty.
 * @param options.fin - Default true.
 * @param options.rsv - 0 to 7, default 0.
 * @throws RangeError when opcode or rsv does not fit its bits.
 */
export function makeFrame(
  opcode: Opcode,
  payload: Uint8Array | string = NO_BYTES,
  options: { readonly fin?: boolean; readonly rsv?: number } = {},
): Frame {
  const rsv = options.rsv ?? 0;
  if (!Number.isInteger(opcode) || opcode < 0 || opcode > 15) {
    throw new RangeError(`opcode is ${String(opcode)}, expected an integer from 0 to 15`);
  }
  if (!Number.isInteger(rsv) || rsv < 0 || rsv > 7) {
    throw new RangeError(`rsv is ${String(rsv)}, expected an integer from 0 to 7`);
  }
  const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload;
  return { fin: options.fin ?? true, rsv, opcode, length: bytes.length, payload: bytes };
}

/** Whether the frame is a control frame: Close, Ping, Pong or a reserved one. RFC 6455 section 5.5. */
export function isControlFrame(frame: Frame): boolean {
  return isControl(frame.opcode);
}
