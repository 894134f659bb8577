import { type ExtensionElement, parseExtensions } from '../extensions/extension-header.js';
import type { AllowedHosts } from './allowed-hosts.js';
import { quote } from './describe.js';
import { type ForwardedClient, type ProxyTrust, readForwarded } from './forwarded.js';
import type { HeaderFields } from './header-fields.js';
import type { CompiledOrigins } from './origins.js';
import { type Refusal, refuse } from './refusal.js';
import { parseOffer } from './subprotocols.js';
import type { Version } from './versions.js';

/** What a request asks for in every version of HTTP, and the end of the socket that it came from. */
export interface Asking {
  /** The request target as it came, undecoded. */
  readonly target: string | undefined;
  readonly headers: HeaderFields;
  /** Of the other end of the socket. */
  readonly remoteAddress?: string | undefined;
  /** Whether it is TLS that is spoken on the socket. */
  readonly secure?: boolean | undefined;
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

/** The host that a client wants, as it says or as trusted proxies say for it. */
export interface Destination {
  readonly ok: true;
  readonly host: string;
  readonly forwarded: ForwardedClient | undefined;
}

/** One thing to judge a request by: what it is refused with, or undefined. */
export type Rule<Request> = (request: Request, rules: RequestRules) => Refusal | undefined;

/** Judges a request by one rule after the other, then by where it wants to go; the first that it breaks decides. */
export function judgeByRules<Request extends Asking>(
  request: Request,
  rules: RequestRules,
  order: readonly Rule<Request>[],
): Destination | Refusal {
  for (const rule of order) {
    const refusal = rule(request, rules);
    if (refusal !== undefined) return refusal;
  }
  return judgeDestination(request, rules);
}

/** Judges subprotocols, extensions and the origin. */
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

/** A resource name begins with a slash, RFC 6455 section 3. Octets of 0x80 and more are left to the application. */
export function judgeTarget({ target }: Asking): Refusal | undefined {
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

/** Where a request wants to go. */
function judgeDestination(asking: Asking, { trust, allowedHosts }: RequestRules): Destination | Refusal {
  const { headers } = asking;
  const forwarded = trust && readForwarded(headers, asking.remoteAddress, trust);
  if (forwarded !== undefined && 'ok' in forwarded) return forwarded;
  const host = forwarded?.host ?? headers.get('host') ?? '';
  if (allowedHosts?.allows(host, forwarded?.secure ?? asking.secure === true) === false) {
    return refuse(421, `the host ${quote(host)} is not one of those that the option "allowedHosts" has`);
  }
  return { ok: true, host, forwarded };
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
