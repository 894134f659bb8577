import type { Duplex } from 'node:stream';
import type { Cancel } from '../../connection/clock.js';

/** The sockets whose request has not come whole yet: at most `limit`, the next one is closed at once. */
export class WaitingSockets {
  readonly #limit: number;
  /** How many others count too. */
  readonly #others: () => number;
  readonly #sockets: Map<Duplex, Cancel | undefined> = new Map();
  readonly #forget: (this: Duplex) => void;

  constructor(limit: number, others: () => number) {
    this.#limit = limit;
    this.#others = others;
    const sockets = this.#sockets;
    this.#forget = function () {
      sockets.get(this)?.();
      sockets.delete(this);
    };
  }

  /**
   * False when there are too many; the socket is closed then.
   *
   * @param cancel - Called when the socket waits no longer.
   */
  admit(socket: Duplex, cancel?: Cancel): boolean {
    if (this.#sockets.size + this.#others() >= this.#limit) {
      socket.destroy();
      cancel?.();
      return false;
    }
    this.#sockets.set(socket, cancel);
    socket.on('close', this.#forget);
    return true;
  }

  /** Its request is here. */
  leave(socket: Duplex): void {
    if (!this.#sockets.has(socket)) return;
    socket.off('close', this.#forget);
    this.#forget.call(socket);
  }

  destroy(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }
}
