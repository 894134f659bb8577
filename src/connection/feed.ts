import { isObservable, type Observable, type Subscription } from 'rxjs';
import { EarlySubscriber } from '../operators/early-subscriber.js';
import { Slice } from './slice.js';

/** Where values to send come from: pushed, or pulled one by one. Node's and the Web's streams are asynchronous iterables. */
export type Source<T> = Observable<T> | AsyncIterable<T> | Iterable<T>;

/** What is done with the values of a {@link Source}. */
export interface FeedTarget<T> {
  /** @returns whether there is room for more. */
  next(value: T): boolean;
  error(error: unknown): void;
  complete(): void;
  /** Calls back when there is room again; never if there will be none. */
  whenWritable(resume: () => void): void;
  /** Calls back in the next turn of the event loop. */
  nextTurn(resume: () => void): void;
}

/**
 * Takes the values of `source` one after the other. An Observable is subscribed and pushes as it likes; what is iterated is asked for the
 * next value only while there is room, and lets the event loop go on between slices of it.
 *
 * @param feeding - Stops it when unsubscribed, inside of `next` too, and lets the source go.
 */
export function feed<T>(source: Source<T>, target: FeedTarget<T>, feeding: Subscription): void {
  if (isObservable(source)) {
    const subscriber = new EarlySubscriber<T>({
      next: (value) => void target.next(value),
      error: (error: unknown) => {
        target.error(error);
      },
      complete: () => {
        target.complete();
      },
    });
    feeding.add(subscriber);
    source.subscribe(subscriber);
    return;
  }
  const pull = new Pull(source, target);
  feeding.add(() => {
    pull.stop();
  });
  void pull.run();
}

class Pull<T> {
  readonly #source: AsyncIterable<T> | Iterable<T>;
  readonly #target: FeedTarget<T>;
  #stopped = false;
  /** Ends a wait for room, or for a value that may never come. */
  #wake: (() => void) | undefined;

  constructor(source: AsyncIterable<T> | Iterable<T>, target: FeedTarget<T>) {
    this.#source = source;
    this.#target = target;
  }

  async run(): Promise<void> {
    try {
      const iterator = this.#iterator();
      const slice = new Slice();
      try {
        for (;;) {
          const result = await this.#next(iterator);
          if (result === undefined || this.#isStopped()) return;
          if (result.done === true) break;
          const below = this.#target.next(result.value);
          if (!below && !this.#isStopped()) await this.#room();
          if (!this.#isStopped() && slice.isOver()) await this.#turn();
          if (this.#isStopped()) return;
        }
      } finally {
        if (this.#isStopped()) letGo(iterator);
      }
      this.#target.complete();
    } catch (error) {
      if (!this.#isStopped()) this.#target.error(error);
    }
  }

  /** Asked again after every call of others: any of them may have stopped it. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  #iterator(): AsyncIterator<T> | Iterator<T> {
    const source = this.#source;
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    return source[Symbol.iterator]();
  }

  /** The next value; undefined when it is stopped before there is one. */
  async #next(iterator: AsyncIterator<T> | Iterator<T>): Promise<IteratorResult<T> | undefined> {
    const next = iterator.next();
    if (!('then' in next)) return next;
    const stopped = new Promise<undefined>((resolve) => {
      this.#wake = () => {
        resolve(undefined);
      };
    });
    return Promise.race([next, stopped]);
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#target.whenWritable(resolve);
    });
  }

  /** Awaiting what is there already is no turn of the event loop: without this an endless source would be the last thing that runs. */
  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#target.nextTurn(resolve);
    });
  }
}

/** An iterator that is not asked any more may have something to close; what comes of that is nobody's. */
function letGo(iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  const returned: unknown = iterator.return?.();
  Promise.resolve(returned).catch(() => undefined);
}
