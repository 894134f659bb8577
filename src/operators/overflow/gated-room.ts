import { asapScheduler, type Subscriber } from 'rxjs';
import type { Drops } from './drops.js';
import type { Holding, MakeHolding } from './holding.js';

/** Lets values pass while a gate is open, and holds them while it is not. */
export class GatedRoom<T> {
  readonly #destination: Subscriber<T>;
  readonly #drops: Drops<T>;
  readonly #holding: Holding<T>;
  #open = false;
  /** Whether the gate will not turn any more. */
  #settled = false;
  #stopped = false;
  #ended = false;

  constructor(destination: Subscriber<T>, drops: Drops<T>, makeHolding: MakeHolding<T>) {
    this.#destination = destination;
    this.#drops = drops;
    this.#holding = makeHolding(drops, () => {
      this.#stop();
    });
  }

  push(value: T): void {
    if (this.#stopped || (this.#settled && !this.#open)) this.#drops.drop(value);
    else if (this.#open && this.#holding.length === 0) this.#destination.next(value);
    else this.#holding.hold(value);
  }

  /** The gate opens or shuts. */
  turn(open: boolean): void {
    this.#open = open;
    if (!open || this.#holding.length === 0) return;
    // A connection that is just telling its observers `true` tells them nothing else before they return: they would not hear
    // when it has had enough.
    asapScheduler.schedule(() => {
      this.#release();
    });
  }

  /** The gate stays as it is. */
  settle(): void {
    this.#settled = true;
    if (!this.#open) this.#dropAll();
    this.#completeWhenEmpty();
  }

  /** No value comes any more. */
  end(): void {
    this.#ended = true;
    this.#completeWhenEmpty();
  }

  clear(): void {
    this.#holding.clear();
  }

  #release(): void {
    while (this.#open && !this.#destination.closed && this.#holding.length > 0) {
      this.#destination.next(this.#holding.take());
    }
    this.#completeWhenEmpty();
  }

  /** May be called by a timer, where nobody else catches what `onDrop` throws. */
  #stop(): void {
    this.#stopped = true;
    this.#ended = true;
    try {
      this.#dropAll();
    } catch (error) {
      this.#destination.error(error);
    }
    this.#completeWhenEmpty();
  }

  #dropAll(): void {
    while (this.#holding.length > 0) this.#drops.drop(this.#holding.take());
  }

  #completeWhenEmpty(): void {
    if (this.#ended && this.#holding.length === 0) this.#destination.complete();
  }
}
