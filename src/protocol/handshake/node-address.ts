import { parsePort } from './host.js';
import { isIPv4Address, isIPv6Address } from './ipv6-address.js';

/** A node whose address its proxy does not say. RFC 7239 section 6.2 and 6.3. */
export const UNKNOWN: unique symbol = Symbol('an unknown node');

const UNKNOWN_NAME = 'unknown';
/** The longest there is: an IPv6 address in brackets, and a port. */
const MAX_LENGTH = 64;

/**
 * The address of a node that a proxy has written: IPv4, or IPv6 with or without brackets, each perhaps with a port, which is left out;
 * `UNKNOWN` for `unknown` and for names that hide something, such as `_gazonk`. Undefined for all else. RFC 7239 section 6.
 */
export function parseNode(text: string): string | typeof UNKNOWN | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const lower = text.toLowerCase();
  if (isIPv6Address(lower)) return lower;
  const [name, port] = splitNode(lower);
  if (port !== undefined && parsePort(port) === undefined && !isObfuscated(port)) return undefined;
  if (name === UNKNOWN_NAME || isObfuscated(name)) return UNKNOWN;
  if (isIPv4Address(name)) return name;
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : '';
  return isIPv6Address(bare) ? bare : undefined;
}

/** Name and port, at the colon behind an IPv6 address's bracket, or the only one. */
function splitNode(text: string): [name: string, port: string | undefined] {
  const colon = text.indexOf(':', text.startsWith('[') ? text.indexOf(']') : 0);
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** RFC 7239 section 6.3: an underscore and at least one letter, digit or one of `._-`. */
function isObfuscated(text: string): boolean {
  if (text.length < 2 || !text.startsWith('_')) return false;
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = code >= 0x30 && code <= 0x39;
    const letter = code >= 0x61 && code <= 0x7a;
    if (!digit && !letter && code !== 0x2e && code !== 0x5f && code !== 0x2d) return false;
  }
  return true;
}
