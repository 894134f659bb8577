import type { EventEmitter } from 'node:events';
import { type IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';

/**
 * The newest response on each socket of an HTTP server. Node hands an upgrade over at once, also where requests came in front of it on the
 * same socket that are not answered yet: their responses would be written in the midst of the frames. Not seen are requests with Expect
 * where somebody listens for those by themselves.
 */
export class Unanswered {
  readonly #newest: WeakMap<Duplex, ServerResponse> = new WeakMap();
  readonly #note = (request: IncomingMessage, response: ServerResponse): void => {
    // What comes over HTTP/2 has a stream of its own.
    if (response instanceof ServerResponse) this.#newest.set(request.socket, response);
  };

  /** Looks at the requests of `server` from now on. */
  watch(server: EventEmitter): void {
    // The first who listens for requests on a server of HTTP/2 takes its streams away from those who listen for streams.
    const isHttp1 = server instanceof Server || server instanceof SecureServer;
    if (isHttp1 || server.listenerCount('request') > 0) server.on('request', this.#note);
  }

  unwatch(server: EventEmitter): void {
    server.off('request', this.#note);
  }

  /**
   * Calls `go` when everything in front of an upgrade is answered, which is at once for nearly all. It is never called where the last of
   * those answers was to be the last one, or the client has left.
   */
  whenAnswered(socket: Duplex, go: () => void): void {
    const response = this.#newest.get(socket);
    if (response === undefined || response.closed) {
      go();
      return;
    }
    // Node hands the socket over with nobody listening: a reset now would end the process.
    socket.on('error', ignore);
    response.once('close', () => {
      if (!socket.writable) return;
      socket.off('error', ignore);
      go();
    });
  }
}

function ignore(): void {
  // Whoever reset the socket is gone.
}
