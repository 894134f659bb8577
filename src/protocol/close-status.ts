import { isUtf8 } from 'node:buffer';
import { asBuffer } from './as-buffer.js';
import { isWireCloseCode } from './close-code.js';
import { ProtocolError, TextError } from './errors.js';
import { show } from './option-checks.js';

/** The code and reason of one Close frame. 1005 and no reason when its payload was empty. */
export interface CloseStatus {
  readonly code: number;
  readonly reason: string;
}

/** A Close frame with an empty payload. RFC 6455 section 7.1.5. */
export const NO_STATUS: CloseStatus = Object.freeze({ code: 1005, reason: '' });

/** What a reason may take of the 125 octets of a control frame, after the code's two. */
export const MAX_REASON_BYTES = 123;

/**
 * Reads the payload of a Close frame. RFC 6455 sections 5.5.1 and 7.4.
 *
 * @throws ProtocolError 1002 for a payload of one octet or a code that may not be on the wire.
 * @throws TextError 1007 for a reason that is not UTF-8.
 */
export function parseClose(payload: Uint8Array): CloseStatus {
  if (payload.length === 0) return NO_STATUS;
  if (payload.length === 1) {
    throw new ProtocolError('Close payload is 1 byte, expected none or a code of 2 bytes', {
      section: '5.5.1',
    });
  }
  const bytes = asBuffer(payload);
  const code = bytes.readUInt16BE(0);
  if (!isWireCloseCode(code)) {
    throw new ProtocolError(
      `Close code is ${String(code)}, expected 1000 to 1003, 1007 to 1014 or 3000 to 4999`,
      { section: '7.4' },
    );
  }
  if (!isUtf8(bytes.subarray(2))) throw new TextError('Close reason is not valid UTF-8');
  return { code, reason: bytes.toString('utf8', 2) };
}

/** The payload for a status: empty for 1005, else the code and the reason in UTF-8. */
export function closePayload(status: CloseStatus): Uint8Array {
  if (status.code === NO_STATUS.code) return new Uint8Array(0);
  const payload = Buffer.alloc(2 + Buffer.byteLength(status.reason));
  payload.writeUInt16BE(status.code, 0);
  payload.write(status.reason, 2, 'utf8');
  return payload;
}

/**
 * Checks what a user wants to close with.
 *
 * @throws RangeError for a code that may not be sent and for a reason of more than 123 UTF-8 bytes;
 * TypeError for a reason that is not a string.
 */
export function checkClose(code: number, reason: string): CloseStatus {
  if (!isWireCloseCode(code)) {
    throw new RangeError(`close code is ${show(code)}, expected 1000 to 1003, 1007 to 1014 or 3000 to 4999`);
  }
  if (typeof reason !== 'string') {
    throw new TypeError(`close reason is of type ${typeof reason}, expected a string`);
  }
  // A lone surrogate has no UTF-8 form; what would be sent in its place is decided here and not by the encoder.
  const wellFormed = reason.isWellFormed() ? reason : reason.toWellFormed();
  const bytes = Buffer.byteLength(wellFormed);
  if (bytes > MAX_REASON_BYTES) {
    throw new RangeError(
      `close reason is ${String(bytes)} bytes of UTF-8, expected at most ${String(MAX_REASON_BYTES)}`,
    );
  }
  return { code, reason: wellFormed };
}

/** The longest beginning of `reason` that a Close frame can carry, cut between code points. */
export function truncateReason(reason: string): string {
  const wellFormed = reason.toWellFormed();
  if (Buffer.byteLength(wellFormed) <= MAX_REASON_BYTES) return wellFormed;
  let kept = '';
  let bytes = 0;
  for (const character of wellFormed) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_REASON_BYTES) break;
    kept += character;
  }
  return kept;
}
