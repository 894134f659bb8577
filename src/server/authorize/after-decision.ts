import { from, map, mergeMap, type Observable, type ObservableInput, of, take } from 'rxjs';
import { checkDecision, type Decision, type DecisionInput, isDecision } from '../gate/decision.js';

/** Goes on with a decision, at once where it is one already. What gives none, gives none. */
export function afterDecision<A, B>(
  input: DecisionInput<A>,
  next: (decision: Decision<A>) => DecisionInput<B>,
): DecisionInput<B> {
  if (isDecision(input)) return next(input);
  return from(input).pipe(
    take(1),
    mergeMap((value) => inTime(next(checkDecision<A>(value)))),
    take(1),
  );
}

/** Makes a decision of a value, at once where it is there already. */
export function decidedBy<T, C>(
  input: T | ObservableInput<T>,
  isValue: (value: unknown) => value is T,
  decide: (value: T) => Decision<C>,
): DecisionInput<C> {
  if (isValue(input)) return decide(input);
  return from(input).pipe(take(1), map(decide));
}

function inTime<C>(input: DecisionInput<C>): Observable<Decision<C>> {
  return isDecision(input) ? of(input) : from(input);
}
