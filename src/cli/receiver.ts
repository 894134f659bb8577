import { setImmediate as nextTurn } from 'node:timers/promises';
import { lastValueFrom, map, takeWhile } from 'rxjs';
import { type Connection, ConnectionClosedError, type Message } from '../index.js';
import type { Screen } from './screen.js';

/** The most bytes that may wait for a slow stdout once the server is not held back any more. */
const MAX_BACKLOG_BYTES = 64 * 1024 * 1024;

/**
 * Shows the messages of a connection as fast as stdout takes them: the server is held back otherwise.
 *
 * A connection that is closing drops what its window has no room for. So this side, before it closes, goes over from asking for messages to
 * taking whatever comes: that needs no window.
 */
export class Receiver {
  readonly #connection: Connection;
  readonly #screen: Screen;
  readonly #iterator: AsyncIterator<Message>;
  #left: number;
  #rest: Promise<unknown> | undefined;

  /** @param most - Messages to show, at most. */
  constructor(connection: Connection, screen: Screen, most: number) {
    this.#connection = connection;
    this.#screen = screen;
    this.#left = most;
    this.#iterator = connection[Symbol.asyncIterator]();
  }

  /** Resolves when everything has been shown, or enough of it. Rejects with how the connection ended, when that was not clean. */
  async run(): Promise<void> {
    for (;;) {
      const result = await this.#iterator.next();
      if (result.done === true) break;
      if (!this.#show(result.value)) await this.#screen.drained();
      if (this.enough) return;
    }
    await this.#rest;
    if (this.enough) return;
    const info = await lastValueFrom(this.#connection.closed$);
    if (!info.wasClean) throw new ConnectionClosedError(info);
  }

  /** Takes what comes from now on, without holding the server back. Resolves when nothing is held any more, and this side may close. */
  async takeEverything(): Promise<void> {
    if (this.#rest !== undefined) return;
    void this.#iterator.return?.();
    const shown$ = this.#connection.messages$.pipe(
      map((message) => this.#show(message)),
      takeWhile(() => !this.enough),
    );
    this.#rest = lastValueFrom(shown$, { defaultValue: undefined });
    // What was held is handed out in a microtask.
    await nextTurn();
  }

  /** Nobody wants to see more: what comes is dropped, so that the server can get to its end. */
  letGo(): void {
    void this.#iterator.return?.();
    this.#connection.discard();
  }

  /** Whether nobody wants to see more. */
  get enough(): boolean {
    return this.#screen.broken || this.#left <= 0;
  }

  #show(message: Message): boolean {
    this.#left--;
    const more = this.#screen.message(message);
    if (this.#screen.backlogBytes > MAX_BACKLOG_BYTES) {
      throw new Error('stdout takes less than the server sends');
    }
    return more;
  }
}
