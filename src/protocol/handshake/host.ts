import { isIPv6Address } from './ipv6-address.js';

/** A host, and its port where one is written. */
export interface HostAndPort {
  /** In lower case; an IPv6 address in its brackets. */
  readonly name: string;
  readonly port: number | undefined;
}

/** The longest name of the DNS, in text. */
const MAX_NAME = 255;
/** A colon and five digits. */
const MAX_PORT_TEXT = 6;
const MAX_PORT = 65535;

/**
 * Reads `name`, `a.b.c.d` or `[IPv6]`, each with or without `:port`; undefined for all else. RFC 9110 section 7.2.
 *
 * Of the characters that RFC 3986 section 3.2.2 allows in a name, those are taken that need no decoding and can be in
 * a name of the DNS: letters, digits and `-._~`. What is longer than any host is refused unread.
 */
export function parseHost(value: string): HostAndPort | undefined {
  if (value.length > MAX_NAME + MAX_PORT_TEXT) return undefined;
  const end = value.startsWith('[') ? value.indexOf(']') + 1 : nameEnd(value);
  if (end === 0 || end > MAX_NAME) return undefined;
  const name = value.slice(0, end).toLowerCase();
  if (name.startsWith('[') && !isIPv6Address(name.slice(1, -1))) return undefined;
  if (end === value.length) return { name, port: undefined };
  if (value.charAt(end) !== ':') return undefined;
  const port = parsePort(value.slice(end + 1));
  return port === undefined ? undefined : { name, port };
}

/** Whether `value` may be the value of a Host header. */
export function isHost(value: string): boolean {
  return parseHost(value) !== undefined;
}

function nameEnd(value: string): number {
  let end = 0;
  while (end < value.length && isNameCharacter(value.charCodeAt(end))) end++;
  return end;
}

function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f ||
    code === 0x7e
  );
}

/** A port of one to five digits, 0 to 65535; undefined for all else. RFC 3986 section 3.2.3. */
export function parsePort(text: string): number | undefined {
  if (text.length === 0 || text.length >= MAX_PORT_TEXT) return undefined;
  let port = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    port = port * 10 + digit;
  }
  return port <= MAX_PORT ? port : undefined;
}
