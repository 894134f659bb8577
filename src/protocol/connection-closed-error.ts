import type { CloseInfo } from './closing-handshake.js';
import type { CloseStatus } from './close-status.js';
import { WebSocketError } from './errors.js';

/** The connection ended otherwise than the caller could expect. `info` says how. */
export class ConnectionClosedError extends WebSocketError {
  static override readonly brand: string = 'ConnectionClosedError';
  readonly info: CloseInfo;

  constructor(info: CloseInfo, message: string = describeClose(info)) {
    super('RXWIRE_CONNECTION_CLOSED', message, info.cause === undefined ? undefined : { cause: info.cause });
    this.info = info;
  }
}

function describeStatus(status: CloseStatus): string {
  const code = status.code === 1005 ? 'a Close frame without a code' : String(status.code);
  return status.reason === '' ? code : `${code} (${status.reason})`;
}

/** How a connection ended, in words: what was sent, what came, in which order, and why. */
export function describeClose(info: CloseInfo): string {
  const { sent, received, initiator, cause } = info;
  const parts: string[] = [];
  if (sent !== undefined) parts.push(`sent ${describeStatus(sent)}`);
  if (received !== undefined) parts.push(`received ${describeStatus(received)}`);
  if (initiator === 'remote') parts.reverse();
  const frames = parts.length === 0 ? 'no Close frame was sent or received' : parts.join('; then ');
  return cause === undefined
    ? `connection closed: ${frames}`
    : `connection closed: ${frames}; ${cause.message}`;
}
