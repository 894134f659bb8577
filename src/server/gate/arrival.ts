import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Handshake, HandshakeRequest } from '../../connection/handshake-facts.js';
import type { NegotiatedExtension } from '../../protocol/extensions/extension.js';
import type { AcceptedOffers, RequestRules } from '../../protocol/handshake/any-request.js';
import type { HeaderOptions } from '../../protocol/handshake/header-options.js';
import type { Refusal } from '../../protocol/handshake/refusal.js';
import type { Transport } from '../../transport/transport.js';

/** What can be refused: answered with a reply, and ended. */
export interface Refusable {
  /** What the bytes behind the request come on. */
  readonly socket: Duplex;
  /** Where it came from; undefined where that has no address, or is gone. */
  readonly remoteAddress: string | undefined;
  refuse(refusal: Refusal): void;
}

/** How a request for a WebSocket is to be answered. */
export interface Answer {
  /** What came behind the request; it is the connection's first bytes. */
  readonly head: Uint8Array;
  readonly subprotocol: string | undefined;
  readonly extensions: readonly NegotiatedExtension[];
  readonly headers: HeaderOptions;
}

/** What a connection is made of. */
export interface Opened {
  readonly transport: Transport;
  readonly handshake: Handshake;
}

/** A request for a WebSocket as it came, over whatever HTTP: what it says, and how it is answered, once. */
export interface Arrival extends Refusable {
  readonly method: HandshakeRequest['method'];
  readonly target: string;
  /** Names and values in turns. */
  readonly rawHeaders: readonly string[];
  readonly secure: boolean;
  /** Node's own request. */
  readonly message: IncomingMessage | Http2ServerRequest;
  /** The bytes that came behind the request. */
  readonly head: Uint8Array;
  /** What the protocol says about it. To be called once, and before `accept`. */
  judge(rules: RequestRules): AcceptedOffers | Refusal;
  /**
   * Answers that from here on it is a WebSocket.
   *
   * @throws TypeError for what may not be written into the answer; then nothing is.
   */
  accept(answer: Answer): Opened;
}
