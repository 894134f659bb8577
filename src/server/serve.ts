import type { Observable } from 'rxjs';
import { flag } from '../protocol/option-checks.js';
import { bindServer } from './bind-server.js';
import { type Handler, handle } from './handler.js';
import { resolveServerOptions, type ServerOptions } from './options.js';
import type { Server } from './server.js';

/** What {@link serve} takes beside a server's options. */
export interface ServeOptions<Context = undefined> extends ServerOptions<Context> {
  /** Reads on while what the handler sends does not get away. Default false: the peer is held back. */
  readonly readWhileBlocked?: boolean;
}

/**
 * The shortest server: what the handler returns for a connection is sent to it.
 *
 * A cold resource like {@link listen}: subscribing binds, unsubscribing closes gracefully. The handler's source is unsubscribed when its
 * connection closes. While what was sent is above `sendHighWaterBytes`, the connection is not read.
 *
 * @throws TypeError or RangeError for an option that is unknown or out of range.
 * @example
 * ```ts
 * import { serve } from 'rxwire';
 *
 * serve((connection) => connection.messages$, { port: 9000 }).subscribe(({ url }) => console.log(url));
 * ```
 */
export function serve<Context = undefined>(
  handler: Handler<Context>,
  options?: ServeOptions<Context>,
): Observable<Server<Context>>;
export function serve<Context = undefined>(
  options: ServeOptions<Context>,
  handler: Handler<Context>,
): Observable<Server<Context>>;
export function serve<Context>(
  first: Handler<Context> | ServeOptions<Context>,
  second?: Handler<Context> | ServeOptions<Context>,
): Observable<Server<Context>> {
  const [handler, options] = typeof first === 'function' ? [first, second ?? {}] : [second, first];
  if (typeof handler !== 'function' || typeof options !== 'object') {
    throw new TypeError('serve takes a handler function and options');
  }
  const { readWhileBlocked = false } = options;
  const resolved = resolveServerOptions(options, { readWhileBlocked: flag });
  return bindServer(resolved, (connection) => {
    if (!readWhileBlocked) connection.holdWhileBlocked();
    handle(handler, connection);
  });
}
