import { hash, randomBytes } from 'node:crypto';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY_BYTES = 16;
const KEY_LENGTH = 24;
/** Characters that each carry six bits of the key; the 22nd carries its last two. */
const FULL_CHARACTERS = 21;

/** A new Sec-WebSocket-Key: 16 random bytes in base64. RFC 6455 section 4.1. */
export function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

function isBase64(code: number): boolean {
  return (
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2f
  );
}

/**
 * Whether `value` is the base64 of 16 bytes, in the one form that an encoder makes: 24 characters, padded, unused
 * bits 0. RFC 6455 section 4.2.1, RFC 4648 section 3.5.
 */
export function isKey(value: string): boolean {
  if (value.length !== KEY_LENGTH || !value.endsWith('==')) return false;
  for (let i = 0; i < FULL_CHARACTERS; i++) {
    if (!isBase64(value.charCodeAt(i))) return false;
  }
  return 'AQgw'.includes(value.charAt(FULL_CHARACTERS));
}

/** The Sec-WebSocket-Accept that answers `key`. RFC 6455 section 4.2.2. */
export function acceptFor(key: string): string {
  return hash('sha1', key + GUID, 'base64');
}
