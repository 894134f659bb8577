import {
  HandshakeError,
  type HandshakePhase,
  ProxyError,
  TimeoutError,
  WebSocketError,
} from '../protocol/errors.js';
import { reasonOf } from './reason-of.js';
import type { Refusal } from './response-body.js';

/** @param shown - Who was asked. */
export function lostOnTheWay(shown: string, error: Error, phase: HandshakePhase): Error {
  if (error instanceof WebSocketError) return error;
  return new HandshakeError(`cannot connect to ${shown}: ${reasonOf(error)}`, {
    // A server of TLS 1.3 refuses a certificate when this side is done with TLS already.
    phase: isOfTls(error) ? 'tls' : phase,
    cause: error,
  });
}

export function tooLate(shown: string, limitMs: number, phase: HandshakePhase): HandshakeError {
  const text = `${shown} did not complete the opening handshake within ${String(limitMs)} ms`;
  const cause = new TimeoutError(text, { option: 'handshakeTimeoutMs', limitMs });
  const details = { cause, code: 'RXWIRE_HANDSHAKE_TIMEOUT' } as const;
  return phase === 'proxy' ? new ProxyError(text, details) : new HandshakeError(text, { ...details, phase });
}

/** @param isHttp2 - Whether it was asked over HTTP/2. */
export function notAccepted(
  shown: string,
  { status, headers }: Pick<Refusal, 'status' | 'headers'>,
  body: Uint8Array,
  isHttp2: boolean,
): HandshakeError {
  return new HandshakeError(`${shown} answered with status ${String(status)}, ${wanted(status, isHttp2)}`, {
    phase: 'http',
    status,
    headers: headers.toRecord(),
    body,
  });
}

function wanted(status: number, isHttp2: boolean): string {
  if (status === 101) return 'but without the Upgrade and Connection of a WebSocket';
  return `expected ${isHttp2 ? '2xx' : '101 Switching Protocols'}`;
}

/** What OpenSSL says has its name in front. */
function isOfTls(error: NodeJS.ErrnoException): boolean {
  return error.code?.startsWith('ERR_SSL_') === true;
}
