import type { SchedulerLike } from 'rxjs';
import type { ClientOptions, HeaderOptions, ServerOptions } from '../index.js';
import { WIRE_KEY } from './wire-frame.js';
import type { ChopOption } from './wire.js';

/** What of {@link ClientOptions} is of sockets, of requests that are made again, or of the pair. */
const NOT_OF_CLIENTS = [
  'auth',
  'autoSelectFamily',
  'autoSelectFamilyTimeoutMs',
  'connectTimeoutMs',
  'cookieJar',
  'cookies',
  'dial',
  'family',
  'handshakeTimeoutMs',
  'hostHeader',
  'http2',
  'keyLog',
  'localAddress',
  'localPort',
  'lookup',
  'noDelay',
  'noProxy',
  'proxy',
  'redirects',
  'scheduler',
  'signal',
  'socket',
  'tcpKeepAliveMs',
  'tls',
  'unref',
  'userAgent',
] as const;

/** What of {@link ServerOptions} is of sockets, of other requests, or decides about requests: in memory nobody is refused. */
const NOT_OF_SERVERS = [
  'allowedHosts',
  'authorize',
  'backlog',
  'fd',
  'handshakeTimeoutMs',
  'headers',
  'host',
  'http2',
  'maxConnections',
  'maxConnectionsPerAddress',
  'maxPendingHandshakes',
  'noDelay',
  'path',
  'port',
  'requireSubprotocol',
  'reusePort',
  'scheduler',
  'selectSubprotocol',
  'server',
  'serverHeader',
  'signal',
  'statusPage',
  'tls',
  'trustProxy',
  'unixPath',
  'unmatched',
  'unref',
  'versions',
] as const;

/** {@link ClientOptions} as far as they are the connection's, or its request's; time is the pair's. */
export type PairClientOptions<Context = undefined> = Omit<
  ClientOptions<Context>,
  'headers' | (typeof NOT_OF_CLIENTS)[number]
> & { readonly headers?: HeaderOptions };

/** {@link ServerOptions} as far as they are the connection's; time is the pair's. */
export type PairServerOptions<Context = undefined> = Omit<ServerOptions, (typeof NOT_OF_SERVERS)[number]> & {
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
  refuse(options, NOT_OF_CLIENTS);
  if (typeof options.headers === 'function') {
    throw new TypeError('option headers is a function, expected an object: in memory nobody asks it');
  }
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
  refuse(options, NOT_OF_SERVERS);
  return { keepAlive: false, ...options, ...(scheduler !== undefined && { scheduler }) };
}

/** An option that did nothing would make a test pass that tests nothing. */
function refuse(options: object, names: readonly string[]): void {
  const given = options as Readonly<Record<string, unknown>>;
  const idle = names.find((name) => given[name] !== undefined);
  if (idle === undefined) return;
  const why = idle === 'scheduler' ? 'time is that of both' : 'nothing in memory heeds it';
  throw new TypeError(`option ${idle} is given to one side of a pair: ${why}`);
}
