import type { Subscriber } from 'rxjs';
import type { EarlySubscriber } from '../early-subscriber.js';
import type { Link } from '../link.js';
import { safely } from '../safely.js';
import type { ChannelOptions } from './channel-options.js';

/** One connection, from when it came until its messages have ended or it is left. */
export interface Line<In, Out> {
  readonly link: Link<In, Out>;
  /** What takes its messages. Closed when the line is no longer used. */
  readonly claim: EarlySubscriber<In>;
}

/** Somebody who listens. */
interface Listener<In> {
  take(message: In): void;
  error(error: unknown): void;
  complete(): void;
}

/** One key, with all who listen to it. */
export class Channel<In, Out> {
  /** Whose messages are sent: those of who came first. */
  readonly #options: ChannelOptions<unknown, In, Out>;
  /** Replaced and never changed: a message is for those who were there when it came. */
  #listeners: readonly Listener<In>[] = [];
  /** The line that saw the subscribe message, and not yet the unsubscribe message. */
  #seenBy: Line<In, Out> | undefined;
  #isClosing = false;

  constructor(options: ChannelOptions<unknown, In, Out>) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#listeners.length === 0;
  }

  /** Returns what takes the listener out again. */
  join<T>(options: ChannelOptions<T, In, Out>, subscriber: Subscriber<T>): () => void {
    const listener: Listener<In> = {
      take: (message) => {
        if (subscriber.closed) return;
        let value: T | undefined;
        try {
          value = options.select(message);
        } catch (thrown) {
          subscriber.error(thrown);
          return;
        }
        if (value !== undefined) subscriber.next(value);
      },
      error: (error) => {
        subscriber.error(error);
      },
      complete: () => {
        subscriber.complete();
      },
    };
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  take(message: In): void {
    for (const listener of this.#listeners) listener.take(message);
  }

  /** Asks for the channel, once on each line. Throws what making or sending the message throws, and is of no more use then. */
  open(line: Line<In, Out>): void {
    if (this.#isClosing || this.#seenBy === line) return;
    const message = this.#options.subscribe();
    // The callback may have changed everything.
    if (this.isEmpty || line.claim.closed) return;
    this.#seenBy = line;
    line.link.send(message);
  }

  /** Ends the channel on the line that saw it begin, if that line is still in use. Throws as `open` does. */
  close(): void {
    const line = this.#seenBy;
    this.#seenBy = undefined;
    if (line === undefined || line.claim.closed || this.#options.unsubscribe === undefined) return;
    // Who comes back while the message is made waits until it has been sent: the other side sees the two in this order.
    this.#isClosing = true;
    try {
      line.link.send(this.#options.unsubscribe());
    } finally {
      this.#isClosing = false;
    }
  }

  error(error: unknown): void {
    for (const listener of this.#listeners) safely(() => listener.error(error));
  }

  complete(): void {
    for (const listener of this.#listeners) safely(() => listener.complete());
  }
}
