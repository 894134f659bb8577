import type { Cancel, Clock } from './clock.js';

/** After so long without anybody who takes messages, a paused connection is worth a line in the log. */
const UNREAD_MS = 10_000;
const UNCLAIMED =
  'paused: nobody takes the messages. Subscribe to messages$, iterate, or call discard() on a connection that only sends';
const UNREAD_STREAM =
  'paused: nobody reads a MessageStream. Subscribe to its frames$, chunks$ or text$, iterate it, or call its discard()';

/** What an {@link UnreadReminder} looks at. */
export interface Unread {
  /** Whether it is what holds the peer back. */
  readonly full: boolean;
  readonly claimed: boolean;
  /** Whether a message that somebody was given as a stream waits to be read. */
  readonly unread: boolean;
}

/** Writes a line in the log when a connection is paused for somebody who may never come. */
export class UnreadReminder {
  readonly #unread: Unread;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  #cancel: Cancel | undefined;

  constructor(unread: Unread, clock: Clock, warn: (message: string) => void) {
    this.#unread = unread;
    this.#clock = clock;
    this.#warn = warn;
  }

  /** Reminds in a while, if nobody comes. */
  begin(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (!this.#isUnread) return;
    this.#cancel = this.#clock.after(UNREAD_MS, () => {
      if (this.#unread.full && this.#isUnread) this.#warn(this.#unread.unread ? UNREAD_STREAM : UNCLAIMED);
    });
  }

  end(): void {
    this.#cancel?.();
  }

  get #isUnread(): boolean {
    return !this.#unread.claimed || this.#unread.unread;
  }
}
