import {
  asyncScheduler,
  type MonoTypeOperatorFunction,
  Observable,
  type Observer,
  type SchedulerLike,
} from 'rxjs';
import { operate } from './operate.js';
import { WaitingRoom } from './waiting-room.js';

/** What {@link deadline} is told. */
export interface DeadlineOptions<T> {
  /** Whether values can be sent: `writable$` of the connection. Before its first value they cannot; when it completes, its last one stands. */
  readonly writable$: Observable<boolean>;
  /** Gets every value that was dropped, to count or to report; never completed. What it throws becomes the error notification. */
  readonly onLate?: Pick<Observer<T>, 'next'>;
  /** Where time comes from. Default rxjs's `asyncScheduler`, whose time is the date's. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Passes values on while they can be sent, keeps them waiting while they cannot, and drops those that have waited for `ms`.
 *
 *     writable  t--f---------t----
 *     values    -a--b-----c-------
 *     sent      -a-----------c----      deadline(5ms)
 *     late      ---------b--------
 *
 * For what is worth nothing when it comes late: prices, positions. The order is kept. A value goes at once where nothing waits;
 * those that wait go in a microtask after `writable$` turned true, up to the next false. Completes with its source, when nothing
 * waits any more. An error of either source passes at once, and drops what waits. When `writable$` has completed at false, or
 * without a word, every value is late at once.
 *
 * Only data waits here. Pings, Pongs and the Close frame are the connection's own, and never behind what this operator holds: RFC 6455
 * section 5.4 lets them pass between any two frames. What the connection has accepted cannot be taken back, so a low
 * `sendHighWaterBytes` makes the deadline sharp. After closing has begun a connection takes nothing: `send` returns false, and
 * `outbox` says nothing.
 *
 * Holds the values of the last `ms` milliseconds, without another bound.
 *
 * @param ms - Milliseconds, at least 0. 0 drops what cannot be sent at once, `Infinity` drops nothing.
 * @throws RangeError for other times.
 * @example
 * ```ts
 * import { interval, takeUntil } from 'rxjs';
 * import { connect, deadline } from 'rxwire';
 *
 * connect('ws://127.0.0.1:9000').subscribe((connection) => {
 *   let late = 0;
 *   interval(10)
 *     .pipe(
 *       takeUntil(connection.closed$),
 *       deadline(500, { writable$: connection.writable$, onLate: { next: () => late++ } }),
 *     )
 *     .subscribe((count) => connection.send(String(count)));
 * });
 * ```
 */
export function deadline<T>(ms: number, options: DeadlineOptions<T>): MonoTypeOperatorFunction<T> {
  if (typeof ms !== 'number' || !(ms >= 0)) {
    throw new RangeError(`ms is ${String(ms)}, expected a number of milliseconds from 0, or Infinity`);
  }
  const { writable$, onLate, scheduler = asyncScheduler } = options;
  return (source) =>
    new Observable<T>((destination) => {
      const room = new WaitingRoom(destination, { ms, scheduler, late: (value: T) => onLate?.next(value) });
      destination.add(() => {
        room.clear();
      });
      writable$.subscribe(
        operate<boolean, T>({
          destination,
          next: (writable) => {
            room.turn(writable);
          },
          complete: () => {
            room.settle();
          },
        }),
      );
      if (destination.closed) return;
      source.subscribe(
        operate<T, T>({
          destination,
          next: (value) => {
            room.push(value);
          },
          complete: () => {
            room.end();
          },
        }),
      );
    });
}
