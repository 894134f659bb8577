import { LimitError, ProtocolError } from '../errors.js';

/** The stable code of {@link inflateError}. */
export const INFLATE = 'RXWIRE_INFLATE';

/** What zlib says of octets that are no DEFLATE stream; any other error is this side's own. */
const DATA_ERRORS: ReadonlySet<unknown> = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR']);

/** A compressed payload is not what RFC 7692 section 7.2.1 makes of a message; close code 1007. */
export function inflateError(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError(`compressed payload cannot be inflated: ${why}`, {
    section: 'RFC 7692 7.2.2',
    closeCode: 1007,
    code: INFLATE,
    ...(cause !== undefined && { cause }),
  });
}

/** The error of zlib as one of this library; what the peer is not to blame for is left as it is. */
export function fromZlib(error: Error): Error {
  if (!DATA_ERRORS.has((error as NodeJS.ErrnoException).code)) return error;
  return inflateError(error.message, error);
}

/** What came out of zlib has more than `maxBytes` octets. */
export function tooBig(form: 'inflated' | 'deflated', maxBytes: number): LimitError {
  return new LimitError(
    `${form} message is at least ${String(maxBytes + 1)} bytes, over the limit of ${String(maxBytes)} (maxMessageBytes)`,
    { option: 'maxMessageBytes', limit: maxBytes, closeCode: 1009 },
  );
}
