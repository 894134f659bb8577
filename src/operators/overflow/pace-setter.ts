import { isObservable, type Observable, type ObservableInput } from 'rxjs';

/** What tells whether values can pass: a connection by its `writable$`, or any Observable of it. */
export type Gate = Observable<boolean> | { readonly writable$: Observable<boolean> };

/** What is done with each value. What it returns is waited for; when it returns nothing, it is done. */
export type Work<T, R> =
  ((value: T, index: number) => ObservableInput<R>) | ((value: T, index: number) => void);

/** Whether values can pass, over time. @throws TypeError for what cannot tell. */
export function turnsOf(gate: Gate): Observable<boolean> {
  const given: unknown = gate;
  if (isObservable(given)) return given as Observable<boolean>;
  if (typeof given === 'object' && given !== null && 'writable$' in given && isObservable(given.writable$)) {
    return given.writable$ as Observable<boolean>;
  }
  const what = given === null ? 'null' : `of type ${typeof given}`;
  throw new TypeError(
    `what sets the pace is ${what}, expected a connection, an Observable of booleans or a function that works`,
  );
}
