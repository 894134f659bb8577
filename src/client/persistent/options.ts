import type { Logger } from '../../connection/logger.js';
import { consoleLogger, guarded } from '../../connection/logger.js';
import {
  type Check,
  type Checks,
  checkOptions,
  ofType,
  oneOf,
  wholeNumber,
} from '../../protocol/option-checks.js';
import { CLIENT_CHECKS, type ClientOptions } from '../options.js';
import { RECONNECT_CHECKS, type ReconnectOptions, resolveReconnect } from '../reconnect/options.js';
import type { ResolvedReconnect } from '../reconnect/options.js';
import { MAX_WAIT_MS } from '../reconnect/wait.js';
import type { OfflineBounds } from './offline-queue.js';

/**
 * What becomes of messages that are sent while there is no connection.
 *
 * - `'none'`: they are dropped.
 * - `'latest'`: the newest is held, and takes the place of the one before.
 * - Bounds: as many are held, in order; what does not fit is dropped.
 *
 * Each that is dropped is counted, and `send` returns false unless a newer one took its place.
 */
export type WhileOffline = 'none' | 'latest' | { readonly maxBytes?: number; readonly maxMessages?: number };

/** How a persistent connection connects, tries again, and holds messages meanwhile. */
export interface PersistentOptions<Context = undefined> extends ClientOptions<Context>, ReconnectOptions {
  /** What is held while there is no connection. Default `{ maxBytes: 1 MiB, maxMessages: 1024 }`. */
  readonly whileOffline?: WhileOffline;
  /** Milliseconds for which the connection stays when nobody needs it any more. Default 1000. */
  readonly lingerMs?: number;
}

/** {@link PersistentOptions} with everything decided, but for those of `connect`. */
export interface ResolvedPersistent {
  readonly reconnect: ResolvedReconnect;
  readonly offline: OfflineBounds;
  readonly lingerMs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
}

const POLICIES = oneOf('none', 'latest');
const policy: Check = {
  expected: `${POLICIES.expected} or { maxBytes, maxMessages }`,
  accepts: (value) => POLICIES.accepts(value) || (typeof value === 'object' && value !== null),
  inRangeOfType: (value) => POLICIES.inRangeOfType(value),
};

const OWN_CHECKS: Checks = Object.freeze({ whileOffline: policy, lingerMs: wholeNumber(0, MAX_WAIT_MS) });
/** Those that an Observable of connections leaves to be decided. */
const OBSERVABLE_CHECKS: Checks = Object.freeze({
  ...RECONNECT_CHECKS,
  ...OWN_CHECKS,
  logger: ofType('object'),
});
const ALL_CHECKS: Checks = Object.freeze({ ...CLIENT_CHECKS, ...RECONNECT_CHECKS, ...OWN_CHECKS });
const OFFLINE_CHECKS: Checks = Object.freeze({ maxBytes: wholeNumber(0), maxMessages: wholeNumber(0) });

const DEFAULT_BOUNDS: OfflineBounds = Object.freeze({
  maxBytes: 1024 * 1024,
  maxMessages: 1024,
  keepsNewest: false,
});

/** @throws TypeError or RangeError for wrong options, and for those of `connect` where there is no URL. */
export function checkPersistent(options: PersistentOptions<unknown>, hasUrl: boolean): void {
  if (hasUrl) {
    checkOptions(options, ALL_CHECKS);
    return;
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(CLIENT_CHECKS, name) && !Object.hasOwn(OBSERVABLE_CHECKS, name)) {
      throw new TypeError(`option ${name} is for connect, and not for an Observable of connections`);
    }
  }
  checkOptions(options, OBSERVABLE_CHECKS);
}

/** The options that `connect` knows. */
export function clientOptionsOf<Context>(options: PersistentOptions<Context>): ClientOptions<Context> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(CLIENT_CHECKS, name)));
}

/** Decides what was left open. @throws TypeError or RangeError for wrong options within `whileOffline` and `delays`. */
export function resolvePersistent(options: PersistentOptions<unknown>): ResolvedPersistent {
  return {
    reconnect: resolveReconnect(options),
    offline: boundsOf(options.whileOffline),
    lingerMs: options.lingerMs ?? 1000,
    logger: guarded(options.logger ?? consoleLogger),
    signal: options.signal,
  };
}

function boundsOf(option: WhileOffline | undefined): OfflineBounds {
  if (option === undefined) return DEFAULT_BOUNDS;
  if (option === 'none') return { maxBytes: 0, maxMessages: 0, keepsNewest: false };
  if (option === 'latest') return { maxBytes: Infinity, maxMessages: 1, keepsNewest: true };
  checkOptions(option, OFFLINE_CHECKS, 'whileOffline.');
  const { maxBytes = DEFAULT_BOUNDS.maxBytes, maxMessages = DEFAULT_BOUNDS.maxMessages } = option;
  return { maxBytes, maxMessages, keepsNewest: false };
}
