import { Observable } from 'rxjs';
import { Fifo } from '../../protocol/fifo.js';
import type { HeldStore } from './held-store.js';

/** Who takes what a {@link HeldValues} has held, and what comes after it. */
export interface Taker<T> {
  /**
   * @param held - Whether the value was held, and is counted still.
   * @returns true if the taker holds it from now on, and its count with it.
   */
  next(value: T, held: boolean): unknown;
  error(error: unknown): void;
  complete(): void;
}

/**
 * Values for one taker, which may come late: until then they are held, in order. What was held is never delivered from inside one another.
 */
export class HeldValues<T> {
  readonly #store: HeldStore;
  readonly #cost: (value: T) => number;
  #held: Fifo<T> | undefined;
  readonly #onOver: (() => void) | undefined;
  #taker: Taker<T> | undefined;
  #taken = false;
  #dropped = false;
  #delivering = false;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param cost - Octets that a held value counts for.
   * @param onOver - Called when everything has been taken, or dropped.
   */
  constructor(store: HeldStore, cost: (value: T) => number, onOver?: () => void) {
    this.#store = store;
    this.#cost = cost;
    this.#onOver = onOver;
  }

  /** Whether somebody has taken the values. */
  get taken(): boolean {
    return this.#taken;
  }

  /** Whether they are not wanted, or no longer. */
  get dropped(): boolean {
    return this.#dropped;
  }

  /** The values for whoever subscribes first. Unsubscribing calls `leave`. */
  values$(leave: () => void): Observable<T> {
    return new Observable((subscriber) => {
      if (this.#taken) {
        subscriber.error(usedTwice());
        return;
      }
      // First: whoever has had enough in the middle of what is held leaves the rest of it.
      subscriber.add(leave);
      this.take(subscriber);
    });
  }

  /** Delivers what is held, and from then on what comes. Returns false if somebody has taken the values already. */
  take(taker: Taker<T>): boolean {
    if (this.#taken) return false;
    this.#taken = true;
    this.#taker = taker;
    if (this.#dropped) this.drop();
    else this.#deliver();
    return true;
  }

  /** Returns false if the value was dropped. */
  push(value: T): boolean {
    if (this.#dropped) return false;
    if (this.#taker !== undefined && !this.#delivering) {
      this.#taker.next(value, false);
    } else {
      (this.#held ??= new Fifo()).push(value);
      this.#store.hold(this.#cost(value));
    }
    return true;
  }

  complete(): void {
    this.#ended = true;
    if (!this.#delivering) this.#passEnd();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.complete();
  }

  /** Drops what is held and what comes. Returns what was held. Whoever takes the values sees them complete. */
  drop(): readonly T[] {
    this.#dropped = true;
    const dropped = this.#held?.drain() ?? [];
    this.#held = undefined;
    const taker = this.#taker;
    this.#taker = undefined;
    for (const value of dropped) this.#store.release(this.#cost(value));
    this.#onOver?.();
    taker?.complete();
    return dropped;
  }

  #deliver(): void {
    this.#delivering = true;
    for (let value = this.#held?.shift(); value !== undefined; value = this.#held?.shift()) {
      // Now there is room: more may come from inside of this, and is held behind the rest.
      if (this.#taker?.next(value, true) !== true) this.#store.release(this.#cost(value));
    }
    this.#held = undefined;
    this.#delivering = false;
    this.#passEnd();
  }

  #passEnd(): void {
    const taker = this.#taker;
    if (!this.#ended || taker === undefined) return;
    this.#taker = undefined;
    this.#onOver?.();
    if (this.#failure === undefined) taker.complete();
    else taker.error(this.#failure.error);
  }
}

/** The error of what is used once and was used before. */
export function usedTwice(): TypeError {
  return new TypeError('a stream is used once: it has been subscribed or iterated already');
}
