import { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Observable } from 'rxjs';
import { type ClientUpgradeOptions, openerOver } from './client/open-over.js';
import type { Connection } from './connection/connection.js';
import type { UpgradeOptions } from './server/options.js';
import {
  checkSocket,
  type SocketUpgradeOptions,
  take,
  upgradeRequest,
  upgradeSocket,
} from './server/upgrade.js';

/**
 * The opening handshake on one socket. As a server, of a request that was read by an HTTP server of yours, as its event `upgrade` gives it,
 * or on any Duplex that a client will send its request on; as a client, on any Duplex that leads to a server. It acts at once.
 *
 *     upgrade  ---c|      the connection, replayed
 *     upgrade  ---|       server: it was refused, or the client has left
 *     upgrade  ---#       client: HandshakeError or NegotiationError, replayed; the reason of `signal`
 *
 * As a server it never errors. Its options are read once for each object: keep one, and give it every time.
 *
 * @param head - What came behind the request.
 * @throws TypeError or RangeError for a wrong option, and for what is no request or no socket; Error for a socket that was upgraded before.
 * @example
 * ```ts
 * import http from 'node:http';
 * import { upgrade } from 'rxwire';
 *
 * const options = { origins: 'any' } as const;
 * const server = http.createServer();
 * server.on('upgrade', (request, socket, head) => {
 *   upgrade(request, socket, head, options).subscribe((connection) => connection.messages$.subscribe(connection.outbox));
 * });
 * server.listen(9000);
 * ```
 */
export function upgrade<Context = undefined>(
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  options?: UpgradeOptions<Context>,
): Observable<Connection<Context>>;
export function upgrade<Context = undefined>(
  socket: Duplex,
  options: SocketUpgradeOptions<Context> | ClientUpgradeOptions<Context>,
): Observable<Connection<Context>>;
export function upgrade<Context>(
  first: IncomingMessage | Duplex,
  second: Duplex | SocketUpgradeOptions<Context> | ClientUpgradeOptions<Context>,
  head?: Uint8Array,
  options?: UpgradeOptions<Context>,
): Observable<Connection<Context>> {
  if (first instanceof IncomingMessage) return upgradeRequest(first, second, head, options);
  if (!isClient(second)) return upgradeSocket(first, second as SocketUpgradeOptions<Context>);
  const open = openerOver(second);
  const socket = checkSocket(first);
  take(socket);
  return open(socket);
}

function isClient<Context>(options: object | undefined): options is ClientUpgradeOptions<Context> {
  return options !== undefined && 'role' in options && options.role === 'client';
}
