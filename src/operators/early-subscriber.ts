import type { Observer } from 'rxjs';
import { KeptSubscriber } from './kept-subscriber.js';

/**
 * A subscriber that is there before the subscription is, so that it can be left while a synchronous source still emits. It is closed
 * before its observer hears of the end, of which a teardown that throws does not keep it.
 */
export class EarlySubscriber<In> extends KeptSubscriber<In> {
  readonly #observer: Observer<In>;

  constructor(observer: Observer<In>) {
    super();
    this.#observer = observer;
  }

  protected override _next(value: In): void {
    this.#observer.next(value);
  }

  protected override _error(error: unknown): void {
    try {
      this.unsubscribe();
    } finally {
      this.#observer.error(error);
    }
  }

  protected override _complete(): void {
    try {
      this.unsubscribe();
    } finally {
      this.#observer.complete();
    }
  }
}
