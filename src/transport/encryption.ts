import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** What HTTP/1.1 is called in the negotiation of TLS. RFC 7301 section 6. */
const HTTP_1_1 = 'http/1.1';

/** How a client encrypts. */
export interface Encryption extends tls.ConnectionOptions {
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
  { onKeyLog, ...options }: Encryption,
  connect: (settings: tls.ConnectionOptions) => tls.TLSSocket,
): tls.TLSSocket {
  const socket = connect({ ALPNProtocols: [HTTP_1_1], ...serverName(hostname), ...options });
  if (onKeyLog !== undefined) socket.on('keylog', onKeyLog);
  socket.once('secureConnect', () => {
    const flaw = flawOf(socket, hostname, options);
    if (flaw !== undefined) socket.destroy(flaw);
  });
  return socket;
}

/** What Node lets pass, and may not be: another protocol, and a resumed session of another host, which it does not compare. */
function flawOf(socket: tls.TLSSocket, hostname: string, options: tls.ConnectionOptions): Error | undefined {
  const { alpnProtocol } = socket;
  if (typeof alpnProtocol === 'string' && alpnProtocol !== HTTP_1_1) {
    return new Error(`the server chose the protocol ${alpnProtocol}, expected ${HTTP_1_1}`);
  }
  if (!socket.isSessionReused() || !rejects(options)) return undefined;
  const check = options.checkServerIdentity ?? tls.checkServerIdentity;
  return check(options.servername ?? hostname, socket.getPeerCertificate());
}

function rejects({ rejectUnauthorized }: tls.ConnectionOptions): boolean {
  return rejectUnauthorized ?? process.env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0';
}

/** Server name indication carries names only. RFC 6066 section 3. */
function serverName(hostname: string): { servername?: string } {
  return hostname === '' || net.isIP(hostname) !== 0 ? {} : { servername: hostname };
}
