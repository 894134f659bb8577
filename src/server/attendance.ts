import type { WebSocketConnection } from '../connection/web-socket-connection.js';
import { CloseCode } from '../protocol/close-code.js';
import type { GateOwner } from './gate/gate.js';
import { onAbort } from '../connection/on-abort.js';

/** Those whom an AbortSignal concerns. It has a listener of ours while there are some, and none while there are none. */
export class Attendance<Context> {
  readonly #signal: AbortSignal;
  readonly #task: () => void;
  readonly #connections: Set<WebSocketConnection<Context>> = new Set();
  #count = 0;
  #forget: (() => void) | undefined;

  /** @param task - Run when the signal aborts, before the connections are closed with 1001. */
  constructor(signal: AbortSignal, task: () => void) {
    this.#signal = signal;
    this.#task = task;
  }

  /** Somebody has come. @returns who is told of them in place of `owner`. */
  join(owner: GateOwner<Context>): GateOwner<Context> {
    if (this.#count++ === 0) this.#forget = onAbort(this.#signal, this.#onAbort);
    let here = true;
    const leave = (): void => {
      if (!here) return;
      here = false;
      if (--this.#count === 0) this.#forget?.();
    };
    return {
      onOpen: (connection) => {
        this.#connections.add(connection);
        connection.whenClosed(() => {
          this.#connections.delete(connection);
          leave();
        });
        owner.onOpen(connection);
      },
      onClosed: (connection) => {
        owner.onClosed(connection);
      },
      onRefused: (error) => {
        leave();
        owner.onRefused(error);
      },
      onLeft: () => {
        leave();
        owner.onLeft?.();
      },
    };
  }

  readonly #onAbort = (): void => {
    this.#task();
    for (const connection of this.#connections) connection.close(CloseCode.goingAway);
  };
}
