import { type ExtensionElement, formatExtensions } from '../extensions/extension-header.js';
import { checkHeaderValue } from './header-fields.js';
import { headerList, type HeaderOptions, RESERVED_IN_REQUEST } from './header-options.js';
import { isHost } from './host.js';
import { checkSubprotocols } from './subprotocols.js';
import type { Version } from './versions.js';

/**
 * The request line of a client's opening handshake. RFC 6455 section 4.1, items 1 and 2.
 *
 * @param target - A path and perhaps a query, percent-encoded as in a URL.
 * @throws TypeError for anything else, such as one that has a fragment.
 */
export function requestLine(target: string): string {
  if (!target.startsWith('/') || !isVisibleAscii(target) || target.includes('#')) {
    throw new TypeError('the request target is malformed, expected an encoded path that begins with "/"');
  }
  return `GET ${target} HTTP/1.1`;
}

function isVisibleAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}

/** What a client's request is made from. */
export interface RequestInput {
  readonly host: string;
  readonly key: string;
  readonly version: Version;
  readonly subprotocols: readonly string[];
  /** What `offerElements` gives. Default none. */
  readonly extensions?: readonly ExtensionElement[] | undefined;
  readonly origin?: string | undefined;
  /** Gives way to a User-Agent in `headers`. */
  readonly userAgent?: string | undefined;
  readonly headers?: HeaderOptions | undefined;
}

/**
 * The header fields of a client's opening handshake, Host first and the user's last. RFC 6455 section 4.1.
 *
 * @throws TypeError for a header that the handshake sets itself, naming the option to use; for a name or value that
 * may not be written, those of an extension included; for an origin given twice; for a host that is none.
 */
export function requestHeaders(input: RequestInput): [string, string][] {
  if (!isHost(input.host)) {
    throw new TypeError('the host is malformed, expected a name or address and a port');
  }
  const own = headerList(input.headers ?? {}, RESERVED_IN_REQUEST);
  const subprotocols = checkSubprotocols(input.subprotocols);
  const ownHas = (name: string): boolean => own.some(([header]) => header.toLowerCase() === name);
  if (input.origin !== undefined && ownHas('origin')) {
    throw new TypeError('header "Origin" may not be set beside the option "origin"');
  }
  const list: [string, string][] = [
    ['Host', input.host],
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Key', input.key],
    ['Sec-WebSocket-Version', String(input.version)],
  ];
  if (subprotocols.length > 0) list.push(['Sec-WebSocket-Protocol', subprotocols.join(', ')]);
  const { extensions = [] } = input;
  if (extensions.length > 0) list.push(['Sec-WebSocket-Extensions', formatExtensions(extensions)]);
  if (input.origin !== undefined) {
    list.push([input.version === 8 ? 'Sec-WebSocket-Origin' : 'Origin', input.origin]);
  }
  if (input.userAgent !== undefined && !ownHas('user-agent')) list.push(['User-Agent', input.userAgent]);
  for (const [name, value] of list) checkHeaderValue(name, value);
  return [...list, ...own];
}
