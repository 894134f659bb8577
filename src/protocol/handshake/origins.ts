import { describe } from './describe.js';
import { parseHost } from './host.js';

/**
 * Which web pages may connect: those of this same host, any, or those of a list of origins. In a list
 * `https://*.example.com` has one label for its star, `http://localhost:*` any port, and `null` is the origin of
 * sandboxed pages and of files. RFC 6455 section 10.2.
 */
export type Origins = 'same' | 'any' | readonly string[];

/** {@link Origins}, ready to judge requests. */
export interface CompiledOrigins {
  /**
   * Whether a page of `origin` may connect to `host`: the request's Origin and Host headers.
   *
   * @param secure - Whether the client has come over TLS. Undefined where that is not known, as TLS may end before this server.
   */
  allows(origin: string, host: string, secure?: boolean): boolean;
}

interface Origin {
  readonly scheme: string;
  readonly name: string;
  /** As written. */
  readonly port: number | undefined;
}

interface Pattern {
  readonly scheme: string;
  readonly labels: readonly string[];
  readonly port: number | 'any' | undefined;
}

/** The origin of pages that have none to show. RFC 6454 section 7.1. */
const NULL_ORIGIN = 'null';

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
  ['ws', 80],
  ['wss', 443],
]);

/** @throws TypeError for what is neither `'same'`, `'any'` nor a list of well-formed origins. */
export function compileOrigins(option: Origins): CompiledOrigins {
  if (option === 'any') return { allows: () => true };
  if (option === 'same') return { allows: isSameHost };
  if (!Array.isArray(option)) {
    throw new TypeError(`origins is ${describe(option)}, expected "same", "any" or an array of origins`);
  }
  return compileList(option as readonly unknown[]);
}

function compileList(list: readonly unknown[]): CompiledOrigins {
  // Most lists are of plain origins: those are one look-up, however many they are.
  const plain = new Set<string>();
  const patterns: Pattern[] = [];
  for (const text of list) {
    if (text === NULL_ORIGIN) {
      plain.add(text);
      continue;
    }
    const pattern = parsePattern(text);
    if (pattern.port === 'any' || pattern.labels.includes('*')) patterns.push(pattern);
    else plain.add(serialized(pattern.scheme, pattern.labels.join('.'), pattern.port));
  }
  return {
    allows: (text) => {
      if (text === NULL_ORIGIN) return plain.has(text);
      const origin = parseOrigin(text);
      if (origin === undefined) return false;
      if (plain.has(serialized(origin.scheme, origin.name, portOf(origin)))) return true;
      return patterns.some((pattern) => matches(origin, pattern));
    },
  };
}

/**
 * Whether the origin's host and port are those of the request's Host. The scheme is compared where it is known what it has to be:
 * TLS may end at a proxy before this server. It decides what port is meant where none is written. A scheme without a port
 * of its own is no page that a host served.
 */
function isSameHost(text: string, hostHeader: string, secure?: boolean): boolean {
  const origin = parseOrigin(text);
  const host = parseHost(hostHeader);
  if (origin === undefined || host === undefined) return false;
  const usual = DEFAULT_PORTS.get(origin.scheme);
  if (secure !== undefined && usual !== DEFAULT_PORTS.get(secure ? 'https' : 'http')) return false;
  return usual !== undefined && origin.name === host.name && portOf(origin) === (host.port ?? usual);
}

/** `scheme://host` or `scheme://host:port` and nothing after it. RFC 6454 section 7.1. */
function parseOrigin(text: string): Origin | undefined {
  const colon = text.indexOf('://');
  if (colon < 1 || !isScheme(text, colon)) return undefined;
  const host = parseHost(text.slice(colon + 3));
  return host && { scheme: text.slice(0, colon).toLowerCase(), name: host.name, port: host.port };
}

/** The port that is meant: the scheme's own when none is written. */
function portOf(origin: Origin): number | undefined {
  return origin.port ?? DEFAULT_PORTS.get(origin.scheme);
}

function isScheme(text: string, end: number): boolean {
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const other = (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e;
    if (!letter && !(other && i > 0)) return false;
  }
  return true;
}

/** What a star is read as: a character that may be in a host, and that a pattern may not have. */
const STAR = '~';
const EXAMPLE = '"https://*.example.com" or "http://localhost:*", or the option as "any"';

function parsePattern(text: unknown): Pattern {
  if (typeof text !== 'string') throw malformed(text);
  const anyPort = text.endsWith(':*');
  const rest = anyPort ? text.slice(0, -2) : text;
  const origin = rest.includes(STAR) ? undefined : parseOrigin(rest.replaceAll('*', STAR));
  const labels = origin?.name.split('.').map((label) => (label === STAR ? '*' : label)) ?? [];
  if (origin === undefined || (anyPort && origin.port !== undefined) || labels.some(isPartlyStar)) {
    throw malformed(text);
  }
  return { scheme: origin.scheme, labels, port: anyPort ? 'any' : portOf(origin) };
}

function malformed(value: unknown): TypeError {
  return new TypeError(`origins has ${describe(value)}, expected origins such as ${EXAMPLE}`);
}

function isPartlyStar(label: string): boolean {
  return label.includes(STAR);
}

function matches(origin: Origin, pattern: Pattern): boolean {
  if (origin.scheme !== pattern.scheme) return false;
  if (pattern.port !== 'any' && portOf(origin) !== pattern.port) return false;
  const labels = origin.name.split('.');
  if (labels.length !== pattern.labels.length) return false;
  return labels.every((label, i) =>
    pattern.labels[i] === '*' ? isLabel(label) : label === pattern.labels[i],
  );
}

/** Whether a star may stand for it: a name's label, not empty, and not an address in brackets. */
function isLabel(label: string): boolean {
  return label.length > 0 && !label.startsWith('[');
}

function serialized(scheme: string, name: string, port: number | undefined): string {
  return `${scheme}://${name}:${port ?? ''}`;
}
