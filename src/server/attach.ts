import type { Server as NetServer } from 'node:net';
import { checkOptions } from '../protocol/option-checks.js';
import { ATTACH_CHECKS, type AttachOptions, resolveServerOptions } from './options.js';
import { isHttpServer } from './place.js';
import type { Server } from './server.js';
import { WebSocketServer } from './web-socket-server.js';

/**
 * Serves WebSockets on an HTTP server of yours, beside everything else that it does: one of `node:http`, `node:https` or `node:http2`. It acts at once; closing the {@link Server} that it returns ends the connections, and leaves yours as it is.
 *
 * On a server of `node:http2` it takes extended CONNECTs, RFC 8441, and with `allowHTTP1` upgrades of HTTP/1.1, too. Nobody else sees the streams
 * that it takes. Attach before it listens: sessions that are there already are not told that they may ask.
 *
 * Several can be attached to one server, each with a `path`. Close them before yours, whose `close` waits for their sockets.
 *
 * @throws TypeError or RangeError for an option that is unknown or out of range, for what is no such server, and for a path that
 * another one serves.
 * @example
 * ```ts
 * import http from 'node:http';
 * import { attach } from 'rxwire';
 *
 * const server = http.createServer((request, response) => response.end('hello'));
 * attach(server, { path: '/chat' }).connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
 * server.listen(9000);
 * ```
 */
export function attach<Context = undefined>(
  server: NetServer,
  options: AttachOptions<Context> = {},
): Server<Context> {
  checkOptions(options, ATTACH_CHECKS);
  if (!isHttpServer(server)) {
    throw new TypeError('attach takes a server of node:http, node:https or node:http2');
  }
  const attached = new WebSocketServer(resolveServerOptions({ ...options, server }));
  attached.obey();
  return attached;
}
