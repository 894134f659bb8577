import { type ExtensionElement, parseExtensions } from '../extensions/extension-header.js';
import { isKey } from './accept-key.js';
import type { AllowedHosts } from './allowed-hosts.js';
import { type ForwardedClient, type ProxyTrust, readForwarded } from './forwarded.js';
import type { HeaderFields } from './header-fields.js';
import { isHost } from './host.js';
import type { CompiledOrigins } from './origins.js';
import { quote } from './describe.js';
import { type Refusal, refuse } from './refusal.js';
import { parseOffer } from './subprotocols.js';
import { listHasToken } from './tokens.js';
import { judgeVersion, type Version } from './versions.js';

export { requestHeaders, type RequestInput, requestLine } from './request-headers.js';

/** What a request asks for, and the end of the socket that it came from. */
export interface Asking {
  readonly headers: HeaderFields;
  /** Of the other end of the socket. */
  readonly remoteAddress?: string | undefined;
  /** Whether it is TLS that is spoken on the socket. */
  readonly secure?: boolean | undefined;
}

/** What of a request decides whether it opens a WebSocket. */
export interface RequestHead extends Asking {
  readonly method: string | undefined;
  /** The request target as it came, undecoded. */
  readonly target: string | undefined;
  /** Without the name: `'1.1'`. */
  readonly httpVersion: string;
}

/** What a server accepts. */
export interface RequestRules {
  readonly versions: readonly number[];
  readonly origins: CompiledOrigins;
  /** The most header fields of a request; 431 for more. */
  readonly maxHeaders: number;
  /** Which proxies are believed. Default none. */
  readonly trust?: ProxyTrust | undefined;
  /** The hosts that may be asked for. Default all. */
  readonly allowedHosts?: AllowedHosts | undefined;
}

/** What a request asks for that may open a WebSocket, whatever version of HTTP it came in. */
export interface AcceptedOffers {
  readonly ok: true;
  readonly version: Version;
  /** In the client's order. */
  readonly offeredSubprotocols: readonly string[];
  /** In the client's order, and at most 16; for `answerOffers`. */
  readonly extensionOffers: readonly ExtensionElement[];
  /** Undefined for a client that is no browser, as a rule. */
  readonly origin: string | undefined;
  /** What trusted proxies say of the client, if it has come through any. */
  readonly forwarded?: ForwardedClient | undefined;
}

/** A request that may open a WebSocket. */
export interface AcceptedRequest extends AcceptedOffers {
  readonly key: string;
}

type Rule = (request: RequestHead, rules: RequestRules) => Refusal | undefined;

/** In this order: whether it is HTTP as it should be, then whether it asks for a WebSocket. */
const RULES: readonly Rule[] = [
  judgeMethod,
  judgeHttpVersion,
  judgeHeaderCount,
  judgeTarget,
  judgeHost,
  judgeBody,
  judgeUpgrade,
  judgeConnection,
];

/** Judges a client's opening handshake, RFC 6455 sections 4.2.1 and 4.2.2. It never throws because of a request. */
export function judgeRequest(request: RequestHead, rules: RequestRules): AcceptedRequest | Refusal {
  for (const rule of RULES) {
    const refusal = rule(request, rules);
    if (refusal !== undefined) return refusal;
  }
  const { headers } = request;
  const destination = judgeDestination(request, rules);
  if (!destination.ok) return destination;
  const key = judgeKey(headers);
  if (typeof key !== 'string') return key;
  const version = judgeVersion(headers, rules.versions);
  if (typeof version !== 'number') return version;
  const offers = judgeOffers(headers, version, rules.origins, destination);
  if (!offers.ok) return offers;
  const { offeredSubprotocols, extensionOffers, origin, forwarded } = offers;
  return { ok: true, version, offeredSubprotocols, extensionOffers, origin, forwarded, key };
}

/** The host that a client wants, as it says or as trusted proxies say for it. */
export interface Destination {
  readonly ok: true;
  readonly host: string;
  readonly forwarded: ForwardedClient | undefined;
}

/** Where a request wants to go, in every version of HTTP. */
export function judgeDestination(
  asking: Asking,
  { trust, allowedHosts }: RequestRules,
): Destination | Refusal {
  const { headers } = asking;
  const forwarded = trust && readForwarded(headers, asking.remoteAddress, trust);
  if (forwarded !== undefined && 'ok' in forwarded) return forwarded;
  const host = forwarded?.host ?? headers.get('host') ?? '';
  if (allowedHosts?.allows(host, forwarded?.secure ?? asking.secure === true) === false) {
    return refuse(421, `the host ${quote(host)} is not one of those that the option "allowedHosts" has`);
  }
  return { ok: true, host, forwarded };
}

/** What is the same in every version of HTTP: subprotocols, extensions and the origin. */
export function judgeOffers(
  headers: HeaderFields,
  version: Version,
  origins: CompiledOrigins,
  { host, forwarded }: Destination,
): AcceptedOffers | Refusal {
  const offeredSubprotocols = parseOffer(headers.get('sec-websocket-protocol'));
  if (offeredSubprotocols === undefined) {
    return refuse(400, 'Sec-WebSocket-Protocol is malformed, expected tokens, each once');
  }
  const extensionOffers = parseExtensions(headers.get('sec-websocket-extensions'));
  if (extensionOffers === undefined) {
    return refuse(400, 'Sec-WebSocket-Extensions is malformed, expected extensions and their parameters');
  }
  const origin = judgeOrigin(headers, version, (text) => origins.allows(text, host, forwarded?.secure));
  if (typeof origin === 'object') return origin;
  return { ok: true, version, offeredSubprotocols, extensionOffers, origin, forwarded };
}

function judgeMethod({ method }: RequestHead): Refusal | undefined {
  if (method === 'GET') return undefined;
  return refuse(405, `the method is ${quote(method ?? '')}, expected GET`, [['Allow', 'GET']]);
}

function judgeHttpVersion({ httpVersion }: RequestHead): Refusal | undefined {
  return httpVersion === '1.1'
    ? undefined
    : refuse(505, `the HTTP version is ${quote(httpVersion)}, expected 1.1`);
}

function judgeHeaderCount({ headers }: RequestHead, { maxHeaders }: RequestRules): Refusal | undefined {
  if (headers.size <= maxHeaders) return undefined;
  // Node leaves out what is over a thousand or so.
  const text = `the request has at least ${headers.size} header fields, expected at most ${maxHeaders}`;
  return refuse(431, text);
}

/** A resource name begins with a slash, RFC 6455 section 3. Octets of 0x80 and more are left to the application. */
export function judgeTarget({ target }: Pick<RequestHead, 'target'>): Refusal | undefined {
  if (target?.startsWith('/') === true && !hasBlankOrControl(target)) return undefined;
  return refuse(400, 'the request target is malformed, expected a path that begins with "/"');
}

function hasBlankOrControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** RFC 9112 section 3.2: a request without exactly one valid Host is answered with 400. */
function judgeHost({ headers }: RequestHead): Refusal | undefined {
  if (headers.count('host') === 1 && isHost(headers.get('host') ?? '')) return undefined;
  return refuse(400, 'Host is missing, there more than once, or malformed');
}

/** A body would be read as frames. RFC 6455 section 4.1 knows none. */
function judgeBody({ headers }: RequestHead): Refusal | undefined {
  const length = headers.get('content-length');
  if (!headers.has('transfer-encoding') && (length === undefined || length === '0')) return undefined;
  return refuse(400, 'the request has a body, expected none');
}

function judgeUpgrade({ headers }: RequestHead): Refusal | undefined {
  const upgrade = headers.get('upgrade');
  if (upgrade === undefined) return refuse(426, 'Upgrade is missing, expected "websocket"');
  return upgrade.toLowerCase() === 'websocket'
    ? undefined
    : refuse(400, `Upgrade is ${quote(upgrade)}, expected "websocket"`);
}

function judgeConnection({ headers }: RequestHead): Refusal | undefined {
  if (listHasToken(headers.get('connection'), 'upgrade')) return undefined;
  return refuse(426, 'Connection does not have the option "Upgrade"');
}

function judgeKey(headers: HeaderFields): string | Refusal {
  const key = headers.get('sec-websocket-key');
  // Two of them, joined, are no key.
  if (key !== undefined && isKey(key)) return key;
  return refuse(400, 'Sec-WebSocket-Key is missing, there more than once, or not 16 bytes in base64');
}

/** Version 8 has its origin in Sec-WebSocket-Origin, though clients of its last drafts already wrote Origin. */
function judgeOrigin(
  headers: HeaderFields,
  version: Version,
  allows: (origin: string) => boolean,
): string | undefined | Refusal {
  const early = version === 8 ? headers.count('sec-websocket-origin') : 0;
  if (early > 1 || headers.count('origin') > 1) {
    return refuse(400, 'Origin is there more than once, expected one');
  }
  const origin = headers.get(early === 1 ? 'sec-websocket-origin' : 'origin');
  // Only a browser must send it, and only there does it protect anybody. RFC 6455 section 10.2.
  if (origin === undefined || allows(origin)) return origin;
  return refuse(403, `the origin ${quote(origin)} is not one of those that the option "origins" allows`);
}
