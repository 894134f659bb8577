import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { operate } from '../operate.js';
import type { Timings } from './timings.js';

/**
 * Passes values on and marks `key` for each, before it is passed on.
 *
 *     values --v--v--|
 *     values --v--v--|      timings.at(key) is when the last one came
 *
 * Put at both ends of what is done with a message, it tells how long that took. Holds nothing.
 *
 * @example
 * ```ts
 * import { map, of } from 'rxjs';
 * import { Timings, trackTimings } from 'rxwire';
 *
 * const timings = new Timings();
 * of('hello')
 *   .pipe(
 *     trackTimings(timings, 'received'),
 *     map((text) => text.toUpperCase()),
 *     trackTimings(timings, 'answered'),
 *   )
 *   .subscribe((answer) => console.log(answer, timings.format('received', 'answered')));
 * // HELLO 12.3 us
 * ```
 */
export function trackTimings<T>(timings: Timings, key: string): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((destination) => {
      source.subscribe(
        operate<T, T>({
          destination,
          next: (value) => {
            timings.mark(key);
            destination.next(value);
          },
        }),
      );
    });
}
