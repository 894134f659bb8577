import type { Rejection } from '../gate/decision.js';

/** What a request without an upgrade is answered with; undefined where there is nothing to say about its path. */
export type PlainAnswer = (path: string) => Rejection | undefined;

/** Kept beside the functions, which are their users' to call. */
const answers = new WeakMap<object, PlainAnswer>();

/** Lets `authorize` answer requests for no upgrade, too, on ports of our own. */
export function withPlainAnswer<A extends object>(authorize: A, answer: PlainAnswer): A {
  answers.set(authorize, answer);
  return authorize;
}

/** How `authorize` answers requests for no upgrade. */
export function plainAnswerOf(authorize: object | undefined): PlainAnswer | undefined {
  return authorize === undefined ? undefined : answers.get(authorize);
}
