import { Buffer, isUtf8 } from 'node:buffer';
import { createHash, timingSafeEqual } from 'node:crypto';
import { isToken } from './tokens.js';

/** A name and a password, as a user has typed them. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/** The scheme of an Authorization header, in lower case, and what follows it. RFC 9110 section 11.6.2. */
export function parseAuthorization(
  value: string,
): { readonly scheme: string; readonly rest: string } | undefined {
  const blank = value.indexOf(' ');
  if (blank < 1 || !isToken(value.slice(0, blank))) return undefined;
  return { scheme: value.slice(0, blank).toLowerCase(), rest: value.slice(blank + 1).trim() };
}

/**
 * What Basic credentials stand for: base64 of `name:password` in UTF-8. Undefined for all else: no colon, control
 * characters, octets that are no UTF-8. RFC 7617 section 2.
 */
export function parseBasic(base64: string): BasicCredentials | undefined {
  if (!isBase64(base64)) return undefined;
  const octets = Buffer.from(base64, 'base64');
  if (!isUtf8(octets)) return undefined;
  const text = octets.toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0 || hasControl(text)) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The value of an Authorization header with Basic credentials. RFC 7617 section 2. */
export function basicAuthorization({ username, password }: BasicCredentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/**
 * Checks what is to be sent as Basic credentials.
 *
 * @param what - What has them, for the error, which shows nothing of them.
 * @throws TypeError for control characters, and for a name with a colon: what is in front of the first colon is the name. RFC 7617.
 */
export function checkBasic({ username, password }: BasicCredentials, what: string): void {
  if (hasControl(username + password)) {
    throw new TypeError(`${what} has a control character in its user name or password`);
  }
  if (username.includes(':')) throw new TypeError(`${what} has a user name with a colon in it`);
}

/** What a Bearer token is made of: one or more of its characters, then padding. RFC 6750 section 2.1. */
export function isBearerToken(text: string): boolean {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x3d) end--;
  for (let i = 0; i < end; i++) {
    if (!isToken68(text.charCodeAt(i))) return false;
  }
  return end > 0;
}

/** Whether two secrets are the same, in a time that tells nothing of where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

/** The value of a WWW-Authenticate header. @throws TypeError for a realm that is not printable ASCII. */
export function challenge(scheme: 'Basic' | 'Bearer', realm: string, more = ''): string {
  for (let i = 0; i < realm.length; i++) {
    const code = realm.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) throw new TypeError('realm has a character that is not printable ASCII');
  }
  const quoted = realm.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return `${scheme} realm="${quoted}"${more}`;
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** Base64 with its padding, RFC 4648 section 4: Node's own decoder passes over what is not. */
function isBase64(text: string): boolean {
  if (text.length === 0 || text.length % 4 !== 0) return false;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  for (let i = 0; i < text.length - padding; i++) {
    const code = text.charCodeAt(i);
    if (!isLetterOrDigit(code) && code !== 0x2b && code !== 0x2f) return false;
  }
  return true;
}

function isToken68(code: number): boolean {
  return (
    isLetterOrDigit(code) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f ||
    code === 0x7e ||
    code === 0x2b ||
    code === 0x2f
  );
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39);
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
