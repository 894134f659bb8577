/** A value in a {@link ValueQueue}. */
export interface QueuedValue<T> {
  value: T;
  next: QueuedValue<T> | undefined;
}

/** Values in order. Both ends cost the same, however many there are. */
export class ValueQueue<T> {
  length = 0;
  #first: QueuedValue<T> | undefined;
  #last: QueuedValue<T> | undefined;

  get first(): QueuedValue<T> | undefined {
    return this.#first;
  }

  push(value: T): QueuedValue<T> {
    const queued: QueuedValue<T> = { value, next: undefined };
    if (this.#last === undefined) this.#first = queued;
    else this.#last.next = queued;
    this.#last = queued;
    this.length++;
    return queued;
  }

  /** The first one, taken out. @throws Error if there is none. */
  take(): T {
    const first = this.#first;
    if (first === undefined) throw new Error('nothing is held');
    this.#first = first.next;
    if (this.#first === undefined) this.#last = undefined;
    this.length--;
    return first.value;
  }

  clear(): void {
    this.#first = undefined;
    this.#last = undefined;
    this.length = 0;
  }
}
