import { type BasicCredentials, checkBasic } from '../protocol/handshake/credentials.js';

/** Where a client connects to, and what it asks for there. */
export interface Target {
  readonly secure: boolean;
  /** The host name or address, without the brackets of IPv6; empty for a Unix socket. */
  readonly hostname: string;
  readonly port: number;
  /** The path of a Unix socket. */
  readonly unixPath: string | undefined;
  /** The Host header: the port only where it is not the scheme's own. */
  readonly host: string;
  /** The request target: path and query. */
  readonly target: string;
  /** Those of the URL. */
  readonly credentials?: BasicCredentials;
  /** The URL without credentials, for errors and logs. */
  readonly shown: string;
}

const SCHEMES: Readonly<Record<string, { readonly secure: boolean; readonly unix: boolean }>> = Object.freeze(
  {
    'ws:': { secure: false, unix: false },
    'wss:': { secure: true, unix: false },
    'http:': { secure: false, unix: false },
    'https:': { secure: true, unix: false },
    'ws+unix:': { secure: false, unix: true },
    'wss+unix:': { secure: true, unix: true },
  },
);

/**
 * Reads a WebSocket URL. RFC 6455 section 3. `http:` and `https:` stand for `ws:` and `wss:`;
 * `ws+unix:/path/of/socket:/target` names a Unix socket, with `/` as the default target.
 *
 * @throws TypeError for what is no URL, another scheme, the port 0, a fragment, and credentials that cannot be sent as Basic.
 */
export function parseTarget(url: string | URL): Target {
  const parsed = parseUrl(url);
  const scheme = Object.hasOwn(SCHEMES, parsed.protocol) ? SCHEMES[parsed.protocol] : undefined;
  if (scheme === undefined) {
    throw new TypeError(`URL has the scheme "${parsed.protocol}", expected ws:, wss: or ws+unix:`);
  }
  if (parsed.hash !== '' || parsed.href.endsWith('#')) {
    throw new TypeError('URL has a fragment, which RFC 6455 section 3 forbids');
  }
  const credentials = credentialsOf(parsed);
  const target = scheme.unix ? unixTarget(parsed, scheme.secure) : hostTarget(parsed, scheme.secure);
  return credentials === undefined ? target : { ...target, credentials };
}

/** What was asked for, as a URL of its own without credentials. A Unix socket has the host `localhost`. */
export function urlOf({ secure, host, target }: Target): URL {
  return new URL(`${secure ? 'wss' : 'ws'}://${host}${target}`);
}

/** The same as pages, cookies and origins know it, for cookie jars. */
export function httpUrlOf({ secure, host, target }: Target): string {
  return new URL(`${secure ? 'https' : 'http'}://${host}${target}`).href;
}

/** A name without a password is refused: it may be a password that was written for the name. */
function credentialsOf({ username, password }: URL): BasicCredentials | undefined {
  if (username === '' && password === '') return undefined;
  if (username === '' || password === '') {
    throw new TypeError('URL has a user name or a password, expected both, or the option auth');
  }
  const credentials = { username: decodedPart(username), password: decodedPart(password) };
  checkBasic(credentials, 'URL');
  return credentials;
}

function decodedPart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError('URL has credentials that cannot be decoded');
  }
}

function parseUrl(url: string | URL): URL {
  if (typeof url !== 'string' && !(url instanceof URL)) {
    throw new TypeError(`URL is of type ${typeof url}, expected a string or a URL`);
  }
  try {
    // Not URL.canParse: Node 20 refuses every URL that is not ASCII from it once V8 has optimised the call.
    return new URL(String(url));
  } catch {
    // Node's own error shows all of the URL, and there may be a secret in it.
    throw new TypeError('URL cannot be parsed, expected one such as wss://example.com/path');
  }
}

function hostTarget(url: URL, secure: boolean): Target {
  if (url.hostname === '') throw new TypeError('URL has no host');
  const ownPort = secure ? 443 : 80;
  const port = url.port === '' ? ownPort : Number(url.port);
  if (port === 0) throw new TypeError('URL has the port 0, expected 1 to 65535');
  const hostname = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const host = port === ownPort ? url.hostname : `${url.hostname}:${String(port)}`;
  const target = `${url.pathname === '' ? '/' : url.pathname}${url.search}`;
  // A query often carries a token, and what is shown ends up in logs.
  const shown = `${secure ? 'wss' : 'ws'}://${host}${url.pathname}${url.search === '' ? '' : '?…'}`;
  return { secure, hostname, port, unixPath: undefined, host, target, shown };
}

/** The last colon that a slash follows parts the socket's path from the target: both may hold others. */
function unixTarget(url: URL, secure: boolean): Target {
  if (url.host !== '') throw new TypeError('URL of a Unix socket has a host, expected only a path');
  const { pathname } = url;
  const colon = pathname.lastIndexOf(':/');
  const unixPath = decoded(colon < 0 ? pathname : pathname.slice(0, colon));
  if (unixPath === '') throw new TypeError('URL has no path of a Unix socket');
  const path = colon < 0 ? '/' : pathname.slice(colon + 1);
  const target = `${path}${url.search}`;
  const shown = `${secure ? 'wss' : 'ws'}+unix:${unixPath}`;
  return { secure, hostname: '', port: 0, unixPath, host: 'localhost', target, shown };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new TypeError('URL has a path of a Unix socket that cannot be decoded');
  }
}
