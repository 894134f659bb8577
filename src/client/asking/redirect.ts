import { parseTarget, type Target, urlOf } from '../target.js';

/** Where a redirect leads. */
export interface Redirect {
  readonly target: Target;
  /** Whether it is the same server, to which what was said before may be said again. */
  readonly isSameOrigin: boolean;
}

const STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Of each URL in the text of an error. */
const MAX_SHOWN = 200;

/** Whether the status is one of a redirect that a GET follows. RFC 9110 section 15.4. */
export function isRedirect(status: number): boolean {
  return STATUSES.has(status);
}

/**
 * Where a server sends a client to.
 *
 * @param locations - The Location fields of its answer, resolved against what was asked for. RFC 9110 section 10.2.2.
 * @throws TypeError that says what is wrong and shows nothing of them: not one, no URL, another scheme, credentials, a fragment, the way from TLS
 * to none, or from a Unix socket to elsewhere.
 */
export function followRedirect(from: Target, locations: readonly string[]): Redirect {
  const [location = ''] = locations;
  if (locations.length !== 1) {
    throw new TypeError(`Location is there ${String(locations.length)} times, expected one`);
  }
  if (!/^[\x21-\x7e]+$/.test(location)) {
    throw new TypeError('Location is empty, or has characters that no URL has');
  }
  const url = resolved(location, urlOf(from));
  if (url.protocol.includes('+')) throw new TypeError('Location is a Unix socket');
  if (url.username !== '' || url.password !== '') throw new TypeError('Location has credentials');
  const to = parseTarget(url);
  if (from.secure && !to.secure) throw new TypeError('Location leads from TLS to no TLS');
  if (from.unixPath !== undefined) return onSameSocket(from, to);
  const target = { ...to, shown: chain(from, to.shown) };
  return { target, isSameOrigin: isSameOrigin(from, to) };
}

function resolved(location: string, base: URL): URL {
  try {
    return new URL(location, base);
  } catch {
    throw new TypeError('Location cannot be parsed');
  }
}

/** The same host and port, or the step from `ws:` to `wss:` on the ports that these have by default. */
function isSameOrigin(from: Target, to: Target): boolean {
  if (from.secure === to.secure) return from.host === to.host;
  return from.hostname === to.hostname && from.port === 80 && to.port === 443;
}

function onSameSocket(from: Target, to: Target): Redirect {
  if (to.host !== from.host || to.secure !== from.secure) {
    throw new TypeError('Location leads away from a Unix socket');
  }
  const { hostname, port, unixPath } = from;
  const target = { ...to, hostname, port, unixPath, shown: chain(from, to.target.split('?')[0] ?? '/') };
  return { target, isSameOrigin: true };
}

/** A path that is a secret of the server's may be long; the way is what counts. */
function chain(from: Target, to: string): string {
  return `${from.shown} -> ${to.length > MAX_SHOWN ? `${to.slice(0, MAX_SHOWN)}…` : to}`;
}
