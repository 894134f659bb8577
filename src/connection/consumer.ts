import { from, type ObservableInput, type Subscriber, type Unsubscribable } from 'rxjs';
import type { Message } from '../protocol/message.js';
import type { Claim, ClaimHolder } from './claim.js';
import { Fifo } from '../protocol/fifo.js';
import type { Kept, ReceiveWindow } from './receive-window.js';

type AnyMessage = Message<string | Uint8Array>;

/** What is done with each message; what it returns is waited for. */
export type Project<R, M = AnyMessage> =
  ((message: M, index: number) => ObservableInput<R>) | ((message: M, index: number) => void);

/**
 * A claim that takes its time: a message is charged to the receive window until what it was projected to has ended, so slow work holds
 * the peer back.
 */
export class Consumer<R> implements Claim, Unsubscribable {
  readonly takes = 'whole';
  readonly #subscriber: Subscriber<R>;
  readonly #project: Project<R>;
  readonly #concurrency: number;
  readonly #window: ReceiveWindow;
  readonly #holder: ClaimHolder;
  readonly #waiting: Fifo<Kept> = new Fifo();
  /** Messages that are worked on. */
  readonly #started: Set<Kept> = new Set();
  #index = 0;
  #starting = false;
  #finished = false;
  #left = false;

  constructor(
    subscriber: Subscriber<R>,
    project: Project<R>,
    concurrency: number,
    window: ReceiveWindow,
    holder: ClaimHolder,
  ) {
    this.#subscriber = subscriber;
    this.#project = project;
    this.#concurrency = concurrency;
    this.#window = window;
    this.#holder = holder;
  }

  get drained(): boolean {
    return this.#left || (this.#waiting.length === 0 && this.#started.size === 0);
  }

  offer(message: AnyMessage): void {
    if (this.#left) return;
    this.#waiting.push(this.#window.charge(message));
    this.#startNext();
  }

  finish(): void {
    this.#finished = true;
    this.#completeIfDrained();
  }

  cut(): number {
    const cut = this.#waiting.length + this.#started.size;
    for (const kept of this.#waiting.drain()) this.#window.giveBack(kept);
    if (this.#finished) this.#subscriber.complete();
    return cut;
  }

  /** The subscriber has had enough, or the work has failed: what was not started is somebody else's again. */
  unsubscribe(): void {
    if (this.#left) return;
    this.#left = true;
    const unstarted = this.#waiting.drain();
    for (const kept of this.#started) this.#window.giveBack(kept);
    this.#started.clear();
    this.#holder.leave(this, unstarted);
  }

  #startNext(): void {
    // One after the other, however soon each ends: the stack must not grow with them.
    if (this.#starting) return;
    this.#starting = true;
    while (!this.#left && this.#started.size < this.#concurrency) {
      const kept = this.#waiting.shift();
      if (kept === undefined) break;
      this.#start(kept);
    }
    this.#starting = false;
    this.#completeIfDrained();
  }

  #start(kept: Kept): void {
    this.#started.add(kept);
    try {
      const work = this.#project(kept.message, this.#index++);
      if (work === undefined) this.#end(kept);
      else this.#subscribe(kept, work);
    } catch (error) {
      this.#subscriber.error(error);
    }
  }

  #subscribe(kept: Kept, work: ObservableInput<R>): void {
    const inner = from(work).subscribe({
      next: (value) => {
        this.#subscriber.next(value);
      },
      error: (error: unknown) => {
        this.#subscriber.error(error);
      },
      complete: () => {
        this.#end(kept);
      },
    });
    this.#subscriber.add(inner);
  }

  #end(kept: Kept): void {
    if (!this.#started.delete(kept)) return;
    this.#window.giveBack(kept);
    this.#startNext();
  }

  #completeIfDrained(): void {
    if (this.#finished && !this.#left && !this.#starting && this.drained) this.#subscriber.complete();
  }
}
