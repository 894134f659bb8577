import { Fifo } from '../../protocol/fifo.js';
import { type HeldStore, OVERHEAD_BYTES } from './held-store.js';

type Result = IteratorResult<Uint8Array, undefined>;

interface Asked {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Chunks by asking for them: what has come and was not asked for is held. */
export class ChunkIterator implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #store: HeldStore;
  readonly #leave: () => void;
  readonly #held: Fifo<Uint8Array> = new Fifo();
  readonly #asked: Fifo<Asked> = new Fifo();
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  /** @param leave - Called when the loop is left before the end. */
  constructor(store: HeldStore, leave: () => void) {
    this.#store = store;
    this.#leave = leave;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    return new Promise((resolve, reject) => {
      const chunk = this.#held.shift();
      if (chunk !== undefined) {
        resolve({ done: false, value: chunk });
        this.#store.release(costOf(chunk));
      } else if (this.#ended) {
        this.#settle({ resolve, reject });
      } else {
        this.#asked.push({ resolve, reject });
      }
    });
  }

  return(): Promise<Result> {
    this.drop();
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  /**
   * Hands a chunk to who asks, or holds it.
   *
   * @param counted - Whether the store counts it already.
   * @returns whether it is held here from now on.
   */
  offer(chunk: Uint8Array, counted: boolean): boolean {
    const asked = this.#asked.shift();
    if (asked !== undefined) {
      asked.resolve({ done: false, value: chunk });
      return false;
    }
    if (this.#ended) return false;
    this.#held.push(chunk);
    if (!counted) this.#store.hold(costOf(chunk));
    return true;
  }

  end(): void {
    this.#ended = true;
    for (let asked = this.#asked.shift(); asked !== undefined; asked = this.#asked.shift()) {
      this.#settle(asked);
    }
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure = { error };
    this.end();
  }

  /** Ends at once: what is held is not handed out any more. */
  drop(): void {
    this.#failure = undefined;
    this.end();
    for (const chunk of this.#held.drain()) this.#store.release(costOf(chunk));
  }

  /** The end: an error is thrown once, then the iterator is done. */
  #settle({ resolve, reject }: Asked): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure === undefined) resolve({ done: true, value: undefined });
    else reject(failure.error);
  }
}

function costOf(chunk: Uint8Array): number {
  return chunk.length + OVERHEAD_BYTES;
}
