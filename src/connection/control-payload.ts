const MAX_CONTROL_BYTES = 125;

/** The payload of a Ping or a Pong. @throws TypeError, or RangeError for more than 125 octets. RFC 6455 section 5.5. */
export function controlPayload(payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload;
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`payload is of type ${typeof payload}, expected a string or a Uint8Array`);
  }
  if (bytes.length > MAX_CONTROL_BYTES) {
    throw new RangeError(
      `payload is ${String(bytes.length)} bytes, expected at most ${String(MAX_CONTROL_BYTES)}`,
    );
  }
  return bytes;
}
