import { Observable, type OperatorFunction } from 'rxjs';
import { operate } from '../operate.js';
import { Drops } from './drops.js';
import { GatedRoom } from './gated-room.js';
import type { MakeHolding } from './holding.js';
import { type Gate, turnsOf, type Work } from './pace-setter.js';
import type { HoldOptions } from './overflow-options.js';
import { Workshop } from './workshop.js';

/**
 * The operator that holds values while they cannot pass a gate, or while others are worked on.
 *
 * @throws TypeError for a pace setter that is neither.
 */
export function heldBack<T, R>(
  pace: Gate | Work<T, R>,
  { onDrop, concurrency = 1 }: HoldOptions<T>,
  makeHolding: MakeHolding<T>,
): OperatorFunction<T, R> {
  if (typeof pace === 'function') {
    return (source) =>
      new Observable<R>((destination) => {
        const workshop = new Workshop(destination, pace, concurrency, new Drops(onDrop), makeHolding);
        feed(source, destination, workshop);
      });
  }
  const turns$ = turnsOf(pace);
  // What passes a gate stays what it is.
  return ((source: Observable<T>) =>
    new Observable<T>((destination) => {
      const room = new GatedRoom(destination, new Drops(onDrop), makeHolding);
      turns$.subscribe(
        operate<boolean, T>({
          destination,
          next: (open) => {
            room.turn(open);
          },
          complete: () => {
            room.settle();
          },
        }),
      );
      if (!destination.closed) feed(source, destination, room);
    })) as unknown as OperatorFunction<T, R>;
}

interface Fed<T> {
  push(value: T): void;
  end(): void;
  clear(): void;
}

function feed<T, R>(
  source: Observable<T>,
  destination: Parameters<typeof operate<T, R>>[0]['destination'],
  fed: Fed<T>,
): void {
  destination.add(() => {
    fed.clear();
  });
  source.subscribe(
    operate<T, R>({
      destination,
      next: (value) => {
        fed.push(value);
      },
      complete: () => {
        fed.end();
      },
    }),
  );
}
