import net from 'node:net';
import type { Duplex } from 'node:stream';
import { ProxyError } from '../../protocol/errors.js';
import type { HeaderOptions } from '../../protocol/handshake/header-options.js';
import type { TcpOptions } from '../../transport/dial.js';
import { converse } from '../../transport/exchange.js';
import { lookUp } from '../../transport/look-up.js';
import { openSocksTunnel } from '../../transport/socks-tunnel.js';
import { reasonOf } from '../reason-of.js';
import type { Destination } from './choose.js';
import { connectExchange } from './connect-exchange.js';
import type { ProxyAddress } from './proxy-url.js';

/** What a tunnel is made with. */
export interface TunnelParts {
  readonly proxy: ProxyAddress;
  readonly destination: Destination;
  /** Of a CONNECT. */
  readonly headers: HeaderOptions;
  /** For the look-up of the server's name, where that is this side's. */
  readonly tcp: TcpOptions;
  /** Connects to the proxy. */
  readonly dial: () => Promise<Duplex>;
  readonly onPhase: (phase: 'dns' | 'proxy') => void;
}

/**
 * Opens a way through a proxy. What it resolves with has been read up to the end of the proxy's answer.
 *
 * Rejects with a ProxyError for all that has to do with the proxy, and with Node's error for a name that is not found.
 */
export async function openTunnel(parts: TunnelParts): Promise<Duplex> {
  const { proxy, destination, dial, onPhase } = parts;
  onPhase('dns');
  const host = await hostFor(proxy, destination, parts.tcp);
  onPhase('proxy');
  try {
    const stream = await dial();
    if (proxy.scheme === 'http' || proxy.scheme === 'https') {
      await converse(stream, connectExchange(proxy, destination, parts.headers));
    } else {
      await openSocksTunnel(stream, {
        version: proxy.scheme.startsWith('socks4') ? 4 : 5,
        host,
        port: destination.port,
        username: proxy.username,
        password: proxy.password,
        speaksFirst: destination.secure,
      });
    }
    return stream;
  } catch (error) {
    if (error instanceof ProxyError) throw error;
    throw new ProxyError(`proxy ${proxy.shown}: ${reasonOf(error)}`, { cause: error });
  }
}

/** What the proxy is told: a name, or where this side looks it up, its first address of IPv4, or else of IPv6. */
async function hostFor(
  { scheme, shown }: ProxyAddress,
  { hostname }: Destination,
  tcp: TcpOptions,
): Promise<string> {
  const isLocal = scheme === 'socks4' || scheme === 'socks5';
  if (!isLocal) return hostname;
  const addresses = net.isIP(hostname) !== 0 ? [hostname] : await lookUp(hostname, tcp);
  const address = addresses.find((candidate) => net.isIPv4(candidate)) ?? addresses[0] ?? hostname;
  if (scheme === 'socks4' && !net.isIPv4(address)) {
    throw new ProxyError(`proxy ${shown}: SOCKS 4 has no place for ${address}, expected an address of IPv4`);
  }
  return address;
}
