import type { HandshakeRequest, HandshakeResponse } from '../connection/handshake-facts.js';
import { HandshakeError } from '../protocol/errors.js';
import type { HeaderFields } from '../protocol/handshake/header-fields.js';
import type { AcceptedResponse } from '../protocol/handshake/response.js';
import type { SocketTransport } from '../transport/socket-transport.js';

/** What an opening handshake has come to, over any version of HTTP. */
export interface Accepted {
  readonly transport: SocketTransport;
  readonly request: Pick<HandshakeRequest, 'method' | 'headers'>;
  readonly response: HandshakeResponse;
  readonly agreed: AcceptedResponse;
}

/** Node drops those over 2000 unseen, which must not decide what is accepted. */
const MAX_HEADERS = 128;

/** @throws HandshakeError for an answer with more. */
export function checkHeaderCount(status: number, headers: HeaderFields): void {
  if (headers.size <= MAX_HEADERS) return;
  const text = `the answer has ${String(headers.size)} header fields, expected at most ${String(MAX_HEADERS)}`;
  throw new HandshakeError(text, { phase: 'http', status });
}
