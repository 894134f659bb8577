import { HandshakeError } from '../errors.js';
import { type ExtensionElement, formatExtensions } from '../extensions/extension-header.js';
import { acceptFor } from './accept-key.js';
import { quote } from './describe.js';
import { formatRest, SWITCHING_PROTOCOLS } from './head.js';
import type { HeaderFields } from './header-fields.js';
import { headerList, type HeaderOptions, RESERVED_IN_RESPONSE } from './header-options.js';
import { type AcceptedResponse, judgeChoice, type Offered } from './judge-choice.js';
import { isToken, listHasToken } from './tokens.js';

export { formatHead, formatRefusal, SWITCHING_PROTOCOLS } from './head.js';
export type { AcceptedResponse, Offered } from './judge-choice.js';

/** What the answer that opens a WebSocket is made from, over HTTP/2. */
export interface ConnectInput {
  readonly subprotocol?: string | undefined;
  /** What `answerOffers` gives. Default none. */
  readonly extensions?: readonly ExtensionElement[] | undefined;
  readonly headers?: HeaderOptions | undefined;
}

/** What a server's 101 is made from. */
export interface AcceptInput extends ConnectInput {
  /** The request's Sec-WebSocket-Key. */
  readonly key: string;
}

/**
 * The header fields of the 101 that opens a WebSocket. RFC 6455 section 4.2.2.
 *
 * @throws TypeError for a subprotocol that is no token, for an extension that cannot be written, for a header that the
 * handshake sets itself, and for a name or value that may not be written.
 */
export function acceptHeaders(input: AcceptInput): [string, string][] {
  return [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Accept', acceptFor(input.key)],
    ...connectHeaders(input),
  ];
}

/** What every 101 begins with. */
const OPENING = `${SWITCHING_PROTOCOLS}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: `;

/** The head of the 101 that opens a WebSocket, as {@link formatHead} makes it of {@link acceptHeaders}, with the same errors. */
export function formatAccept(input: AcceptInput): string {
  return formatRest(`${OPENING}${acceptFor(input.key)}\r\n`, connectHeaders(input));
}

/**
 * The header fields of the 200 that opens a WebSocket over HTTP/2. RFC 8441 section 5.
 *
 * @throws TypeError as {@link acceptHeaders} does.
 */
export function connectHeaders(input: ConnectInput): [string, string][] {
  const own = headerList(input.headers ?? {}, RESERVED_IN_RESPONSE);
  const list: [string, string][] = [];
  const { subprotocol, extensions = [] } = input;
  if (subprotocol !== undefined) {
    if (typeof subprotocol !== 'string' || !isToken(subprotocol)) {
      throw new TypeError('the chosen subprotocol is not a token');
    }
    list.push(['Sec-WebSocket-Protocol', subprotocol]);
  }
  if (extensions.length > 0) list.push(['Sec-WebSocket-Extensions', formatExtensions(extensions)]);
  return [...list, ...own];
}

/** What of a response decides whether the WebSocket is open. */
export interface ResponseHead {
  readonly status: number;
  /** Without the name: `'1.1'`. */
  readonly httpVersion: string;
  readonly headers: HeaderFields;
}

/** What the client sent, and what it insists on. */
export interface ResponseExpectation extends Offered {
  readonly key: string;
}

/**
 * Judges a server's answer to the opening handshake. RFC 6455 section 4.1.
 *
 * A Content-Length on a 101 is passed over, as RFC 9110 section 8.6 gives it no meaning there: what follows is frames.
 *
 * @throws HandshakeError when the answer does not open a WebSocket; NegotiationError when it chooses what was not
 * offered.
 */
export function judgeResponse(response: ResponseHead, expected: ResponseExpectation): AcceptedResponse {
  const { headers } = response;
  const fault = faultOf(response, expected.key);
  if (fault !== undefined) {
    throw new HandshakeError(`the answer does not open a WebSocket: ${fault}`, {
      phase: 'http',
      status: response.status,
      headers: headers.toRecord(),
    });
  }
  return judgeChoice(response.status, headers, expected);
}

function faultOf({ status, httpVersion, headers }: ResponseHead, key: string): string | undefined {
  if (status !== 101) return `status is ${status}, expected 101`;
  if (httpVersion !== '1.1') return `HTTP version is ${quote(httpVersion)}, expected 1.1`;
  const upgrade = headers.get('upgrade');
  if (upgrade?.toLowerCase() !== 'websocket') return `Upgrade is ${shown(upgrade)}, expected "websocket"`;
  const connection = headers.get('connection');
  if (!listHasToken(connection, 'upgrade')) return `Connection is ${shown(connection)}, expected "Upgrade"`;
  if (headers.has('transfer-encoding')) return 'Transfer-Encoding is there, expected no body';
  return acceptFault(headers.all('sec-websocket-accept'), key);
}

/** It is base64, so its case counts. */
function acceptFault(values: readonly string[], key: string): string | undefined {
  if (values.length !== 1) return `Sec-WebSocket-Accept is there ${values.length} times, expected once`;
  return values[0] === acceptFor(key)
    ? undefined
    : 'Sec-WebSocket-Accept does not answer the key that was sent';
}

function shown(value: string | undefined): string {
  return value === undefined ? 'missing' : quote(value);
}
