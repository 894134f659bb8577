import type http from 'node:http';

/** Octets of a request head; Node answers a longer one with 431. */
const MAX_HEAD_BYTES = 16 * 1024;
/** What a timer of Node holds at most. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** How an HTTP server of ours is set up. */
export function httpLimits(options: {
  readonly handshakeTimeoutMs: number;
  readonly noDelay: boolean;
}): http.ServerOptions {
  const { handshakeTimeoutMs, noDelay } = options;
  const limitMs = finite(handshakeTimeoutMs);
  return {
    maxHeaderSize: MAX_HEAD_BYTES,
    noDelay,
    headersTimeout: limitMs,
    requestTimeout: limitMs,
    connectionsCheckingInterval: Math.min(1000, Math.ceil(limitMs / 4) || 1000),
    // What lacks a Host is refused by us, with a reason.
    requireHostHeader: false,
  };
}

/** Node counts no timeout as 0. */
function finite(ms: number): number {
  return ms === Infinity ? 0 : ms;
}
