import { Buffer } from 'node:buffer';
import type { ProxyAddress } from './proxy-url.js';

/** RFC 1929 section 2: their lengths are octets. */
const MAX_SOCKS5_BYTES = 255;

/**
 * Checks that a proxy's protocol has a place for the credentials that are given.
 *
 * @throws TypeError or RangeError that names what is wrong, and shows no more of it than its length.
 */
export function checkCredentials(address: ProxyAddress, what: string): void {
  const { scheme, username, password } = address;
  if (username === undefined && password === undefined) return;
  if (username === undefined) throw new TypeError(`${what} has a password and no user name`);
  if (hasControl(username + (password ?? ''))) {
    throw new TypeError(`${what} has a control character in its user name or password`);
  }
  if (scheme === 'socks4' || scheme === 'socks4a') {
    if (password !== undefined) throw new TypeError(`${what} has a password, SOCKS 4 has only a user name`);
    return;
  }
  if (password === undefined) throw new TypeError(`${what} has a user name and no password`);
  if (scheme === 'http' || scheme === 'https') {
    // RFC 7617 section 2: what is in front of the first colon is the name.
    if (username.includes(':')) throw new TypeError(`${what} has a user name with a colon in it`);
    return;
  }
  checkLength(username, `${what} has a user name`);
  checkLength(password, `${what} has a password`);
}

function checkLength(text: string, what: string): void {
  const length = Buffer.byteLength(text);
  if (length >= 1 && length <= MAX_SOCKS5_BYTES) return;
  throw new RangeError(`${what} of ${String(length)} octets, expected 1 to ${String(MAX_SOCKS5_BYTES)}`);
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
