import type { Duplex } from 'node:stream';
import type { EndpointOptions, Role, TransportName } from '../case.js';
import type { DeflateCodec } from '../deflate-codec.js';

/** An open connection of an endpoint that echoes every message, and the peer's end of it. */
export interface Conversation {
  /** Where the peer writes and reads. It reads nothing before it is resumed. */
  readonly stream: Duplex;
  /** What the peer compresses with, if that was agreed on. */
  readonly codec: DeflateCodec | undefined;
  /** How many messages the application has been given. */
  delivered(): number;
  /** The close code that the application is told, once the connection has ended. */
  readonly told: Promise<number>;
  /** The application closes. */
  close(code: number, reason: string): void;
  /** Ends whatever is left. */
  release(): void;
}

/** An implementation that can be put to the test. */
export interface Endpoint {
  readonly name: string;
  readonly transports: readonly TransportName[];
  /** Opens a connection with this endpoint in `role`. */
  start(role: Role, transport: TransportName, options: EndpointOptions): Promise<Conversation>;
  /** Ends what it listens on. */
  stop(): Promise<void>;
}
