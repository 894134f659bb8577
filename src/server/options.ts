import type { Server as NetServer } from 'node:net';
import type { TlsOptions } from 'node:tls';
import {
  CONNECTION_CHECKS,
  type ConnectionOptions,
  DEFAULT_HANDSHAKE_TIMEOUT_MS,
  resolveConnectionOptions,
} from '../connection/options.js';
import { type ConnectionProfile, connectionProfile } from '../connection/profile.js';
import {
  checkByName,
  type HeaderOptions,
  headerList,
  RESERVED_IN_RESPONSE,
} from '../protocol/handshake/header-options.js';
import { type CompiledOrigins, compileOrigins, type Origins } from '../protocol/handshake/origins.js';
import { checkSubprotocols, type SubprotocolPreference } from '../protocol/handshake/subprotocols.js';
import { SUPPORTED_VERSIONS, type Version } from '../protocol/handshake/versions.js';
import {
  abortSignal,
  anything,
  type Checks,
  checkOptions,
  flag,
  milliseconds,
  ofType,
  oneOf,
  secret,
  wholeNumber,
} from '../protocol/option-checks.js';
import {
  ADMISSION_CHECKS,
  type AdmissionOptions,
  type ResolvedAdmission,
  resolveAdmission,
} from './admission-options.js';
import { OverriddenProfiles } from './gate/connection-overrides.js';
import type { Authorize } from './gate/decision.js';
import type { SelectSubprotocol } from './gate/select-subprotocol.js';
import { checkPlace } from './place.js';

/** What a server says to requests, and what its connections are like: wherever its requests come from. */
export interface UpgradeOptions<Context = undefined> extends ConnectionOptions, AdmissionOptions {
  /**
   * Decides about each request that is in order, and gives its connection a `context`. Default: all are accepted.
   *
   * It is not asked about requests that are refused anyway, such as those of other origins.
   */
  readonly authorize?: Authorize<Context>;
  /**
   * Milliseconds from the moment a client has come for it to complete its request and for `authorize` to decide; behind a handshake of TLS,
   * which has as many for itself. With `attach`, and a request that was read by others, from the request on. Default 10 000.
   */
  readonly handshakeTimeoutMs?: number;
  /** The most requests that are not complete, or wait for `authorize`; more are answered with 503 or closed. Default 1000. */
  readonly maxPendingHandshakes?: number;
  /** The subprotocols this server speaks, in order of preference. RFC 6455 section 1.9. */
  readonly subprotocols?: readonly string[];
  /**
   * Which of the subprotocols that both speak is chosen: the first of the `'client'` (default) or of the `'server'`, the one with the
   * least sum of ranks (`'balanced'`), or what a function says, which is given the client's and need not know `subprotocols`.
   */
  readonly selectSubprotocol?: SubprotocolPreference | SelectSubprotocol;
  /** Refuses with 400 a client that no subprotocol was chosen for. Default false. */
  readonly requireSubprotocol?: boolean;
  /**
   * The origins browsers may come from: `'same'` (default) as the Host, `'any'`, or full origins in which a star
   * stands for one label of the host (`https://*.example.com`). A request without Origin is not from a browser.
   */
  readonly origins?: Origins;
  /** Further header fields of each 101. Those of the handshake itself are refused. */
  readonly headers?: HeaderOptions;
  /** The header Server of every reply, of refusals too. Default false: none, since it tells attackers what to try. RFC 9110 section 10.2.4. */
  readonly serverHeader?: string | false;
  /** The wire versions that are spoken. Default both: 13, and 8 of the last drafts. RFC 6455 section 4.4. */
  readonly versions?: readonly Version[];
  /** False lets frames from clients pass that are not masked. For tests. Default true. */
  readonly requireMasked?: boolean;
  /**
   * Milliseconds after which a connection is closed with 1001, whatever it is used for: each at a moment of chance in the last fifth of them,
   * so that those that came together do not come back together. Default `Infinity`.
   */
  readonly maxLifetimeMs?: number;
  /**
   * Closes the server when it aborts: no more connections, 1001 to the open ones. `listen` and `openServer` fail with its reason if it has
   * aborted before.
   */
  readonly signal?: AbortSignal;
  /** Lets the process exit while the server listens and has connections. Default false. */
  readonly unref?: boolean;
  /** False leaves Nagle's algorithm on. Default true. */
  readonly noDelay?: boolean;
}

/** What is served, and to whom, by a server that is attached to another one. */
export interface AttachOptions<Context = undefined> extends UpgradeOptions<Context> {
  /** The path that is served, which may have names (`/chat/:room`) and end with a star. Default all of them. */
  readonly path?: string;
  /**
   * What becomes of requests whose path nobody serves, on a server that others listen to: they are left alone, or refused with 404.
   * Default: 404 unless somebody else listens for upgrades too.
   */
  readonly unmatched?: 'leave' | 404;
}

/** Where and how a server listens, and what its connections are like. */
export interface ServerOptions<Context = undefined> extends AttachOptions<Context> {
  /** The address to bind. Default: all of this machine's. */
  readonly host?: string;
  /** The TCP port, 0 to 65535. Default 0: a free one. */
  readonly port?: number;
  /** A Unix socket's path, in place of host and port. */
  readonly unixPath?: string;
  /** A file descriptor that listens already, such as one of systemd's, in place of host and port. */
  readonly fd?: number;
  /**
   * A server of yours in place of host and port, which you bind and close. Of one of `node:net` or `node:tls` every connection is taken;
   * to one of `node:http`, `node:https` or `node:http2` this one is attached.
   */
  readonly server?: NetServer;
  /** The most connections that the system keeps for a process that is late. Default 511, or less if the system says so. */
  readonly backlog?: number;
  /** Lets several processes bind one port, between which the system shares. From Node 22.12 on. Default false. */
  readonly reusePort?: boolean;
  /** Certificate, key and what else `node:tls` takes: the server is `wss:` then. */
  readonly tls?: TlsOptions;
  /**
   * Speaks HTTP/2 too, in which many connections share a socket: with those who ask for it over TLS by ALPN, and without TLS with those who
   * begin with it. All others have HTTP/1.1. RFC 8441. Default false.
   */
  readonly http2?: boolean;
  /**
   * Answers a browser that comes without a WebSocket with a page that shows what the server does, and to try it. Its figures are for whoever
   * opens it, if `authorize` lets them. Default false: 426.
   */
  readonly statusPage?: boolean;
}

/** The options as they are used for each request. */
export interface ResolvedUpgradeOptions<out Context> {
  readonly authorize: Authorize<Context> | undefined;
  readonly handshakeTimeoutMs: number;
  readonly maxPendingHandshakes: number;
  readonly admission: ResolvedAdmission;
  readonly subprotocols: readonly string[];
  readonly selectSubprotocol: SubprotocolPreference | SelectSubprotocol;
  readonly requireSubprotocol: boolean;
  readonly origins: CompiledOrigins;
  /** With Server among them, where there is one. */
  readonly headers: HeaderOptions;
  readonly serverHeader: string | undefined;
  readonly versions: readonly Version[];
  readonly signal: AbortSignal | undefined;
  readonly unref: boolean;
  readonly noDelay: boolean;
  /** What all its connections have in common. */
  readonly profile: ConnectionProfile;
  /** What those are like that have options of their own. */
  readonly profiles: OverriddenProfiles;
}

/** The options as a server uses them. */
export interface ResolvedServerOptions<out Context> extends ResolvedUpgradeOptions<Context> {
  readonly host: string | undefined;
  readonly port: number;
  readonly unixPath: string | undefined;
  readonly fd: number | undefined;
  readonly server: NetServer | undefined;
  readonly backlog: number | undefined;
  readonly reusePort: boolean;
  readonly tls: TlsOptions | undefined;
  readonly http2: boolean;
  readonly path: string | undefined;
  readonly unmatched: 'leave' | 404 | undefined;
  readonly statusPage: boolean;
}

/** How the options of {@link UpgradeOptions} are checked. */
export const UPGRADE_CHECKS: Checks = Object.freeze({
  ...CONNECTION_CHECKS,
  ...ADMISSION_CHECKS,
  authorize: ofType('function'),
  handshakeTimeoutMs: milliseconds,
  maxPendingHandshakes: wholeNumber(1),
  subprotocols: anything,
  selectSubprotocol: {
    ...oneOf('client', 'server', 'balanced'),
    expected: "'client', 'server', 'balanced' or a function",
    accepts: (value) =>
      typeof value === 'function' || value === 'client' || value === 'server' || value === 'balanced',
  },
  requireSubprotocol: flag,
  origins: anything,
  headers: secret(ofType('object')),
  serverHeader: {
    expected: 'a string that is not empty, or false',
    accepts: (value) => value === false || (typeof value === 'string' && value !== ''),
    inRangeOfType: (value) => value === '',
  },
  versions: anything,
  requireMasked: flag,
  maxLifetimeMs: milliseconds,
  signal: abortSignal,
  unref: flag,
  noDelay: flag,
});

/** How the options of {@link AttachOptions} are checked. */
export const ATTACH_CHECKS: Checks = Object.freeze({
  ...UPGRADE_CHECKS,
  path: ofType('string'),
  unmatched: oneOf('leave', 404),
});

const CHECKS: Checks = Object.freeze({
  ...ATTACH_CHECKS,
  host: ofType('string'),
  port: wholeNumber(0, 65535),
  unixPath: ofType('string'),
  fd: wholeNumber(0, 2 ** 31 - 1),
  server: ofType('object'),
  backlog: wholeNumber(1, 2 ** 31 - 1),
  reusePort: flag,
  tls: secret(ofType('object')),
  http2: flag,
  statusPage: flag,
});

/**
 * @param more - The checks of further options that the caller has.
 * @throws TypeError or RangeError that names the option, its value and what was expected.
 */
export function resolveServerOptions<Context>(
  options: ServerOptions<Context>,
  more: Checks = {},
): ResolvedServerOptions<Context> {
  checkOptions(options, { ...CHECKS, ...more });
  checkPlace(options);
  return {
    ...resolveUpgradeOptions(options),
    host: options.host,
    port: options.port ?? 0,
    unixPath: options.unixPath,
    fd: options.fd,
    server: options.server,
    backlog: options.backlog,
    reusePort: options.reusePort ?? false,
    tls: options.tls,
    http2: options.http2 ?? false,
    path: options.path,
    unmatched: options.unmatched,
    statusPage: options.statusPage ?? false,
  };
}

/** Decides what was left open of the options for each request. Their names and types have been checked. */
export function resolveUpgradeOptions<Context>(
  options: UpgradeOptions<Context>,
): ResolvedUpgradeOptions<Context> {
  const serverHeader = options.serverHeader === false ? undefined : options.serverHeader;
  // Of a list nothing would be left below.
  checkByName(options.headers ?? {});
  const headers = { ...(serverHeader !== undefined && { Server: serverHeader }), ...options.headers };
  headerList(headers, RESERVED_IN_RESPONSE);
  const profile = connectionProfile('server', {
    ...resolveConnectionOptions(options, 'server'),
    requireMasked: options.requireMasked ?? true,
    maxLifetimeMs: options.maxLifetimeMs ?? Infinity,
  });
  return {
    authorize: options.authorize,
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS,
    maxPendingHandshakes: options.maxPendingHandshakes ?? 1000,
    admission: resolveAdmission(options),
    subprotocols: checkSubprotocols(options.subprotocols ?? []),
    selectSubprotocol: options.selectSubprotocol ?? 'client',
    requireSubprotocol: options.requireSubprotocol ?? false,
    origins: compileOrigins(options.origins ?? 'same'),
    headers,
    serverHeader,
    versions: checkVersions(options.versions ?? SUPPORTED_VERSIONS),
    signal: options.signal,
    unref: options.unref ?? false,
    noDelay: options.noDelay ?? true,
    profile,
    profiles: new OverriddenProfiles(options, profile),
  };
}

function checkVersions(versions: readonly Version[]): readonly Version[] {
  const known: readonly unknown[] = SUPPORTED_VERSIONS;
  const wrong =
    !Array.isArray(versions) || versions.length === 0 || !versions.every((v) => known.includes(v));
  if (wrong) throw new TypeError('option versions is not a list of 13, 8 or both');
  return SUPPORTED_VERSIONS.filter((version) => versions.includes(version));
}
