import type { TlsOptions } from 'node:tls';
import {
  CONNECTION_CHECKS,
  type ConnectionOptions,
  DEFAULT_HANDSHAKE_TIMEOUT_MS,
  resolveConnectionOptions,
} from '../connection/options.js';
import {
  anything,
  type Checks,
  checkOptions,
  flag,
  milliseconds,
  ofType,
  wholeNumber,
} from '../protocol/option-checks.js';
import { type ConnectionProfile, connectionProfile } from '../connection/profile.js';
import { type CompiledOrigins, compileOrigins, type Origins } from '../protocol/handshake/origins.js';
import { checkSubprotocols } from '../protocol/handshake/subprotocols.js';

/** Where and how a server listens, and what its connections are like. */
export interface ServerOptions extends ConnectionOptions {
  /** The address to bind. Default: all of this machine's. */
  readonly host?: string;
  /** The TCP port, 0 to 65535. Default 0: a free one. */
  readonly port?: number;
  /** A Unix socket's path, in place of host and port. */
  readonly unixPath?: string;
  /** Certificate, key and what else `node:tls` takes: the server is `wss:` then. */
  readonly tls?: TlsOptions;
  /** Milliseconds for a client to complete its request. Default 10 000. */
  readonly handshakeTimeoutMs?: number;
  /** The subprotocols this server speaks. The first one of the client's that is among them is chosen. */
  readonly subprotocols?: readonly string[];
  /**
   * The origins browsers may come from: `'same'` (default) as the Host, `'any'`, or full origins in which a star
   * stands for one label of the host (`https://*.example.com`). A request without Origin is not from a browser.
   */
  readonly origins?: Origins;
  /** Answers a browser that comes without a WebSocket with a page to try the server. Default false: 426. */
  readonly statusPage?: boolean;
  /** False lets frames from clients pass that are not masked. For tests. Default true. */
  readonly requireMasked?: boolean;
  /** False leaves Nagle's algorithm on. Default true. */
  readonly noDelay?: boolean;
}

/** The options as a server uses them. */
export interface ResolvedServerOptions {
  readonly host: string | undefined;
  readonly port: number;
  readonly unixPath: string | undefined;
  readonly tls: TlsOptions | undefined;
  readonly handshakeTimeoutMs: number;
  readonly subprotocols: readonly string[];
  readonly origins: CompiledOrigins;
  readonly statusPage: boolean;
  readonly noDelay: boolean;
  /** What all its connections have in common. */
  readonly profile: ConnectionProfile;
}

const CHECKS: Checks = Object.freeze({
  ...CONNECTION_CHECKS,
  host: ofType('string'),
  port: wholeNumber(0, 65535),
  unixPath: ofType('string'),
  tls: ofType('object'),
  handshakeTimeoutMs: milliseconds,
  subprotocols: anything,
  origins: anything,
  statusPage: flag,
  requireMasked: flag,
  noDelay: flag,
});

/**
 * @param more - The checks of further options that the caller has.
 * @throws TypeError or RangeError that names the option, its value and what was expected.
 */
export function resolveServerOptions(options: ServerOptions, more: Checks = {}): ResolvedServerOptions {
  checkOptions(options, { ...CHECKS, ...more });
  if (options.unixPath !== undefined && options.port !== undefined) {
    throw new TypeError('options unixPath and port are both given, expected one of them');
  }
  return {
    host: options.host,
    port: options.port ?? 0,
    unixPath: options.unixPath,
    tls: options.tls,
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS,
    subprotocols: checkSubprotocols(options.subprotocols ?? []),
    origins: compileOrigins(options.origins ?? 'same'),
    statusPage: options.statusPage ?? false,
    noDelay: options.noDelay ?? true,
    profile: connectionProfile('server', {
      ...resolveConnectionOptions(options, 'server'),
      requireMasked: options.requireMasked ?? true,
    }),
  };
}
