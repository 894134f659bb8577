import { type AllowedHosts, compileAllowedHosts } from '../protocol/handshake/allowed-hosts.js';
import type { ProxyTrust } from '../protocol/handshake/forwarded.js';
import { anything, type Checks, wholeNumber } from '../protocol/option-checks.js';
import type { Capacity } from './gate/seats.js';
import { compileTrust, type TrustedProxies, type TrustProxyOptions } from './gate/trusted-proxies.js';

/** How many clients a server takes, for which hosts, and through which proxies they come. */
export interface AdmissionOptions {
  /**
   * The most connections at the same time, requests that `authorize` decides about included; more are answered with 503. Default
   * `Infinity`.
   */
  readonly maxConnections?: number;
  /**
   * The most of them from one address, or from one /64 network of IPv6; more are answered with 429. Who has no address, over a Unix socket,
   * is not counted. Default `Infinity`.
   */
  readonly maxConnectionsPerAddress?: number;
  /**
   * The proxies in front of this server that are believed when they say who the client is, whether it uses TLS, and which host it has asked
   * for. Default none: anybody can write such headers. What is malformed of theirs is refused with 400.
   */
  readonly trustProxy?: TrustedProxies | TrustProxyOptions;
  /**
   * The hosts that may be asked for: `['example.com', '*.example.com', 'localhost:*']`; others are refused with 421. Default all. It keeps
   * off web pages whose own name was made to point here.
   */
  readonly allowedHosts?: readonly string[];
}

/** The options as they are used for each request. */
export interface ResolvedAdmission extends Capacity {
  readonly trust: ProxyTrust | undefined;
  readonly allowedHosts: AllowedHosts | undefined;
}

/** How they are checked. */
export const ADMISSION_CHECKS: Checks = Object.freeze({
  maxConnections: wholeNumber(1),
  maxConnectionsPerAddress: wholeNumber(1),
  trustProxy: anything,
  allowedHosts: anything,
});

/** @throws TypeError or RangeError for proxies and hosts that are none. */
export function resolveAdmission(options: AdmissionOptions): ResolvedAdmission {
  const {
    maxConnections = Infinity,
    maxConnectionsPerAddress = Infinity,
    trustProxy,
    allowedHosts,
  } = options;
  return {
    maxConnections,
    maxConnectionsPerAddress,
    trust: trustProxy === undefined ? undefined : compileTrust(trustProxy),
    allowedHosts: allowedHosts === undefined ? undefined : compileAllowedHosts(allowedHosts),
  };
}
