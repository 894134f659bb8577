import { Observable, type Observer } from 'rxjs';
import { Fifo } from '../../protocol/fifo.js';
import type { HeldStore } from './held-store.js';

/**
 * Values for one observer, which may come late: until then they are held, in order. They are never delivered from inside one another.
 */
export class HeldValues<T> {
  readonly #store: HeldStore;
  readonly #cost: (value: T) => number;
  #held: Fifo<T> | undefined;
  #observer: Observer<T> | undefined;
  #taken = false;
  #dropped = false;
  #delivering = false;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  /** @param cost - Octets that a held value counts for. */
  constructor(store: HeldStore, cost: (value: T) => number) {
    this.#store = store;
    this.#cost = cost;
  }

  /** Whether somebody has taken the values, or they are not wanted. */
  get taken(): boolean {
    return this.#taken;
  }

  /** The values for whoever subscribes first. Unsubscribing calls `leave`. */
  values$(leave: () => void): Observable<T> {
    return new Observable((subscriber) => {
      if (!this.take(subscriber)) subscriber.error(usedTwice());
      else subscriber.add(leave);
    });
  }

  /** Delivers what is held, and from then on what comes. Returns false if somebody has taken the values already. */
  take(observer: Observer<T>): boolean {
    if (this.#taken) return false;
    this.#taken = true;
    this.#observer = observer;
    this.#deliver();
    return true;
  }

  /** Returns false if the value was dropped. */
  push(value: T): boolean {
    if (this.#dropped) return false;
    if (this.#observer !== undefined && !this.#delivering) {
      this.#observer.next(value);
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
    this.#taken = true;
    const dropped = this.#held?.drain() ?? [];
    this.#held = undefined;
    for (const value of dropped) this.#store.release(this.#cost(value));
    const observer = this.#observer;
    this.#observer = undefined;
    observer?.complete();
    return dropped;
  }

  #deliver(): void {
    this.#delivering = true;
    for (let value = this.#held?.shift(); value !== undefined; value = this.#held?.shift()) {
      this.#observer?.next(value);
      // Now there is room: more may come from inside of this, and is held behind the rest.
      this.#store.release(this.#cost(value));
    }
    this.#held = undefined;
    this.#delivering = false;
    this.#passEnd();
  }

  #passEnd(): void {
    const observer = this.#observer;
    if (!this.#ended || observer === undefined) return;
    this.#observer = undefined;
    if (this.#failure === undefined) observer.complete();
    else observer.error(this.#failure.error);
  }
}

/** The error of what is used once and was used before. */
export function usedTwice(): TypeError {
  return new TypeError('a stream is used once: it has been subscribed, iterated or discarded already');
}
