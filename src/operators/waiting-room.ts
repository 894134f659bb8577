import { asapScheduler, type SchedulerLike, type Subscriber, type Subscription } from 'rxjs';

/** The rules of a {@link WaitingRoom}. */
export interface WaitingRules<T> {
  /** How long a value may wait, in milliseconds. */
  readonly ms: number;
  readonly scheduler: SchedulerLike;
  /** Called with each value that has waited so long. */
  readonly late: (value: T) => void;
}

interface Waiting<T> {
  readonly value: T;
  readonly since: number;
  next: Waiting<T> | undefined;
}

/** What a timer of Node holds at most; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Where values wait to be sent, in order, and are sent away when they have waited too long. One timer, for the first of them. */
export class WaitingRoom<T> {
  readonly #destination: Subscriber<T>;
  readonly #rules: WaitingRules<T>;
  #first: Waiting<T> | undefined;
  #last: Waiting<T> | undefined;
  #writable = false;
  /** Whether `writable` will not change any more. */
  #settled = false;
  #ended = false;
  #timer: Subscription | undefined;

  constructor(destination: Subscriber<T>, rules: WaitingRules<T>) {
    this.#destination = destination;
    this.#rules = rules;
  }

  push(value: T): void {
    if (this.#writable && this.#first === undefined) {
      this.#destination.next(value);
      return;
    }
    const waiting: Waiting<T> = { value, since: this.#rules.scheduler.now(), next: undefined };
    if (this.#last === undefined) this.#first = waiting;
    else this.#last.next = waiting;
    this.#last = waiting;
    this.#advance(false);
  }

  /** Says whether values can be sent. */
  turn(writable: boolean): void {
    this.#writable = writable;
    if (!writable || this.#first === undefined) return;
    // A connection that is just telling its observers `true` tells them nothing else before they return: they would not hear
    // when it has had enough.
    asapScheduler.schedule(() => {
      this.#attempt(true);
    });
  }

  /** No turn comes any more. */
  settle(): void {
    this.#settled = true;
    this.#advance(false);
  }

  /** No value comes any more. */
  end(): void {
    this.#ended = true;
    this.#completeWhenEmpty();
  }

  /** Forgets everything. */
  clear(): void {
    this.#first = undefined;
    this.#last = undefined;
    this.#timer?.unsubscribe();
  }

  /** For the callbacks of schedulers, where nobody else catches what `late` throws. */
  #attempt(sending: boolean): void {
    try {
      this.#advance(sending);
    } catch (error) {
      this.#destination.error(error);
    }
  }

  /** Lets go of those at the front whose time has come: to be dropped, or with `sending` to be sent. */
  #advance(sending: boolean): void {
    for (let first = this.#first; first !== undefined; first = this.#first) {
      if (this.#remaining(first) <= 0) {
        this.#shift(first);
        this.#rules.late(first.value);
      } else if (sending && this.#writable) {
        this.#shift(first);
        this.#destination.next(first.value);
      } else break;
    }
    this.#plan();
    this.#completeWhenEmpty();
  }

  #shift(first: Waiting<T>): void {
    this.#first = first.next;
    if (this.#first === undefined) this.#last = undefined;
  }

  /** Milliseconds until it is late. */
  #remaining({ since }: Waiting<T>): number {
    if (this.#settled && !this.#writable) return 0;
    return this.#rules.ms - (this.#rules.scheduler.now() - since);
  }

  #plan(): void {
    const first = this.#first;
    if (first === undefined) {
      this.#timer?.unsubscribe();
      this.#timer = undefined;
      return;
    }
    const { ms, scheduler } = this.#rules;
    if (ms === Infinity || this.#timer !== undefined) return;
    this.#timer = scheduler.schedule(
      () => {
        this.#timer = undefined;
        this.#attempt(false);
      },
      Math.min(this.#remaining(first), ms, MAX_TIMER_MS),
    );
  }

  #completeWhenEmpty(): void {
    if (this.#ended && this.#first === undefined) this.#destination.complete();
  }
}
