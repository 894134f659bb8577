import { from, type ObservableInput, type Subscriber } from 'rxjs';
import { operate } from '../operate.js';
import type { Drops } from './drops.js';
import type { Holding, MakeHolding } from './holding.js';
import type { Work } from './pace-setter.js';

/** Works on values, some at a time, and holds the others. */
export class Workshop<T, R> {
  readonly #destination: Subscriber<R>;
  readonly #work: Work<T, R>;
  readonly #concurrency: number;
  readonly #drops: Drops<T>;
  readonly #holding: Holding<T>;
  #active = 0;
  #index = 0;
  #starting = false;
  #stopped = false;
  #ended = false;

  constructor(
    destination: Subscriber<R>,
    work: Work<T, R>,
    concurrency: number,
    drops: Drops<T>,
    makeHolding: MakeHolding<T>,
  ) {
    this.#destination = destination;
    this.#work = work;
    this.#concurrency = concurrency;
    this.#drops = drops;
    this.#holding = makeHolding(drops, () => {
      this.#stop();
    });
  }

  push(value: T): void {
    if (this.#stopped) this.#drops.drop(value);
    else if (this.#active < this.#concurrency && this.#holding.length === 0) this.#start(value);
    else this.#holding.hold(value);
  }

  /** No value comes any more. */
  end(): void {
    this.#ended = true;
    this.#completeWhenIdle();
  }

  clear(): void {
    this.#holding.clear();
  }

  #start(value: T): void {
    const work = this.#work as (value: T, index: number) => ObservableInput<R> | undefined;
    // Counted before it begins: what it does may make the source emit.
    this.#active++;
    const result = work(value, this.#index++);
    if (result === undefined) {
      this.#done();
      return;
    }
    const destination = this.#destination;
    from(result).subscribe(
      operate<R, R>({
        destination,
        next: (made) => {
          destination.next(made);
        },
        complete: () => {
          this.#done();
        },
      }),
    );
  }

  #done(): void {
    this.#active--;
    // Work that is done at once goes on here, one after the other, and not one within the other.
    if (this.#starting) return;
    this.#starting = true;
    try {
      while (!this.#destination.closed && this.#active < this.#concurrency && this.#holding.length > 0) {
        this.#start(this.#holding.take());
      }
    } finally {
      this.#starting = false;
    }
    this.#completeWhenIdle();
  }

  /** May be called by a timer, where nobody else catches what `onDrop` throws. */
  #stop(): void {
    this.#stopped = true;
    this.#ended = true;
    try {
      while (this.#holding.length > 0) this.#drops.drop(this.#holding.take());
    } catch (error) {
      this.#destination.error(error);
    }
    this.#completeWhenIdle();
  }

  #completeWhenIdle(): void {
    if (this.#ended && this.#active === 0 && this.#holding.length === 0) this.#destination.complete();
  }
}
