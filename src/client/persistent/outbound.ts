import { first, type Subscription, take } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import type { Logger } from '../../connection/logger.js';
import type { Outgoing } from '../../protocol/message.js';
import { preparedOf } from '../../protocol/outgoing.js';
import { type OfflineBounds, OfflineQueue } from './offline-queue.js';

type Sink = Pick<Connection, 'send' | 'state' | 'writable$'>;

/** What is sent, to the connection that there is, or held for the next one: always in order. */
export class Outbound {
  readonly #queue: OfflineQueue;
  readonly #logger: Logger;
  /** Called when nothing is held any more. */
  readonly #onEmpty: () => void;
  #sink: Sink | undefined;
  #room: Subscription | undefined;
  #isDraining = false;
  #hasWarned = false;
  /** Messages that were dropped. */
  dropped = 0;

  constructor(bounds: OfflineBounds, logger: Logger, onEmpty: () => void) {
    this.#queue = new OfflineQueue(bounds);
    this.#logger = logger;
    this.#onEmpty = onEmpty;
  }

  get heldMessages(): number {
    return this.#queue.length;
  }

  get heldBytes(): number {
    return this.#queue.bytes;
  }

  send(data: Outgoing): boolean {
    const isOpen = this.#sink?.state === 'open';
    if (isOpen && this.#queue.length === 0 && !this.#isDraining) return this.#sink?.send(data) ?? false;
    // What nobody could send is refused now, and not when there is a connection.
    preparedOf(data);
    const outcome = this.#queue.add(data);
    if (outcome !== 'held') this.#drop();
    // Behind what waits for a connection that is slow, it is as though it were on its way there already.
    return outcome !== 'dropped' && !isOpen;
  }

  /** Sends what is held, and from now on everything, over `sink`. */
  use(sink: Sink): void {
    this.lose();
    this.#sink = sink;
    this.#hasWarned = false;
    this.#drain(sink);
  }

  /** There is no connection any more. */
  lose(): void {
    this.#room?.unsubscribe();
    this.#room = undefined;
    this.#sink = undefined;
  }

  /** Sends what is held whether there is room or not, if there is a connection; what there is none for is dropped. */
  finish(): void {
    const sink = this.#sink;
    this.#room?.unsubscribe();
    for (let data = this.#queue.shift(); data !== undefined; data = this.#queue.shift()) {
      if (sink?.state === 'open') this.#pass(sink, data);
      else this.#drop();
    }
    this.lose();
  }

  /** Counts a message that came after the end. */
  refuse(): false {
    this.dropped++;
    return false;
  }

  #drain(sink: Sink): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      while (this.#sink === sink && sink.state === 'open' && this.#queue.length > 0) {
        const data = this.#queue.shift();
        if (data !== undefined && !this.#pass(sink, data) && !this.#hasRoom(sink)) break;
      }
    } finally {
      this.#isDraining = false;
    }
    if (this.#queue.length === 0) this.#onEmpty();
  }

  /** What is held has been looked at when it was sent; what an extension or a policy throws now has nobody else to tell. */
  #pass(sink: Sink, data: Outgoing): boolean {
    try {
      return sink.send(data);
    } catch (error) {
      this.dropped++;
      this.#logger.error?.('a message that was held could not be sent, and is dropped', { error });
      return true;
    }
  }

  /** Whether there is room at once; otherwise it goes on when there is. */
  #hasRoom(sink: Sink): boolean {
    this.#room?.unsubscribe();
    const room = { isThere: false };
    sink.writable$.pipe(take(1)).subscribe((writable) => (room.isThere = writable));
    if (room.isThere) return true;
    this.#room = sink.writable$.pipe(first(Boolean, false)).subscribe(() => {
      this.#drain(sink);
    });
    return false;
  }

  #drop(): void {
    this.dropped++;
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#logger.warn?.(
      'a message found no connection and no room to wait for one: it and others are dropped',
      {},
    );
  }
}
