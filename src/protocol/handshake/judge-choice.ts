import { NegotiationError } from '../errors.js';
import type { Extension, NegotiatedExtension } from '../extensions/extension.js';
import { confirmAnswer } from '../extensions/negotiate-client.js';
import type { HeaderFields } from './header-fields.js';
import { judgeSubprotocol } from './subprotocols.js';

/** What a client offered, and what it insists on. */
export interface Offered {
  readonly subprotocols: readonly string[];
  readonly requireSubprotocol: boolean;
  /** Default none. */
  readonly extensions?: readonly Extension[] | undefined;
}

/** What the answer to an opening handshake chooses of what the client offered. */
export interface AcceptedResponse {
  readonly subprotocol: string | undefined;
  /** In the server's order. */
  readonly extensions: readonly NegotiatedExtension[];
}

/**
 * Judges what an answer that opens a WebSocket has chosen, in any version of HTTP. RFC 6455 section 4.1.
 *
 * @throws NegotiationError, with the status and the header fields, when it is not of what was offered.
 */
export function judgeChoice(status: number, headers: HeaderFields, offered: Offered): AcceptedResponse {
  try {
    return {
      extensions: confirmAnswer(headers.get('sec-websocket-extensions'), offered.extensions ?? []),
      subprotocol: judgeSubprotocol(headers, offered.subprotocols, offered.requireSubprotocol),
    };
  } catch (error) {
    if (!(error instanceof NegotiationError)) throw error;
    const { message, cause } = error;
    throw new NegotiationError(message, {
      status,
      headers: headers.toRecord(),
      ...(cause !== undefined && { cause }),
    });
  }
}
