import type { Observable } from 'rxjs';
import { afterTest } from './harness.js';

/** What an Observable has done so far. */
export interface Record<T> {
  readonly values: T[];
  done: boolean;
  error: unknown;
  stop(): void;
}

/** Subscribes until the end of the test, and keeps what comes. */
export function collect<T>(source: Observable<T>): Record<T> {
  const record: Record<T> = { values: [], done: false, error: undefined, stop: () => undefined };
  const subscription = source.subscribe({
    next: (value) => void record.values.push(value),
    error: (error: unknown) => {
      record.error = error;
      record.done = true;
    },
    complete: () => (record.done = true),
  });
  record.stop = () => {
    subscription.unsubscribe();
  };
  afterTest(record.stop);
  return record;
}
