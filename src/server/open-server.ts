import { resolveServerOptions, type ServerOptions } from './options.js';
import type { Server } from './server.js';
import { WebSocketServer } from './web-socket-server.js';

/**
 * Binds a server that is its caller's to close. Rejects when it cannot bind.
 *
 * @throws (as rejection) TypeError or RangeError for an option that is unknown or out of range.
 * @example
 * ```ts
 * import { openServer } from 'rxwire';
 *
 * await using server = await openServer({ port: 9000 });
 * ```
 */
export async function openServer<Context = undefined>(
  options: ServerOptions<Context> = {},
): Promise<Server<Context>> {
  const server = new WebSocketServer(resolveServerOptions(options));
  await server.listen();
  return server;
}
