import { Duplex } from 'node:stream';
import { from, type Observable, type ObservableInput, of } from 'rxjs';

/** What a function of the user's gives: a value, or an Observable, promise or iterable of it. */
export type Given<T> = T | ObservableInput<T>;

const INPUTS: readonly PropertyKey[] = [
  'then',
  'getReader',
  'subscribe',
  '@@observable',
  Symbol.iterator,
  Symbol.asyncIterator,
];

/** A text is a value, and so is a stream, though both can be iterated: their letters or octets are not what was asked for. */
export function givenValues<T>(given: Given<T>): Observable<T> {
  return isInput(given) ? from(given) : of(given);
}

function isInput<T>(given: Given<T>): given is ObservableInput<T> {
  if (typeof given !== 'object' || given === null || given instanceof Duplex) return false;
  const methods = given as Readonly<Record<PropertyKey, unknown>>;
  return INPUTS.some((name) => typeof methods[name] === 'function');
}
