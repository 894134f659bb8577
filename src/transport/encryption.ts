import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { types } from 'node:util';

/** What HTTP/1.1 is called in the negotiation of TLS. RFC 7301 section 6. */
const HTTP_1_1 = 'http/1.1';

/** How a client encrypts. */
export interface Encryption extends tls.ConnectionOptions {
  /** What is offered by ALPN, and may be chosen. Default HTTP/1.1 alone. */
  readonly protocols?: readonly string[] | undefined;
  /** Called with each line of the key log: who has them can read the connection. */
  readonly onKeyLog?: ((line: Buffer) => void) | undefined;
}

/** Lays TLS over a stream that is connected already; `hostname` is whom the certificate must name. */
export function encrypt(stream: Duplex, hostname: string, encryption: Encryption): tls.TLSSocket {
  // The host is not dialled: Node compares the certificate with it, and else with the host that `stream` was dialled to.
  return encrypted(hostname, encryption, (settings) =>
    tls.connect({ ...settings, host: hostname, socket: stream }),
  );
}

/** A socket that `connect` makes with the settings of a WebSocket's client. */
export function encrypted(
  hostname: string,
  { onKeyLog, protocols = [HTTP_1_1], ...options }: Encryption,
  connect: (settings: tls.ConnectionOptions) => tls.TLSSocket,
): tls.TLSSocket {
  const defaults = { ALPNProtocols: [...protocols], ...serverName(hostname) };
  const check = guarded(options.checkServerIdentity ?? checkServerIdentity);
  const socket = connect({ ...defaults, ...options, checkServerIdentity: check });
  if (onKeyLog !== undefined) socket.on('keylog', onKeyLog);
  socket.once('secureConnect', () => {
    const flaw = flawOf(socket, protocols);
    if (flaw !== undefined) socket.destroy(flaw);
  });
  return socket;
}

/** What Node lets pass where the user has offered it, and may not be. */
function flawOf({ alpnProtocol }: tls.TLSSocket, protocols: readonly string[]): Error | undefined {
  if (typeof alpnProtocol !== 'string' || protocols.includes(alpnProtocol)) return undefined;
  return new Error(`the server chose the protocol ${alpnProtocol}, expected ${protocols.join(' or ')}`);
}

type Check = typeof tls.checkServerIdentity;

/** A check that throws refuses: Node would take it for an error of the process, and the socket would wait. */
function guarded(check: Check): Check {
  return (hostname, certificate) => {
    try {
      return check(hostname, certificate);
    } catch (error) {
      return types.isNativeError(error)
        ? error
        : new Error('checkServerIdentity threw no error', { cause: error });
    }
  };
}

/**
 * As Node's, which takes the common name of a certificate that names no host otherwise. Nobody has issued such for long, and nobody looks at that
 * name: RFC 9525 section 2.
 */
function checkServerIdentity(hostname: string, certificate: tls.PeerCertificate): Error | undefined {
  if (/\b(?:DNS|IP Address):/.test(certificate.subjectaltname ?? '')) {
    return tls.checkServerIdentity(hostname, certificate);
  }
  const text = `the certificate names no host in its subjectAltName, expected ${hostname}`;
  return Object.assign(new Error(text), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}

/** Server name indication carries names only. RFC 6066 section 3. */
function serverName(hostname: string): { servername?: string } {
  return hostname === '' || net.isIP(hostname) !== 0 ? {} : { servername: hostname };
}
