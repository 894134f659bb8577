import { Observable, Subject } from 'rxjs';

/** A place to look on: hot, never replays, and costs nothing while nobody looks. */
export class Tap<T> {
  readonly values$: Observable<T>;
  readonly #subject: Subject<T> = new Subject();

  /** @param onObserved - Called when the first observer comes and when the last has gone. */
  constructor(onObserved?: (observed: boolean) => void) {
    this.values$ = new Observable((subscriber) => {
      const first = !this.#subject.observed;
      if (first) onObserved?.(true);
      subscriber.add(this.#subject.subscribe(subscriber));
      subscriber.add(() => {
        if (!this.#subject.observed) onObserved?.(false);
      });
    });
  }

  get observed(): boolean {
    return this.#subject.observed;
  }

  next(value: T): void {
    this.#subject.next(value);
  }

  complete(): void {
    this.#subject.complete();
  }
}
