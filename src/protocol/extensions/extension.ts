import type { Frame } from '../frame.js';
import type { HeaderFields } from '../handshake/header-fields.js';
import type { Transform } from './transform.js';

/** One parameter of an extension in a Sec-WebSocket-Extensions header, unquoted. RFC 6455 section 9.1. */
export interface ExtensionParameter {
  readonly name: string;
  /** Undefined for a parameter without a value. */
  readonly value: string | undefined;
}

/** The parameters of one offer or of one answer, in the order of the header. */
export type ExtensionParameters = readonly ExtensionParameter[];

/** What an extension may look at before it accepts an offer. */
export interface ExtensionRequest {
  readonly headers: HeaderFields;
}

/** What this side does for an extension, once both sides have agreed on its parameters. */
export interface Agreement {
  /** The parameters of the server's answer. */
  readonly parameters: ExtensionParameters;
  /** Makes what undoes the peer's transform, new for a connection. Default: payloads pass as they are. */
  inbound?(): Transform;
  /** Makes what transforms payloads before they are sent, new for a connection. Default: payloads pass as they are. */
  outbound?(): Transform;
  /**
   * Called with every frame that has one of the extension's own opcodes, whole and unmasked. What it throws fails the connection.
   * Default: they are dropped.
   */
  onFrame?(frame: Frame): void;
}

/**
 * An extension of the protocol: how it is negotiated, and one pure {@link Transform} for each direction. RFC 6455 section 9.
 *
 * It may be used by any number of connections at the same time: what belongs to one connection is made by its {@link Agreement}.
 */
export interface Extension {
  /** The token that it is negotiated by. */
  readonly name: string;
  /** Further names that a server knows it by. Default none. */
  readonly aliases?: readonly string[];
  /**
   * The reserved bits it owns: RSV1 is 4, RSV2 is 2, RSV3 is 1. They are set on what was transformed. With 0 every payload is taken to be
   * transformed.
   */
  readonly rsv: number;
  /** The opcodes it owns, of 3 to 7 and 11 to 15. Default none. */
  readonly opcodes?: readonly number[];
  /**
   * What is transformed: a whole message before it is cut into frames (its first frame has the bits), or each data frame after that.
   */
  readonly level: 'message' | 'frame';
  /** A client's offers, the one it likes best first. None: the extension is not offered. */
  offer(): readonly ExtensionParameters[];
  /**
   * A server's answer to one offer.
   *
   * @returns undefined to decline: the next offer is looked at, and the connection opens without the extension if none is accepted.
   */
  accept(offer: ExtensionParameters, request: ExtensionRequest): Agreement | undefined;
  /**
   * What a client makes of the server's answer.
   *
   * @throws NegotiationError when it does not answer what was offered; the connection is failed.
   */
  confirm(answer: ExtensionParameters): Agreement;
}

/** An extension that two sides have agreed on. */
export interface NegotiatedExtension extends Agreement {
  /** The name it was agreed on by. */
  readonly name: string;
  readonly rsv: number;
  readonly opcodes: readonly number[];
  readonly level: 'message' | 'frame';
}
