import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { HandshakeError, TimeoutError } from '../../protocol/errors.js';
import { type BoundExtensions, bindExtensions } from '../../protocol/extensions/bound.js';
import type { Extension } from '../../protocol/extensions/extension.js';
import { answerOffers } from '../../protocol/extensions/negotiate-server.js';
import type { AcceptedOffers, RequestRules } from '../../protocol/handshake/any-request.js';
import { formatReply } from '../../protocol/handshake/head.js';
import { HeaderFields } from '../../protocol/handshake/header-fields.js';
import type { Refusal } from '../../protocol/handshake/refusal.js';
import type { RequestHead } from '../../protocol/handshake/request.js';
import { addressOf, isSecure } from '../../transport/socket-transport.js';
import type { ResolvedUpgradeOptions } from '../options.js';
import type { Arrival } from './arrival.js';

/** More header fields than this are refused with 431: no client has so many to say. */
const MAX_HEADERS = 128;

/** What a request is judged by. */
export function rulesOf({ admission, versions, origins }: ResolvedUpgradeOptions<unknown>): RequestRules {
  return { ...admission, versions, origins, maxHeaders: MAX_HEADERS };
}

/** What of a request of HTTP/1.1 is judged. */
export function headOf(request: IncomingMessage): RequestHead {
  return new MessageHead(request);
}

/** Asks the system for an address when it is wanted: the socket of an idle connection would keep the answer. */
class MessageHead implements RequestHead {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly httpVersion: string;
  readonly headers: HeaderFields;
  readonly #socket: Duplex;

  constructor({ method, url, httpVersion, rawHeaders, socket }: IncomingMessage) {
    this.method = method;
    this.target = url;
    this.httpVersion = httpVersion;
    this.headers = new HeaderFields(rawHeaders);
    this.#socket = socket;
  }

  get remoteAddress(): string | undefined {
    return addressOf(this.#socket);
  }

  get secure(): boolean {
    return isSecure(this.#socket);
  }
}

/** The client's address: what trusted proxies say of it, or the other end of the socket. */
export function remoteAddressOf(
  { remoteAddress }: Arrival,
  { forwarded }: AcceptedOffers,
): string | undefined {
  return forwarded === undefined ? remoteAddress : forwarded.address;
}

/**
 * What the server and this client agree on.
 *
 * @throws Error when an extension that the user has given is faulty.
 */
export function agree(
  { rawHeaders }: Arrival,
  accepted: AcceptedOffers,
  extensions: readonly Extension[],
): BoundExtensions | undefined {
  if (extensions.length === 0 || accepted.extensionOffers.length === 0) return undefined;
  const headers = new HeaderFields(rawHeaders);
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
