import { type Authorize, openServer, type Server, type ServerOptions } from '../../../src/index.js';
import { afterTest } from '../../support/harness.js';
import { type Reply, replyTo, requestFor } from '../requesting.js';

/** A server on 127.0.0.1 until the end of the test, the contexts of its connections, and the errors it logs. */
export async function guarded<C>(
  authorize: Authorize<C>,
  options: ServerOptions<C> = {},
): Promise<{ server: Server<C>; contexts: C[]; errors: unknown[] }> {
  const errors: unknown[] = [];
  const contexts: C[] = [];
  const logger = { error: (_: string, details: { error?: unknown }) => void errors.push(details.error) };
  const server = await openServer({ host: '127.0.0.1', logger, ...options, authorize });
  server.connections$.subscribe(({ context }) => contexts.push(context));
  afterTest(() => {
    for (const connection of server.connections) connection.terminate();
    return server.close();
  });
  return { server, contexts, errors };
}

/** The reply of such a server to a valid request for `target`, with further lines. */
export function requesting(
  { url }: { readonly url: string },
  target = '/',
  lines: readonly string[] = [],
): Promise<Reply> {
  return replyTo(url, requestFor(target, lines));
}
