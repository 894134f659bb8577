import type { CloseInfo } from '../../protocol/closing-handshake.js';
import { WebSocketError } from '../../protocol/errors.js';
import { isNetworkError } from './network-error.js';

/** Whether it is tried again: after the delay that is due, not at all, or after so many milliseconds. */
export type Verdict = 'retry' | 'stop' | number;

/** Close codes that say nothing against another try: the network, the server's restart, its load. */
const PASSING_CODES: ReadonlySet<number> = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014]);
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429]);

/** What is made of an attempt that failed, where `classify` has no opinion. */
export function verdictOnError(error: unknown): 'retry' | 'stop' {
  const status = statusOf(error);
  if (status === undefined) return isNetworkError(error) ? 'retry' : 'stop';
  return status >= 500 || PASSING_STATUSES.has(status) ? 'retry' : 'stop';
}

/** What is made of a connection that has ended, where `classify` has no opinion. */
export function verdictOnClose(info: CloseInfo): 'retry' | 'stop' {
  const { initiator, cause } = info;
  if (initiator === 'local' && cause === undefined) return 'stop';
  // Where this side had to end it, its own code says why, and not what the peer replied.
  const code = initiator === 'local' ? (info.sent?.code ?? 1006) : info.code;
  return PASSING_CODES.has(code) ? 'retry' : 'stop';
}

/** The status of the answer that an error is about, a server's or a proxy's. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof WebSocketError) || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}
