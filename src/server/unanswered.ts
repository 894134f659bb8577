import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * The newest response on each socket of an HTTP server. Node hands an upgrade over at once, also where requests came in front of it on the
 * same socket that are not answered yet: their responses would be written in the midst of the frames.
 */
export class Unanswered {
  readonly #newest: WeakMap<Duplex, ServerResponse> = new WeakMap();
  /** For the event `request`. What comes over HTTP/2 has a stream of its own. */
  readonly note = (request: IncomingMessage, response: ServerResponse): void => {
    if (response instanceof ServerResponse) this.#newest.set(request.socket, response);
  };

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
