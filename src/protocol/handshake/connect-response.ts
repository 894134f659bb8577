import { HandshakeError } from '../errors.js';
import type { HeaderFields } from './header-fields.js';
import { type AcceptedResponse, judgeChoice, type Offered } from './judge-choice.js';

/** What of the answer to an extended CONNECT decides whether the WebSocket is open. */
export interface ConnectAnswer {
  readonly status: number;
  /** Without pseudo-header fields. */
  readonly headers: HeaderFields;
  /** Whether the server has ended its side with the answer. */
  readonly ended: boolean;
}

/** Whether an extended CONNECT is granted. RFC 9110 section 9.3.6: any status of success does it. */
export function grantsConnect(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Judges a server's answer that grants an extended CONNECT. RFC 8441 section 5: there is no key in HTTP/2, so a Sec-WebSocket-Accept proves nothing,
 * and is passed over.
 *
 * @throws HandshakeError when the answer does not open a WebSocket; NegotiationError when it chooses what was not offered.
 */
export function judgeConnectAnswer(
  { status, headers, ended }: ConnectAnswer,
  offered: Offered,
): AcceptedResponse {
  if (!ended) return judgeChoice(status, headers, offered);
  throw new HandshakeError(
    'the answer does not open a WebSocket: the server has ended its side of the stream with it',
    { phase: 'http', status, headers: headers.toRecord() },
  );
}
