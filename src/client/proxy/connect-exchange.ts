import { Buffer } from 'node:buffer';
import net from 'node:net';
import { formatHead } from '../../protocol/handshake/head.js';
import { headerList, type HeaderOptions } from '../../protocol/handshake/header-options.js';
import type { Exchange } from '../../transport/exchange.js';
import type { Destination } from './choose.js';
import { ConnectReply } from './connect-reply.js';
import type { ProxyAddress } from './proxy-url.js';

/**
 * A CONNECT to an HTTP proxy, and its answer. RFC 9110 section 9.3.6. Credentials go along at once, as Basic (RFC 7617), so that a 407 is the
 * end of it.
 */
export function connectExchange(
  proxy: ProxyAddress,
  { secure, hostname, port }: Destination,
  headers: HeaderOptions,
): Exchange {
  const authority = `${net.isIPv6(hostname) ? `[${hostname}]` : hostname}:${String(port)}`;
  const head = formatHead(`CONNECT ${authority} HTTP/1.1`, [
    ['Host', authority],
    ...authorization(proxy),
    ...headerList(headers, () => undefined),
  ]);
  const reply = new ConnectReply(`proxy ${proxy.shown}`, secure);
  return {
    opening: Buffer.from(head, 'latin1'),
    take: (chunk) => reply.take(chunk),
    ended: () => reply.ended(),
  };
}

function authorization({ username, password }: ProxyAddress): [name: string, value: string][] {
  if (username === undefined) return [];
  const credentials = Buffer.from(`${username}:${password ?? ''}`).toString('base64');
  return [['Proxy-Authorization', `Basic ${credentials}`]];
}
