/** Codes of Node and of this library that say: not now, not there, or not this way. */
const NETWORK_CODES: ReadonlySet<unknown> = new Set([
  'EADDRNOTAVAIL',
  // A Unix socket whose server is behind with accepting.
  'EAGAIN',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  // This machine, or this process, has no room for another socket.
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  // Those of `dns.resolve`, which `lookup` may ask.
  'EREFUSED',
  'ESERVFAIL',
  'ETIMEOUT',
  // The path of a Unix socket, while its server is away.
  'ENOENT',
  'ENOTCONN',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  // The stream ended inside the head of an answer.
  'HPE_INVALID_EOF_STATE',
  'RXWIRE_HANDSHAKE_TIMEOUT',
  'RXWIRE_OFFLINE',
  'RXWIRE_TIMEOUT',
  // Those of the fetch that a URL may come from.
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** Causes are looked at so deep. */
const DEPTH = 8;

/**
 * Whether an error, or what caused it, is of the network: one that may be over at the next attempt. Those of certificates, of what is no HTTP,
 * and of programs are not.
 */
export function isNetworkError(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < DEPTH && typeof current === 'object' && current !== null; depth++) {
    if (NETWORK_CODES.has((current as { code?: unknown }).code)) return true;
    current = (current as { cause?: unknown }).cause;
  }
  return false;
}
