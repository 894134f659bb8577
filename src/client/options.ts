import {
  CONNECTION_CHECKS,
  type ConnectionOptions,
  DEFAULT_HANDSHAKE_TIMEOUT_MS,
  resolveConnectionOptions,
} from '../connection/options.js';
import { type ConnectionProfile, connectionProfile } from '../connection/profile.js';
import {
  abortSignal,
  anything,
  type Check,
  type Checks,
  checkOptions,
  flag,
  milliseconds,
  ofType,
  oneOf,
} from '../protocol/option-checks.js';
import { type Asking, ASKING_CHECKS, type AskingOptions, resolveAsking } from './asking/options.js';
import {
  DIAL_CHECKS,
  type DialOptions,
  type ResolvedDialOptions,
  resolveDialOptions,
} from './dial-options.js';
import type { HeaderOptions } from '../protocol/handshake/header-options.js';
import { isHost } from '../protocol/handshake/host.js';
import { checkSubprotocols } from '../protocol/handshake/subprotocols.js';

/** What a client says in the opening handshake, and what its connection is like: over whatever it speaks. */
export interface ClientHandshakeOptions<Context = undefined> extends ConnectionOptions, AskingOptions {
  /** What the application attaches to the connection. Default undefined. */
  readonly context?: Context;
  /** The subprotocols offered, in order of preference. RFC 6455 section 1.9. */
  readonly subprotocols?: readonly string[];
  /** Whether the server must choose one where some were offered. Default true. */
  readonly requireSubprotocol?: boolean;
  /** The Host header. Default the URL's host, with which certificates are compared all the same. */
  readonly hostHeader?: string;
  /** The wire version to speak. Default 13; 8 is of the last drafts before RFC 6455. */
  readonly version?: 8 | 13;
  /** Milliseconds for the whole opening handshake, from the look-up of the name on. Default 10 000. */
  readonly handshakeTimeoutMs?: number;
  /** Aborts the dial; on an open connection, closes it with 1000. `connect` errors with its reason. */
  readonly signal?: AbortSignal;
  /** Lets masked frames from the server pass. For tests. Default false. */
  readonly acceptMasked?: boolean;
  /** Makes the four octets of each masking key. For tests: the default is the operating system's randomness. */
  readonly maskingKey?: () => Uint8Array;
  /** False leaves Nagle's algorithm on. Default true. */
  readonly noDelay?: boolean;
  /** Lets the process exit while the connection is open. Default false. */
  readonly unref?: boolean;
}

/** How a client connects, and what its connection is like. */
export interface ClientOptions<Context = undefined> extends ClientHandshakeOptions<Context>, DialOptions {}

/** The options as a client uses them. */
export interface ResolvedClientOptions<Context> {
  readonly context: Context;
  readonly subprotocols: readonly string[];
  readonly requireSubprotocol: boolean;
  /** The fixed ones; none where a function gives them. */
  readonly headers: HeaderOptions;
  readonly hostHeader: string | undefined;
  /** `'same'` for that of the URL. */
  readonly origin: string | undefined;
  /** Who it says that it is. */
  readonly asking: Asking;
  readonly version: 8 | 13;
  /** How it gets to the server. */
  readonly dialing: ResolvedDialOptions;
  readonly handshakeTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly unref: boolean;
  /** What all its connections have in common. */
  readonly profile: ConnectionProfile;
}

const host: Check = {
  expected: 'a host, with or without a port',
  accepts: (value) => typeof value === 'string' && value !== '' && isHost(value),
  inRangeOfType: (value) => typeof value === 'string',
};

/** How the options of {@link ClientHandshakeOptions} are checked. */
export const CLIENT_HANDSHAKE_CHECKS: Checks = Object.freeze({
  ...CONNECTION_CHECKS,
  context: anything,
  subprotocols: anything,
  requireSubprotocol: flag,
  hostHeader: host,
  ...ASKING_CHECKS,
  version: oneOf(8, 13),
  handshakeTimeoutMs: milliseconds,
  signal: abortSignal,
  acceptMasked: flag,
  maskingKey: ofType('function'),
  noDelay: flag,
  unref: flag,
});

/** For those who take a client's options among others. */
export const CLIENT_CHECKS: Checks = Object.freeze({ ...CLIENT_HANDSHAKE_CHECKS, ...DIAL_CHECKS });

/** @throws TypeError or RangeError that names the option, its value and what was expected. */
export function resolveClientOptions<Context>(
  options: ClientOptions<Context>,
): ResolvedClientOptions<Context> {
  checkOptions(options, CLIENT_CHECKS);
  if (options.version === 8 && (options.http2 ?? false) !== false) {
    throw new TypeError('option version is 8 beside http2, which is younger: expected 13');
  }
  // What may not be in a request is refused now, and not at the first dial.
  const asking = resolveAsking(options);
  if (options.socket !== undefined) checkForOneStream(options);
  const profile = connectionProfile('client', {
    ...resolveConnectionOptions(options, 'client'),
    acceptMasked: options.acceptMasked ?? false,
    maskingKey: options.maskingKey,
  });
  return {
    // Whoever asks for a context gives one; who gives none has `undefined` as its type.
    context: options.context as Context,
    subprotocols: checkSubprotocols(options.subprotocols ?? []),
    requireSubprotocol: options.requireSubprotocol ?? true,
    headers: typeof asking.headers === 'function' ? {} : asking.headers,
    hostHeader: options.hostHeader,
    origin: options.origin === false ? undefined : options.origin,
    asking,
    version: options.version ?? 13,
    dialing: resolveDialOptions(options, (error) => {
      profile.options.logger.warn?.('the key log cannot be written', { error });
    }),
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS,
    signal: options.signal,
    unref: options.unref ?? false,
    profile,
  };
}

/** Over HTTP/2 it is not asked again on the same connection. */
function checkForOneStream({ auth, http2 = false }: ClientOptions<unknown>): void {
  if (http2 === false || auth === undefined || (typeof auth === 'object' && auth.scheme === 'basic')) return;
  throw new TypeError(
    "option auth may ask again, and with http2 there is one stream for it: expected the scheme 'basic', which is sent at once",
  );
}
