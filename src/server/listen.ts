import type { Observable } from 'rxjs';
import { bindServer } from './bind-server.js';
import { resolveServerOptions, type ServerOptions } from './options.js';
import type { Server } from './server.js';

/**
 * A server as a cold resource: subscribing binds, and emits the {@link Server} once it accepts connections.
 *
 *     listen  --s---------|      completes when the server is closed
 *
 * Errors when it cannot bind. Unsubscribing closes it gracefully: no more connections, 1001 to the open ones, whose transports are
 * destroyed after `closeTimeoutMs`.
 *
 * @throws TypeError or RangeError for an option that is unknown or out of range.
 * @example
 * ```ts
 * import { mergeMap } from 'rxjs';
 * import { listen } from 'rxwire';
 *
 * listen({ port: 9000 })
 *   .pipe(mergeMap((server) => server.connections$))
 *   .subscribe((connection) => connection.messages$.subscribe(connection.outbox));
 * ```
 */
export function listen<Context = undefined>(
  options: ServerOptions<Context> = {},
): Observable<Server<Context>> {
  return bindServer(resolveServerOptions(options));
}
