import { originOf } from '../../client/asking/origin.js';
import type { ResolvedClientOptions } from '../../client/options.js';
import { HandshakeError } from '../../protocol/errors.js';
import { formatExtensions } from '../../protocol/extensions/extension-header.js';
import type { NegotiatedExtension } from '../../protocol/extensions/extension.js';
import { offerElements } from '../../protocol/extensions/negotiate-client.js';
import { answerOffers } from '../../protocol/extensions/negotiate-server.js';
import { HeaderFields } from '../../protocol/handshake/header-fields.js';
import type { HeaderOptions } from '../../protocol/handshake/header-options.js';
import { judgeRequest, requestHeaders, requestLine } from '../../protocol/handshake/request.js';
import { acceptHeaders, judgeResponse } from '../../protocol/handshake/response.js';
import { chooseSubprotocol } from '../../protocol/handshake/subprotocols.js';
import { SUPPORTED_VERSIONS } from '../../protocol/handshake/versions.js';
import type { ResolvedServerOptions } from '../../server/options.js';

/** The example of RFC 6455 section 1.3: nothing of an opening handshake in memory is random. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const HOST = 'localhost';
const MAX_HEADERS = 128;
const EXTENSIONS = 'Sec-WebSocket-Extensions';

/** A client's request. */
export interface Request {
  readonly target: string;
  readonly headers: HeaderFields;
}

/** What one side of an opening handshake says by hand. */
export interface Words {
  readonly headers?: HeaderOptions | undefined;
  /** The value of Sec-WebSocket-Extensions. */
  readonly extensions?: string | undefined;
}

/** What an opening handshake has come to, for one side. */
export interface Opening {
  readonly request: Request;
  readonly response: HeaderFields;
  readonly subprotocol: string | undefined;
  readonly extensions: readonly NegotiatedExtension[];
}

/** The request of a client, or of one that is played by hand. */
export function requestOf(
  target: string,
  client: Words & { readonly subprotocols?: readonly string[] | undefined } & Partial<
      Pick<ResolvedClientOptions<unknown>, 'origin' | 'version' | 'profile'>
    >,
): Request {
  requestLine(target);
  const { subprotocols = [], version = 13, headers, profile } = client;
  const offers = offerElements(profile?.options.extensions ?? []);
  const extensions = client.extensions ?? (offers.length > 0 ? formatExtensions(offers) : undefined);
  const origin = originOf(client.origin, { secure: false, host: HOST });
  const list = requestHeaders({ host: HOST, key: KEY, version, subprotocols, origin, headers });
  return { target, headers: HeaderFields.from(withExtensions(list, extensions)) };
}

/** The 101 of a server that is played by hand. */
export function responseOf(words: Words & { readonly subprotocol?: string | undefined }): HeaderFields {
  const { subprotocol, headers, extensions } = words;
  return HeaderFields.from(withExtensions(acceptHeaders({ key: KEY, subprotocol, headers }), extensions));
}

/**
 * What each side makes of an opening handshake in memory, by the rules that hold for one on a socket. RFC 6455 section 4.
 *
 * @throws HandshakeError when the server refuses; NegotiationError when the client does.
 */
export function openingOf(
  request: Request,
  server: ResolvedServerOptions<unknown> | HeaderFields,
  client?: ResolvedClientOptions<unknown>,
): { readonly client: Opening; readonly server: Opening } {
  const answered: Opening =
    server instanceof HeaderFields
      ? { request, response: server, subprotocol: undefined, extensions: [] }
      : answer(request, server);
  if (client === undefined) return { client: answered, server: answered };
  const accepted = judgeResponse(
    { status: 101, httpVersion: '1.1', headers: answered.response },
    {
      key: KEY,
      subprotocols: client.subprotocols,
      requireSubprotocol: client.requireSubprotocol,
      extensions: client.profile.options.extensions,
    },
  );
  return { client: { ...answered, ...accepted }, server: answered };
}

function answer(
  request: Request,
  { origins, subprotocols, profile }: ResolvedServerOptions<unknown>,
): Opening {
  const { target, headers } = request;
  const judged = judgeRequest(
    { method: 'GET', target, httpVersion: '1.1', headers },
    { versions: SUPPORTED_VERSIONS, origins, maxHeaders: MAX_HEADERS },
  );
  if (!judged.ok) {
    throw new HandshakeError(`request refused with ${String(judged.status)}: ${judged.reason}`, {
      phase: 'http',
      status: judged.status,
      headers: HeaderFields.from(judged.headers).toRecord(),
    });
  }
  const extensions = answerOffers(judged.extensionOffers, profile.options.extensions, { headers });
  const subprotocol = chooseSubprotocol(judged.offeredSubprotocols, subprotocols);
  const response = HeaderFields.from(acceptHeaders({ key: judged.key, subprotocol, extensions }));
  return { request, response, subprotocol, extensions };
}

function withExtensions(
  list: readonly [string, string][],
  extensions: string | undefined,
): readonly [string, string][] {
  return extensions === undefined ? list : [...list, [EXTENSIONS, extensions]];
}
