import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Handshake } from '../connection/handshake-facts.js';
import type { ConnectionProfile } from '../connection/profile.js';
import { WebSocketConnection } from '../connection/web-socket-connection.js';
import { HandshakeError, TimeoutError } from '../protocol/errors.js';
import { HeaderFields } from '../protocol/handshake/header-fields.js';
import { type BoundExtensions, bindExtensions } from '../protocol/extensions/bound.js';
import type { Extension, NegotiatedExtension } from '../protocol/extensions/extension.js';
import { answerOffers } from '../protocol/extensions/negotiate-server.js';
import type { ForwardedClient } from '../protocol/handshake/forwarded.js';
import type { Refusal } from '../protocol/handshake/refusal.js';
import { type AcceptedRequest, judgeRequest } from '../protocol/handshake/request.js';
import { formatHead, formatReply, SWITCHING_PROTOCOLS } from '../protocol/handshake/head.js';
import type { HeaderOptions } from '../protocol/handshake/header-options.js';
import { acceptHeaders } from '../protocol/handshake/response.js';
import { addressOf, isSecure, SocketTransport } from '../transport/socket-transport.js';
import type { ResolvedUpgradeOptions } from './options.js';

/** More header fields than this are refused with 431: no client has so many to say. */
const MAX_HEADERS = 128;

/** What the server's side of the opening handshake says about a request. */
export function judge(
  request: IncomingMessage,
  options: ResolvedUpgradeOptions<unknown>,
): AcceptedRequest | Refusal {
  return judgeRequest(
    {
      method: request.method,
      target: request.url,
      httpVersion: request.httpVersion,
      headers: new HeaderFields(request.rawHeaders),
      remoteAddress: addressOf(request.socket),
      secure: isSecure(request.socket),
    },
    { ...options.admission, versions: options.versions, origins: options.origins, maxHeaders: MAX_HEADERS },
  );
}

/** The client's address: what trusted proxies say of it, or the other end of the socket. */
export function remoteAddressOf(
  { socket }: IncomingMessage,
  { forwarded }: AcceptedRequest,
): string | undefined {
  return forwarded === undefined ? addressOf(socket) : forwarded.address;
}

/**
 * What the server and this client agree on.
 *
 * @throws Error when an extension that the user has given is faulty.
 */
export function agree(
  request: IncomingMessage,
  accepted: AcceptedRequest,
  extensions: readonly Extension[],
): BoundExtensions | undefined {
  if (extensions.length === 0 || accepted.extensionOffers.length === 0) return undefined;
  const headers = new HeaderFields(request.rawHeaders);
  return bindExtensions(answerOffers(accepted.extensionOffers, extensions, { headers }));
}

/** A refusal as those see it who watch for them. */
export function rejection(refusal: Refusal, cause?: unknown): HandshakeError {
  const { status, reason, headers, body } = refusal;
  return new HandshakeError(`request refused with ${String(status)}: ${reason}`, {
    phase: 'http',
    status,
    headers: HeaderFields.from(headers).toRecord(),
    ...(body !== undefined && { body: Buffer.from(body as string) }),
    ...(cause !== undefined && { cause }),
    ...(cause instanceof TimeoutError && { code: 'RXWIRE_HANDSHAKE_TIMEOUT' }),
  });
}

/** Answers an upgrade request with a refusal and ends the socket: nothing that comes behind it is a request. */
export function refuseUpgrade(socket: Duplex, { status, reason, headers, body }: Refusal): void {
  // It may be reset while it is written to, and nobody else listens.
  socket.on('error', ignore);
  socket.end(formatReply(status, body ?? `${reason}\n`, headers), 'latin1');
  // What the peer still sends is read and dropped, or its end would not be seen.
  socket.resume();
  socket.once('finish', () => socket.destroy());
}

function ignore(): void {
  // Whoever reset the socket is gone.
}

/** What an upgrade request is answered with 101 from. */
export interface Upgrade<Context> {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** The bytes that came behind the request; they are the connection's first. */
  readonly head: Uint8Array;
  readonly accepted: AcceptedRequest;
  readonly subprotocol: string | undefined;
  readonly extensions: BoundExtensions | undefined;
  readonly headers: HeaderOptions;
  readonly context: Context;
  readonly profile: ConnectionProfile;
  readonly onClosed: (connection: WebSocketConnection<Context>) => void;
}

/**
 * Answers an upgrade request with 101 and makes its connection, which reads nothing before `start`.
 *
 * @throws TypeError for what may not be written into the answer; then nothing is.
 */
export function acceptUpgrade<Context>(upgrade: Upgrade<Context>): WebSocketConnection<Context> {
  const { socket, head, accepted, subprotocol, extensions, headers, context } = upgrade;
  const agreed = extensions?.agreed ?? NO_EXTENSIONS;
  const fields = acceptHeaders({ key: accepted.key, subprotocol, extensions: agreed, headers });
  socket.write(formatHead(SWITCHING_PROTOCOLS, fields), 'latin1');
  return new WebSocketConnection({
    transport: new SocketTransport(socket, head),
    handshake: handshakeOf(upgrade, agreed),
    extensions,
    profile: upgrade.profile,
    context,
    onClosed: upgrade.onClosed,
  });
}

function handshakeOf(
  {
    request,
    subprotocol,
    headers,
    accepted,
  }: Pick<Upgrade<unknown>, 'request' | 'subprotocol' | 'headers' | 'accepted'>,
  agreed: readonly NegotiatedExtension[],
): Handshake {
  const { forwarded } = accepted;
  if (forwarded === undefined) return new ServerHandshake(request, subprotocol, agreed, headers);
  return new ForwardedHandshake(request, subprotocol, agreed, headers, forwarded);
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
  readonly #headers: HeaderOptions;
  readonly #kept: string;

  constructor(
    request: IncomingMessage,
    subprotocol: string | undefined,
    extensions: readonly NegotiatedExtension[],
    headers: HeaderOptions,
  ) {
    this.subprotocol = subprotocol;
    this.#extensions = extensions;
    this.#headers = headers;
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
    const fields = acceptHeaders({ key, subprotocol, extensions: this.#extensions, headers: this.#headers });
    return { status: 101, headers: HeaderFields.from(fields) };
  }
}

/** That of a client behind proxies which are believed. */
class ForwardedHandshake extends ServerHandshake {
  readonly forwarded: ForwardedClient;

  constructor(
    request: IncomingMessage,
    subprotocol: string | undefined,
    extensions: readonly NegotiatedExtension[],
    headers: HeaderOptions,
    forwarded: ForwardedClient,
  ) {
    super(request, subprotocol, extensions, headers);
    this.forwarded = forwarded;
  }
}
