import type { HeaderList } from './header-fields.js';

/** A request that is not to be a WebSocket, and the HTTP reply that says so. */
export interface Refusal {
  readonly ok: false;
  readonly status: number;
  /** What was expected and what came, for the body and the log. */
  readonly reason: string;
  readonly headers: HeaderList;
  /** What is written in place of `reason`. */
  readonly body?: string | Uint8Array | undefined;
}

/** What a 426 must say it wants instead. RFC 9110 section 15.5.22. */
const UPGRADE: HeaderList = [['Upgrade', 'websocket']];

/** A {@link Refusal} of `status`. */
export function refuse(status: number, reason: string, headers: HeaderList = []): Refusal {
  return { ok: false, status, reason, headers: status === 426 ? [...UPGRADE, ...headers] : headers };
}
