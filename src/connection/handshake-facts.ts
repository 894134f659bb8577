import type { ForwardedClient } from '../protocol/handshake/forwarded.js';
import type { HeaderFields } from '../protocol/handshake/header-fields.js';

/** The request that opened the connection, as the server read it or the client sent it. RFC 6455 section 4.1. */
export interface HandshakeRequest {
  /** `CONNECT` over HTTP/2, RFC 8441. */
  readonly method: 'GET' | 'CONNECT';
  /** The request target: path and query, as on the wire. */
  readonly target: string;
  readonly headers: HeaderFields;
}

/** The response that opened the connection. RFC 6455 section 4.2.2. */
export interface HandshakeResponse {
  readonly status: number;
  readonly headers: HeaderFields;
}

/** What the opening handshake has settled. */
export interface Handshake {
  readonly request: HandshakeRequest;
  readonly response: HandshakeResponse;
  readonly subprotocol: string | undefined;
  readonly extensions: readonly string[];
  /** What trusted proxies say of the client, where it has come through any. */
  readonly forwarded?: ForwardedClient;
}
