import type { Server } from 'node:net';
import type { Served } from './entrance.js';

/**
 * How many sockets of a server have no connection: at most `limit`, the next one is closed at once.
 *
 * It counts those that come and those that get on. Whoever leaves in between stays counted until there seem to be too many; then Node is asked,
 * which knows. So no socket carries a listener for this, nor an entry in a set.
 */
export class Crowd {
  readonly #server: Server;
  readonly #served: Served;
  readonly #limit: number;
  #counted = 0;

  constructor(server: Server, served: Served, limit: number) {
    this.#server = server;
    this.#served = served;
    this.#limit = limit;
  }

  /** One more has come, and is destroyed if it is too many. */
  admit(socket: { destroy(): unknown }): void {
    if (++this.#counted + this.#served.pending <= this.#limit) return;
    this.#server.getConnections((error, count) => {
      if (error !== null) return;
      const { size, pending } = this.#served;
      this.#counted = count - size - pending;
      if (this.#counted + pending <= this.#limit) return;
      this.#counted--;
      socket.destroy();
    });
  }

  /** The request of one is here. */
  leave(): void {
    if (this.#counted > 0) this.#counted--;
  }
}
