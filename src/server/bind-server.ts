import { Observable } from 'rxjs';
import type { WebSocketConnection } from '../connection/web-socket-connection.js';
import type { ResolvedServerOptions } from './options.js';
import type { Server } from './server.js';
import { WebSocketServer } from './web-socket-server.js';

/**
 * A server as a cold resource: subscribing binds, unsubscribing closes gracefully.
 *
 * @param onConnection - Called with every connection before it is emitted.
 */
export function bindServer<Context>(
  options: ResolvedServerOptions<Context>,
  onConnection?: (connection: WebSocketConnection<Context>) => void,
): Observable<Server<Context>> {
  return new Observable<Server<Context>>((subscriber) => {
    const server = new WebSocketServer(options, onConnection);
    server.listen().then(
      () => {
        if (subscriber.closed) {
          void server.close();
          return;
        }
        subscriber.add(() => void server.close());
        server.connections$.subscribe({
          complete: () => {
            subscriber.complete();
          },
        });
        subscriber.next(server);
      },
      (error: unknown) => {
        subscriber.error(error);
      },
    );
  });
}
