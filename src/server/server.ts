import type { AddressInfo } from 'node:net';
import type { Observable } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import type { Encoder } from '../operators/codecs/codec.js';
import type { HandshakeError } from '../protocol/errors.js';
import type { Outgoing } from '../protocol/message.js';
import type { BroadcastOptions, BroadcastResult } from './broadcast.js';
import type { ServerStats } from './stats/server-stats.js';
import type { Topic } from './topics/topic.js';
import type { Topics } from './topics/topics.js';

/** How a server is closed. */
export interface ServerCloseOptions {
  /** The close code for the open connections. Default 1001. */
  readonly code?: number;
  /** At most 123 octets of UTF-8. Default empty. */
  readonly reason?: string;
  /**
   * Milliseconds for them to close; then their transports are destroyed. 0 gives them none. Default `closeTimeoutMs`, which each of
   * them has at most.
   */
  readonly graceMs?: number;
}

/** A server that listens. One connection's failure is never another's, nor the server's. */
export interface Server<Context = undefined> extends AsyncDisposable {
  /** Connections as they open. Hot; never errors; completes when the server closes. */
  readonly connections$: Observable<Connection<Context>>;
  /** The connections that are open or closing. */
  readonly connections: ReadonlySet<Connection<Context>>;
  /** Where it listens; the path of a Unix socket. */
  readonly address: AddressInfo | string;
  /** The URL to connect to from this machine. */
  readonly url: string;
  /** Requests that were refused. Hot; never errors; completes when the server closes. */
  readonly rejections$: Observable<HandshakeError>;
  /** What it has counted, as it is now. Adding it up takes a look at each open connection, and counting costs nothing beside theirs. */
  readonly stats: ServerStats;
  /**
   * `stats` at once for each subscriber, then every second for all of them together, by the option `scheduler`.
   *
   *     stats$  s----s----s--s|      a last value when the server has closed
   *
   * There is one timer, and none while nobody is subscribed. Never errors.
   */
  readonly stats$: Observable<ServerStats>;
  /**
   * Sends one message to all its connections that are open, encoded once. As {@link broadcast} over `connections`.
   *
   * @throws TypeError for what is neither text nor bytes, and for wrong options; RangeError for options out of range.
   */
  broadcast(data: Outgoing, options?: BroadcastOptions): BroadcastResult;
  /**
   * What is published under a name, for the connections that are added to it; with `encoder` a topic of values, which that makes messages
   * of. All topics of a server with one name are one.
   *
   * @throws TypeError for a name that is no string, or an encoder that is none.
   */
  topic<T extends Outgoing = Outgoing>(name: string): Topic<T>;
  topic<T>(name: string, encoder: Encoder<T>): Topic<T>;
  /** The same topics, and who comes to them and leaves. */
  readonly topics: Topics;
  /**
   * Takes no more connections, closes the open ones, and resolves when all are gone. Acts at once. Who waits for `authorize`, or has not
   * sent a whole request yet, is refused with 503.
   *
   * Later calls wait for the first; one with a `graceMs` that ends sooner cuts what is left then.
   *
   * @throws RangeError for a code or a reason that cannot be sent.
   */
  close(options?: ServerCloseOptions): Promise<void>;
}
