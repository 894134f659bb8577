import type { Duplex } from 'node:stream';
import type { Refusal } from '../../protocol/handshake/refusal.js';
import type { Served } from './entrance.js';
import { FaultySocket } from './faulty-socket.js';

/** Sockets that have left may stay known up to this many, or as many as there are others. */
const SPARE = 64;

/**
 * The sockets whose request has not come whole: somebody has to tell them when the server closes.
 *
 * No socket carries a listener for it. Those that have left without a request are forgotten now and then, when there are more sockets than
 * there were twice before.
 */
export class HalfOpen {
  readonly #sockets: Set<Duplex> = new Set();
  #forgetAt = SPARE;

  add(socket: Duplex): void {
    this.#sockets.add(socket);
    if (this.#sockets.size < this.#forgetAt) return;
    for (const known of this.#sockets) if (known.destroyed) this.#sockets.delete(known);
    this.#forgetAt = Math.max(SPARE, this.#sockets.size * 2);
  }

  /** Its request is here. */
  delete(socket: Duplex): void {
    this.#sockets.delete(socket);
  }

  /**
   * Refuses all of them, and resolves when they are gone.
   *
   * @param served - Writes the answer, and ends the socket behind it.
   */
  async refuse(served: Pick<Served, 'refuse'>, refusal: Refusal): Promise<void> {
    const gone: Promise<void>[] = [];
    for (const socket of this.#sockets) {
      if (socket.destroyed) continue;
      gone.push(
        new Promise((resolve) =>
          socket.once('close', () => {
            resolve();
          }),
        ),
      );
      // Somebody may have told it already what is wrong with what it sent.
      if (!socket.writableEnded) served.refuse(new FaultySocket(socket), refusal);
    }
    await Promise.all(gone);
  }

  /** Ends those that are left, whether they know why or not. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}
