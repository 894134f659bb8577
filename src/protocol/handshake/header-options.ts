import { checkHeaderName, checkHeaderValue } from './header-fields.js';
import { describe, quote } from './describe.js';

/** Header fields as a user gives them: an array writes the field once for each value, undefined leaves it out. */
export type HeaderOptions = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What says why a user may not set a field, by its lower-case name; undefined for a field that is free. */
export type ReservedHeaders = (name: string) => string | undefined;

const FRAMING: ReadonlyMap<string, string> = new Map([
  ['connection', 'the opening handshake sets it'],
  ['upgrade', 'the opening handshake sets it'],
  ['content-length', 'an opening handshake has no body'],
  ['transfer-encoding', 'an opening handshake has no body'],
]);

const REQUEST: ReadonlyMap<string, string> = new Map([
  ['host', 'it is made from the URL, or from the option "hostHeader"'],
  ['sec-websocket-version', 'use the option "version"'],
  ['sec-websocket-protocol', 'use the option "subprotocols"'],
  ['sec-websocket-extensions', 'use the option "extensions" or "compression"'],
  ['sec-websocket-origin', 'use the option "origin"'],
]);

const RESPONSE: ReadonlyMap<string, string> = new Map([
  ['sec-websocket-protocol', 'use the option "subprotocols"'],
  ['sec-websocket-extensions', 'use the option "extensions" or "compression"'],
]);

function reservedBy(own: ReadonlyMap<string, string>): ReservedHeaders {
  return (name) => {
    const why = own.get(name) ?? FRAMING.get(name);
    if (why !== undefined) return why;
    return name.startsWith('sec-websocket-') ? 'the opening handshake sets it' : undefined;
  };
}

/** The fields of a client's request that the handshake itself writes. RFC 6455 section 4.1. */
export const RESERVED_IN_REQUEST: ReservedHeaders = reservedBy(REQUEST);

/** The fields of a server's 101 that the handshake itself writes. RFC 6455 section 4.2.2. */
export const RESERVED_IN_RESPONSE: ReservedHeaders = reservedBy(RESPONSE);

/** The fields of a refusal that follow from its body. RFC 9112 section 6. */
export const RESERVED_IN_REFUSAL: ReservedHeaders = (name) =>
  FRAMING.has(name) && name !== 'upgrade' ? 'the refusal sets it' : undefined;

/**
 * A user's header fields as a list.
 *
 * @throws TypeError for a list, or an object of class Headers; for a name that is reserved, no token, or there twice in different case, and for a value that
 * no header may have. It names the field and never shows its value.
 */
export function headerList(headers: HeaderOptions, reserved: ReservedHeaders): [string, string][] {
  checkByName(headers);
  const entries = Object.entries(headers);
  if (entries.length === 0) return [];
  const list: [string, string][] = [];
  const seen = new Set<string>();
  for (const [name, given] of entries) {
    if (given === undefined) continue;
    checkHeaderName(name);
    const key = name.toLowerCase();
    checkNotReserved(name, reserved);
    if (seen.has(key)) throw new TypeError(`header ${quote(name)} is given twice, expected one array`);
    seen.add(key);
    const values: readonly string[] = typeof given === 'string' ? [given] : arrayOf(name, given);
    for (const value of values) {
      checkHeaderValue(name, value);
      list.push([name, value]);
    }
  }
  return list;
}

/** @throws TypeError for a Headers or a Map, which has no names of its own, and for a list, in which they would be numbers. */
export function checkByName(headers: HeaderOptions): void {
  if (Symbol.iterator in headers) {
    throw new TypeError('header fields are in a list, expected an object of names and values');
  }
}

/** @throws TypeError when the field is one that the handshake itself writes. */
export function checkNotReserved(name: string, reserved: ReservedHeaders): void {
  const why = reserved(name.toLowerCase());
  if (why !== undefined) throw new TypeError(`header ${quote(name)} may not be set: ${why}`);
}

function arrayOf(name: string, given: unknown): readonly string[] {
  if (Array.isArray(given)) return given as readonly string[];
  throw new TypeError(
    `header ${quote(name)} is ${describe(given)}, expected a string or an array of strings`,
  );
}

/** Whether there is a field of this name, which is given in lower case. */
export function hasHeader(headers: HeaderOptions, name: string): boolean {
  return Object.entries(headers).some(([each, value]) => value !== undefined && each.toLowerCase() === name);
}
