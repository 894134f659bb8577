import { map, merge, Observable, of, defer, share } from 'rxjs';
import type { Cancel, Clock } from '../../connection/clock.js';
import type { ServerStats } from './server-stats.js';

const INTERVAL_MS = 1000;

/**
 * Looks at once for each subscriber, and then every second for all of them together. One timer, and none while nobody is subscribed.
 *
 * @param end$ - Completes when there is nothing more to see. Then comes the last look.
 */
export function watchStats(
  look: () => ServerStats,
  clock: Clock,
  end$: Observable<unknown>,
): Observable<ServerStats> {
  const looks$ = ticks(clock, end$).pipe(map(look), share());
  return defer(() => merge(of(look()), looks$));
}

function ticks(clock: Clock, end$: Observable<unknown>): Observable<void> {
  return new Observable<void>((subscriber) => {
    let begun = false;
    let cancel: Cancel = () => undefined;
    const wait = (): void => {
      cancel = clock.after(INTERVAL_MS, () => {
        wait();
        subscriber.next();
      });
    };
    subscriber.add(() => {
      cancel();
    });
    const ending = end$.subscribe({
      complete: () => {
        if (begun) subscriber.next();
        subscriber.complete();
      },
    });
    subscriber.add(ending);
    begun = true;
    if (!subscriber.closed) wait();
  });
}
