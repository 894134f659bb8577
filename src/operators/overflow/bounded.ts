import type { Drops } from './drops.js';
import type { Holding } from './holding.js';
import { ValueQueue } from './value-queue.js';

/** Holds at most `max` values, in order; which go when there are more is for those to say who extend it. */
export abstract class Bounded<T> implements Holding<T> {
  protected readonly values: ValueQueue<T> = new ValueQueue();
  protected readonly max: number;
  protected readonly drops: Drops<T>;

  constructor(max: number, drops: Drops<T>) {
    this.max = max;
    this.drops = drops;
  }

  get length(): number {
    return this.values.length;
  }

  abstract hold(value: T): void;

  take(): T {
    return this.values.take();
  }

  clear(): void {
    this.values.clear();
  }
}
