import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Handshake } from '../connection/handshake-facts.js';
import { WebSocketConnection } from '../connection/web-socket-connection.js';
import { HandshakeError } from '../protocol/errors.js';
import { HeaderFields } from '../protocol/handshake/header-fields.js';
import { type BoundExtensions, bindExtensions } from '../protocol/extensions/bound.js';
import type { NegotiatedExtension } from '../protocol/extensions/extension.js';
import { answerOffers } from '../protocol/extensions/negotiate-server.js';
import type { Refusal } from '../protocol/handshake/refusal.js';
import { type AcceptedRequest, judgeRequest } from '../protocol/handshake/request.js';
import { acceptHeaders, formatHead, formatRefusal } from '../protocol/handshake/response.js';
import { chooseSubprotocol } from '../protocol/handshake/subprotocols.js';
import { SUPPORTED_VERSIONS } from '../protocol/handshake/versions.js';
import { SocketTransport } from '../transport/socket-transport.js';
import type { ResolvedServerOptions } from './options.js';

/** More header fields than this are refused with 431: no client has so many to say. */
const MAX_HEADERS = 128;

/** What the server's side of the opening handshake says about a request. */
export function judge(request: IncomingMessage, options: ResolvedServerOptions): AcceptedRequest | Refusal {
  return judgeRequest(
    {
      method: request.method,
      target: request.url,
      httpVersion: request.httpVersion,
      headers: new HeaderFields(request.rawHeaders),
    },
    { versions: SUPPORTED_VERSIONS, origins: options.origins, maxHeaders: MAX_HEADERS },
  );
}

/**
 * What the server and this client agree on.
 *
 * @throws Error when an extension that the user has given is faulty.
 */
export function agree(
  request: IncomingMessage,
  accepted: AcceptedRequest,
  options: ResolvedServerOptions,
): BoundExtensions | undefined {
  const { extensions } = options.profile.options;
  if (extensions.length === 0 || accepted.extensionOffers.length === 0) return undefined;
  const headers = new HeaderFields(request.rawHeaders);
  return bindExtensions(answerOffers(accepted.extensionOffers, extensions, { headers }));
}

/** A refusal as those see it who watch for them. */
export function rejection(refusal: Refusal): HandshakeError {
  return new HandshakeError(`request refused with ${String(refusal.status)}: ${refusal.reason}`, {
    phase: 'http',
    status: refusal.status,
    headers: HeaderFields.from(refusal.headers).toRecord(),
  });
}

/** Answers an upgrade request with a refusal and ends the socket: nothing that comes behind it is a request. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  socket.end(formatRefusal(refusal.status, refusal.reason, refusal.headers), 'latin1');
  // What the peer still sends is read and dropped, or its end would not be seen.
  socket.resume();
  socket.once('finish', () => socket.destroy());
}

/**
 * Answers an upgrade request with 101 and makes its connection, which reads nothing before `start`.
 *
 * @param head - The bytes that came behind the request; they are the connection's first.
 */
export function acceptUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  accepted: AcceptedRequest,
  extensions: BoundExtensions | undefined,
  options: ResolvedServerOptions,
  onClosed: (connection: WebSocketConnection) => void,
): WebSocketConnection {
  const subprotocol = chooseSubprotocol(accepted.offeredSubprotocols, options.subprotocols);
  const agreed = extensions?.agreed ?? NO_EXTENSIONS;
  const headers = acceptHeaders({ key: accepted.key, subprotocol, extensions: agreed });
  socket.write(formatHead('HTTP/1.1 101 Switching Protocols', headers), 'latin1');
  return new WebSocketConnection({
    transport: new SocketTransport(socket, head),
    handshake: new ServerHandshake(request, subprotocol, agreed),
    extensions,
    profile: options.profile,
    context: undefined,
    onClosed,
  });
}

const NO_EXTENSIONS: readonly NegotiatedExtension[] = Object.freeze([]);

/** What separates the strings of a request that is kept: neither a target nor a header field can have it in it. */
const SEPARATOR = '\n';

/**
 * Keeps the request as one string, and makes from it what is asked for: there is one for every idle connection, and
 * two dozen strings weigh more than the rest of it.
 */
class ServerHandshake implements Handshake {
  readonly subprotocol: string | undefined;
  readonly #extensions: readonly NegotiatedExtension[];
  readonly #kept: string;

  constructor(
    request: IncomingMessage,
    subprotocol: string | undefined,
    extensions: readonly NegotiatedExtension[],
  ) {
    this.subprotocol = subprotocol;
    this.#extensions = extensions;
    this.#kept = [request.url ?? '/', ...request.rawHeaders].join(SEPARATOR);
  }

  get extensions(): readonly string[] {
    return this.#extensions.map(({ name }) => name);
  }

  get request(): Handshake['request'] {
    const [target = '/', ...rawHeaders] = this.#kept.split(SEPARATOR);
    return { method: 'GET', target, headers: new HeaderFields(rawHeaders) };
  }

  get response(): Handshake['response'] {
    const key = this.request.headers.get('sec-websocket-key') ?? '';
    const { subprotocol } = this;
    const headers = acceptHeaders({ key, subprotocol, extensions: this.#extensions });
    return { status: 101, headers: HeaderFields.from(headers) };
  }
}
