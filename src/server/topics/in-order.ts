import { Subject, type Subscriber, type Subscription } from 'rxjs';
import { spared } from '../../connection/safely.js';
import { Fifo } from '../../protocol/fifo.js';

/**
 * Hands values to many, who all see one order: what a subscriber makes come while it is called waits until the others have the value
 * before. A subscriber that throws keeps nobody else from it; rxjs reports what it threw.
 */
export class InOrder<T> {
  readonly #subject: Subject<T> = new Subject();
  readonly #waiting: Fifo<{ readonly value: T }> = new Fifo();
  #emitting = false;

  get observed(): boolean {
    return this.#subject.observed;
  }

  subscribe(subscriber: Subscriber<T>): Subscription {
    return spared(this.#subject).subscribe(subscriber);
  }

  /** It is the value's turn, which is given with `flush`. */
  push(value: T): void {
    this.#waiting.push({ value });
  }

  /** Hands out everything that was pushed. */
  flush(): void {
    if (this.#emitting) return;
    this.#emitting = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#subject.next(next.value);
    }
    this.#emitting = false;
  }

  complete(): void {
    this.#subject.complete();
  }
}
