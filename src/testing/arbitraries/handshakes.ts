import fc from 'fast-check';

const TOKEN_CHARACTERS = Array.from("abcxyzABCXYZ0189!#$%&'*+-.^_`|~");

/** Tokens: what names of header fields, subprotocols and extensions are made of. RFC 9110 section 5.6.2. */
export const tokens: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(...TOKEN_CHARACTERS),
  minLength: 1,
  maxLength: 12,
});

/** Lists of subprotocols, each there once. RFC 6455 section 4.1, item 10. */
export const subprotocolLists: fc.Arbitrary<string[]> = fc.uniqueArray(tokens, {
  minLength: 1,
  maxLength: 5,
});

/** Values of Sec-WebSocket-Key: 16 octets in base64. RFC 6455 section 4.1, item 7. */
export const handshakeKeys: fc.Arbitrary<string> = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((octets) => Buffer.from(octets).toString('base64'));
