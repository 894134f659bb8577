import type { EventEmitter } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * The newest response on each socket of an HTTP server. Node hands an upgrade over at once, also where requests came in front of it on the
 * same socket that are not answered yet: their responses would be written in the midst of the frames.
 */
export class Unanswered {
  readonly #newest: WeakMap<Duplex, ServerResponse> = new WeakMap();
  /** What comes over HTTP/2 has a stream of its own. */
  readonly #note = (request: IncomingMessage, response: ServerResponse): void => {
    if (response instanceof ServerResponse) this.#newest.set(request.socket, response);
  };
  readonly #onNewListener: (this: EventEmitter, event: string | symbol) => void;

  constructor() {
    const note = this.#note;
    this.#onNewListener = function onNewListener(event) {
      if (event !== 'request') return;
      this.off('newListener', onNewListener);
      this.on('request', note);
    };
  }

  /** Notes the requests of this server from now on: as soon as somebody else listens for them, since there are none to be answered before. */
  watch(server: EventEmitter): void {
    if (server.listenerCount('request') > 0) server.on('request', this.#note);
    else server.on('newListener', this.#onNewListener);
  }

  leave(server: EventEmitter): void {
    server.off('request', this.#note);
    server.off('newListener', this.#onNewListener);
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
