import type { SchedulerLike } from 'rxjs';
import type { ClientOptions, HeaderOptions, ServerOptions } from '../index.js';
import { WIRE_KEY } from './wire-frame.js';
import type { ChopOption } from './wire.js';

/** {@link ClientOptions} without those of sockets, of requests that are made again, and of time, which is the pair's. */
export type PairClientOptions<Context = undefined> = Omit<
  ClientOptions<Context>,
  | 'auth'
  | 'cookieJar'
  | 'cookies'
  | 'handshakeTimeoutMs'
  | 'headers'
  | 'http2'
  | 'noDelay'
  | 'redirects'
  | 'scheduler'
  | 'signal'
  | 'tls'
  | 'unref'
  | 'userAgent'
> & { readonly headers?: HeaderOptions };

/** What of {@link ServerOptions} is of sockets, of other requests, or decides about requests: in memory nobody is refused. */
type NotOfPairs =
  | 'allowedHosts'
  | 'authorize'
  | 'backlog'
  | 'fd'
  | 'handshakeTimeoutMs'
  | 'headers'
  | 'host'
  | 'http2'
  | 'maxConnections'
  | 'maxConnectionsPerAddress'
  | 'maxPendingHandshakes'
  | 'noDelay'
  | 'path'
  | 'port'
  | 'requireSubprotocol'
  | 'reusePort'
  | 'scheduler'
  | 'selectSubprotocol'
  | 'server'
  | 'serverHeader'
  | 'signal'
  | 'statusPage'
  | 'tls'
  | 'trustProxy'
  | 'unixPath'
  | 'unmatched'
  | 'unref'
  | 'versions';

/** {@link ServerOptions} as far as they are the connection's; time is the pair's. */
export type PairServerOptions<Context = undefined> = Omit<ServerOptions, NotOfPairs> & {
  /** What the application has attached to the connection. Default undefined. */
  readonly context?: Context;
};

/** What pairs of every kind are told. */
export interface CommonPairOptions {
  /**
   * Where time comes from, and the turns of the event loop: a `VirtualTime`, or a TestScheduler of rxjs. Default this machine's clock,
   * and Node's turns.
   */
  readonly scheduler?: SchedulerLike | undefined;
  /** Cuts what is written; each piece arrives in a turn of its own. Default: chunks arrive as they were written. */
  readonly chop?: ChopOption | undefined;
  /** The request target, path and query. Default `'/'`. */
  readonly target?: string | undefined;
}

/** A client's options as a pair has them where nothing is said: nothing happens by itself, and nothing is random. */
export function forClient<Context>(
  options: PairClientOptions<Context> = {},
  scheduler: SchedulerLike | undefined,
): ClientOptions<Context> {
  return {
    keepAlive: false,
    maskingKey: () => Uint8Array.from(WIRE_KEY),
    ...options,
    ...(scheduler !== undefined && { scheduler }),
  };
}

/** A server's. */
export function forServer(
  { context: _, ...options }: PairServerOptions<unknown> = {},
  scheduler: SchedulerLike | undefined,
): ServerOptions {
  return { keepAlive: false, ...options, ...(scheduler !== undefined && { scheduler }) };
}
