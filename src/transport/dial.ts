import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** How far a dial has come. */
export type DialPhase = 'dns' | 'tcp' | 'tls';

/** Where to, and how. */
export interface DialOptions {
  readonly hostname: string;
  readonly port: number;
  /** In place of host name and port. */
  readonly unixPath: string | undefined;
  readonly noDelay: boolean;
  /** Set for an encrypted transport. */
  readonly tls: tls.ConnectionOptions | undefined;
}

/** A socket on its way, or any other stream. */
export interface Dial {
  readonly socket: Duplex;
  /** How far it has come; the last one when it is connected. */
  phase(): DialPhase;
  /** Whether it was connected, encryption included. */
  connected(): boolean;
}

/** Starts to connect a socket over TCP, TLS or a Unix path. All addresses of a name are tried, in the way of RFC 8305. */
export function dial(options: DialOptions): Dial {
  const { hostname, port, unixPath, noDelay } = options;
  const where = unixPath === undefined ? { host: hostname, port } : { path: unixPath };
  let phase: DialPhase = unixPath === undefined && net.isIP(hostname) === 0 ? 'dns' : 'tcp';
  const socket =
    options.tls === undefined
      ? net.connect({ ...where, noDelay })
      : tls.connect({ ALPNProtocols: ['http/1.1'], ...serverName(hostname), ...options.tls, ...where });
  if (options.tls !== undefined) socket.setNoDelay(noDelay);
  socket.once('lookup', (error: Error | null) => {
    if (error === null) phase = 'tcp';
  });
  socket.once('connect', () => {
    phase = options.tls === undefined ? 'tcp' : 'tls';
  });
  let connected = false;
  socket.once(options.tls === undefined ? 'connect' : 'secureConnect', () => {
    connected = true;
  });
  return { socket, phase: () => phase, connected: () => connected };
}

/** A stream that somebody else has connected, or is about to. */
export function dialed(socket: Duplex, noDelay: boolean): Dial {
  if (socket instanceof net.Socket) socket.setNoDelay(noDelay);
  const connected = (): boolean => !(socket instanceof net.Socket && socket.connecting);
  return { socket, phase: () => 'tcp', connected };
}

/** Server name indication carries names only. RFC 6066 section 3. */
function serverName(hostname: string): { servername?: string } {
  return hostname === '' || net.isIP(hostname) !== 0 ? {} : { servername: hostname };
}
