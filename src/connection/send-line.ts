import { Fifo } from '../protocol/fifo.js';

/** The most messages that wait, beside the bound on their octets: empty ones take memory, too. */
export const MAX_WAITING_MESSAGES = 65_536;

interface Waiting {
  readonly bytes: number;
  readonly task: () => void;
}

/**
 * Keeps messages whole: while somebody is inside of one, what else is sent waits in line. Control frames do not stand in it.
 * RFC 6455 section 5.4.
 */
export class SendLine {
  /** Octets of what waits, and of what is not made yet by who is inside. */
  heldBytes = 0;
  /** Messages that were dropped while they waited, since the connection was to go. */
  cutMessages = 0;
  protected readonly onError: (error: Error) => void;
  #inside = false;
  #draining = false;
  #waiting: Fifo<Waiting> | undefined;
  #waitingMessages = 0;

  /** @param onError - Called with what a task that had to wait throws: its sender is gone. */
  constructor(onError: (error: Error) => void) {
    this.onError = onError;
  }

  /** Whether somebody is inside a message. */
  get inside(): boolean {
    return this.#inside;
  }

  /** Whether what is sent now has to wait. */
  get busy(): boolean {
    // Who is let in from the line may be looked on by somebody who sends: that goes behind the others.
    return this.#inside || this.#draining;
  }

  /** Whether so many messages wait that no more may, however short they are. */
  get full(): boolean {
    return this.#waitingMessages >= MAX_WAITING_MESSAGES;
  }

  /** Whether a whole message that is sent now has to wait. */
  get holdsMessages(): boolean {
    return this.busy;
  }

  /** Runs `task`, which sends `bytes` octets, when everything before it is sent: now, if nobody is inside. */
  enter(bytes: number, task: () => void): void {
    if (!this.busy) {
      task();
      return;
    }
    this.heldBytes += bytes;
    (this.#waiting ??= new Fifo()).push({ bytes, task });
  }

  /**
   * Keeps a whole message waiting; `task` sends it.
   *
   * @param length - Octets of its payload.
   * @param _fragmentBytes - The most that one of its frames has.
   */
  message(length: number, _fragmentBytes: number, task: () => void): void {
    this.#waitingMessages++;
    this.enter(length, () => {
      this.#waitingMessages--;
      task();
    });
  }

  /** A message begins that takes more than this turn. */
  begin(): void {
    this.#inside = true;
  }

  /** It has ended: who waits goes on, in order. */
  end(): void {
    this.#inside = false;
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (!this.#inside) {
        const next = this.#waiting?.shift();
        if (next === undefined) break;
        this.heldBytes -= next.bytes;
        next.task();
      }
    } catch (error) {
      this.drop();
      this.onError(error as Error);
    } finally {
      this.#draining = false;
    }
  }

  /** Drops everything that waits. */
  drop(): void {
    this.cutMessages += this.#waitingMessages;
    this.#waitingMessages = 0;
    this.#inside = false;
    this.#waiting = undefined;
    this.heldBytes = 0;
  }
}
