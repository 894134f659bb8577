import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { HandshakeError } from '../../protocol/errors.js';

/** Whether HTTP/2 is spoken: not, where the server can, or in any case. */
export type Http2Choice = boolean | 'only';

const HTTP_2 = 'h2';
const HTTP_1_1 = 'http/1.1';

/** What a choice offers by ALPN, RFC 7301; undefined for the default, which is HTTP/1.1. */
export function protocolsFor(choice: Http2Choice): readonly string[] | undefined {
  if (choice === false) return undefined;
  return choice === 'only' ? [HTTP_2] : [HTTP_2, HTTP_1_1];
}

/**
 * Whether HTTP/2 is what a stream is for. Over TLS that is negotiated; without it nothing is, and HTTP/2 is spoken where nothing else may be. RFC
 * 9113 section 3.
 *
 * @throws HandshakeError when the server has not chosen what alone may be spoken.
 */
export function isForHttp2(stream: Duplex, choice: Http2Choice, shown: string): boolean {
  if (choice === false) return false;
  if (!(stream instanceof TLSSocket)) return choice === 'only';
  if (stream.alpnProtocol === HTTP_2) return true;
  if (choice === true) return false;
  throw new HandshakeError(`${shown} did not choose HTTP/2 by ALPN (http2: 'only')`, { phase: 'tls' });
}
