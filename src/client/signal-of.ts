import type { Observable } from 'rxjs';

const signals = new WeakMap<Observable<unknown>, AbortSignal>();

/** Notes what `connect` was given, for who subscribes to it again and again: between two dials nobody else hears the signal. */
export function withSignal<T>(source: Observable<T>, signal: AbortSignal | undefined): Observable<T> {
  if (signal !== undefined) signals.set(source, signal);
  return source;
}

/** The option `signal` of a source that `connect` made. An Observable behind it, of some operator, has none. */
export function signalOf(source: Observable<unknown>): AbortSignal | undefined {
  return signals.get(source);
}
