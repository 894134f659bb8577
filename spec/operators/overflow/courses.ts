import { Subject } from 'rxjs';
import type { Gate, HoldOptions } from '../../../src/operators/index.js';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

/** In marbles: whether values can pass, the values, and what becomes of them. */
export interface Course {
  readonly gate: string;
  readonly source: string;
  readonly subs: string;
  /** How long the gate is listened to. Default as long as the source. */
  readonly gateSubs?: string;
  readonly passed: string;
  readonly dropped?: string;
  readonly unsub?: string;
}

const TURNS = { t: true, f: false };

/** Runs a course; `make` makes the operator. */
export function follows(
  make: (gate: Gate, onDrop: Required<HoldOptions<string>>['onDrop']) => MonoTypeOperatorFunction<string>,
  { gate, source, subs, gateSubs = subs, passed, dropped = '', unsub }: Course,
): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(({ hot, expectObservable, expectSubscriptions }) => {
    const drops = new Subject<string>();
    const gate$ = hot<boolean>(gate, TURNS);
    const source$ = hot(source);
    let count = 0;
    const onDrop = (value: string, nth: number): void => {
      expect(nth).toBe(++count);
      drops.next(value);
    };
    expectObservable(drops).toBe(dropped);
    expectObservable(source$.pipe(make(gate$, onDrop)), unsub).toBe(passed);
    expectSubscriptions(source$.subscriptions).toBe(subs);
    expectSubscriptions(gate$.subscriptions).toBe(gateSubs);
  });
}
