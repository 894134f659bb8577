import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { encrypted, type Encryption } from './encryption.js';

/** How far a dial has come. */
export type DialPhase = 'dns' | 'tcp' | 'tls';

/** What `net.connect` takes beside the place: addresses of this side, the look-up, how several addresses are tried. */
export type TcpOptions = Pick<
  net.TcpSocketConnectOpts,
  'localAddress' | 'localPort' | 'family' | 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout' | 'lookup'
>;

/** Where to, and how. */
export interface DialOptions {
  readonly hostname: string;
  readonly port: number;
  /** In place of host name and port. */
  readonly unixPath: string | undefined;
  readonly noDelay: boolean;
  /** Milliseconds of silence before the system probes the peer. Default: it does not. */
  readonly tcpKeepAliveMs?: number | undefined;
  readonly tcp?: TcpOptions;
  /** Set for an encrypted transport. */
  readonly tls: Encryption | undefined;
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
  const { hostname, port, unixPath, noDelay, tcpKeepAliveMs } = options;
  const where = unixPath === undefined ? { ...options.tcp, host: hostname, port } : { path: unixPath };
  let phase: DialPhase = unixPath === undefined && net.isIP(hostname) === 0 ? 'dns' : 'tcp';
  const socket =
    options.tls === undefined
      ? net.connect({ ...where, noDelay })
      : encrypted(hostname, options.tls, (settings) => tls.connect({ ...settings, ...where }));
  if (options.tls !== undefined) socket.setNoDelay(noDelay);
  if (tcpKeepAliveMs !== undefined) socket.setKeepAlive(true, tcpKeepAliveMs);
  socket.once('lookup', (error: Error | null) => {
    if (error === null) phase = 'tcp';
  });
  socket.once('connect', () => {
    phase = options.tls === undefined ? 'tcp' : 'tls';
  });
  let connected = false;
  socket.once(options.tls === undefined ? 'connect' : 'secureConnect', () => {
    // Encryption is judged before: see encrypted().
    connected = !socket.destroyed;
  });
  return { socket, phase: () => phase, connected: () => connected };
}
