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
export function bindServer(
  options: ResolvedServerOptions,
  onConnection?: (connection: WebSocketConnection) => void,
): Observable<Server> {
  return new Observable<Server>((subscriber) => {
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
