import { from, isObservable, type Observable, type ObservableInput, of } from 'rxjs';

/** What a function of the user's gives: a value, at once, or where it comes from. */
export type Given<T> = T | ObservableInput<T>;

const INPUT_KEYS = ['then', 'getReader', '@@observable', Symbol.asyncIterator, Symbol.iterator] as const;

/** Values of what was given. A string is a value, and not its characters; so is any object that rxjs takes nothing from. */
export function fromGiven<T>(given: Given<T>): Observable<T> {
  return isInput(given) ? from(given) : of(given);
}

function isInput<T>(given: Given<T>): given is ObservableInput<T> {
  if (isObservable(given)) return true;
  return typeof given === 'object' && given !== null && INPUT_KEYS.some((key) => key in given);
}
