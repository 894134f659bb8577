import type { Drops } from './drops.js';

/** Keeps values that cannot pass yet, within a bound. */
export interface Holding<T> {
  readonly length: number;
  /** Keeps `value`, or drops it or another one. @throws LimitError if it may do neither. */
  hold(value: T): void;
  /** The next one to pass, taken out. There is one. */
  take(): T;
  /** Forgets everything. */
  clear(): void;
}

/**
 * Makes what holds the values of one subscription.
 *
 * @param stop - Lets go of what is held, and of everything that comes.
 */
export type MakeHolding<T> = (drops: Drops<T>, stop: () => void) => Holding<T>;
