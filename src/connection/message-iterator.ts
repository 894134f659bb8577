import type { Message } from '../protocol/message.js';
import type { EndError } from './end-error.js';
import { Fifo } from '../protocol/fifo.js';
import type { Claim, ClaimHolder } from './claim.js';
import type { Kept, ReceiveWindow } from './receive-window.js';

type AnyMessage = Message<string | Uint8Array>;

interface Waiting {
  readonly resolve: (result: IteratorResult<AnyMessage, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Messages by asking for them. What has come and was not asked for is charged to the receive window, so a slow loop holds the peer
 * back. Breaking out of the loop ends the claim and closes nothing.
 */
export class MessageIterator implements AsyncIterableIterator<AnyMessage, undefined>, Claim {
  readonly takes = 'whole';
  readonly #window: ReceiveWindow;
  readonly #holder: ClaimHolder;
  readonly #kept: Fifo<Kept> = new Fifo();
  readonly #waiting: Fifo<Waiting> = new Fifo();
  #done = false;
  #error: { readonly error: unknown } | undefined;

  constructor(window: ReceiveWindow, holder: ClaimHolder) {
    this.#window = window;
    this.#holder = holder;
  }

  get drained(): boolean {
    return this.#kept.length === 0;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  offer(message: AnyMessage): void {
    // It may have left while this message was being handed out to the claims before it.
    if (this.#done) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting.resolve({ done: false, value: message });
    else this.#kept.push(this.#window.charge(message));
  }

  finish(end: EndError): void {
    if (this.#done) return;
    this.#done = true;
    const error = end();
    if (error !== undefined) this.#error = { error };
    for (let waiting = this.#waiting.shift(); waiting !== undefined; waiting = this.#waiting.shift()) {
      this.#settle(waiting);
    }
  }

  cut(): number {
    const cut = this.#kept.drain();
    for (const kept of cut) this.#window.giveBack(kept);
    return cut.length;
  }

  next(): Promise<IteratorResult<AnyMessage, undefined>> {
    return new Promise((resolve, reject) => {
      const kept = this.#kept.shift();
      if (kept !== undefined) {
        resolve({ done: false, value: kept.message });
        this.#window.giveBack(kept);
        if (this.#done && this.drained) this.#holder.leave(this, []);
      } else if (this.#done) {
        this.#settle({ resolve, reject });
      } else {
        this.#waiting.push({ resolve, reject });
      }
    });
  }

  return(): Promise<IteratorResult<AnyMessage, undefined>> {
    const unstarted = this.#kept.drain();
    this.#error = undefined;
    this.finish(() => undefined);
    this.#holder.leave(this, unstarted);
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The end of the messages: an error is thrown once, then the iterator is done. */
  #settle({ resolve, reject }: Waiting): void {
    const failed = this.#error;
    this.#error = undefined;
    if (failed === undefined) resolve({ done: true, value: undefined });
    else reject(failed.error);
  }
}
