import type { ConnectionOverrides } from '../gate/connection-overrides.js';
import {
  accept,
  type Acceptance,
  type Authorize,
  type Decision,
  type DecisionInput,
} from '../gate/decision.js';
import { mergeHeaders } from '../gate/merge-headers.js';
import type { UpgradeRequest } from '../gate/upgrade-request.js';
import { afterDecision } from './after-decision.js';
import { plainAnswerOf, withPlainAnswer } from './plain-answers.js';

/** What two contexts are together: members of both if they are objects, otherwise the second, if there is one. */
export type MergedContext<A, B> = unknown extends B
  ? A
  : [B] extends [undefined]
    ? A
    : unknown extends A
      ? B
      : A extends object
        ? B extends object
          ? Omit<A, keyof B> & B
          : B
        : B;

/** What several contexts are together. */
export type MergedContexts<Contexts extends readonly unknown[]> = Contexts extends readonly [
  ...infer Before,
  infer Last,
]
  ? MergedContext<MergedContexts<Before>, Last>
  : undefined;

/**
 * Asks one after the other: the first that rejects decides. When all accept, so does this one, with the header fields of all, the last
 * subprotocol, their options together, the later ones first, and their contexts as one: of plain objects all members, the later ones first; else the last that there is.
 *
 * @throws TypeError for what is no function.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { allOf, basicAuth, route, serve } from 'rxwire';
 *
 * const authorize = allOf(
 *   basicAuth({ realm: 'chat', credentials: ['ada', 'lovelace'] }),
 *   route({ '/chat/:room': ({ params }) => ({ accept: true, context: { room: params.room } }) }),
 * );
 * serve({ port: 9000, authorize }, ({ context }) => of(`${context.username} is in ${context.room}`)).subscribe();
 * ```
 */
export function allOf<Contexts extends readonly unknown[]>(
  ...checks: { readonly [Index in keyof Contexts]: Authorize<Contexts[Index]> }
): Authorize<MergedContexts<Contexts>> {
  const list = checks as readonly Authorize<unknown>[];
  for (const check of list as readonly unknown[]) {
    if (typeof check === 'function') continue;
    throw new TypeError(`allOf was given a ${typeof check}, expected functions`);
  }
  const authorize = (request: UpgradeRequest): DecisionInput<MergedContexts<Contexts>> =>
    askFrom(0, list, request, accept()) as DecisionInput<MergedContexts<Contexts>>;
  const answers = list.map(plainAnswerOf).filter((answer) => answer !== undefined);
  if (answers.length === 0) return authorize;
  return withPlainAnswer(authorize, (path) => {
    for (const answer of answers) {
      const said = answer(path);
      if (said !== undefined) return said;
    }
    return undefined;
  });
}

function askFrom(
  index: number,
  checks: readonly Authorize<unknown>[],
  request: UpgradeRequest,
  soFar: Acceptance<unknown>,
): DecisionInput<unknown> {
  const check = checks[index];
  if (check === undefined) return soFar;
  return afterDecision(check(request), (decision: Decision<unknown>) =>
    decision.accept ? askFrom(index + 1, checks, request, merged(soFar, decision)) : decision,
  );
}

function merged(one: Acceptance<unknown>, other: Acceptance<unknown>): Acceptance<unknown> {
  const subprotocol = other.subprotocol ?? one.subprotocol;
  const options = mergedOptions(one.options, other.options);
  return {
    accept: true,
    context: mergedContext(one.context, other.context),
    ...(subprotocol !== undefined && { subprotocol }),
    ...(options !== undefined && { options }),
    headers: mergeHeaders(one.headers ?? {}, other.headers),
  };
}

/** Two sets of options that met before: together they are one object again, so that they are read but once. */
const optionsTogether = new WeakMap<ConnectionOverrides, WeakMap<ConnectionOverrides, ConnectionOverrides>>();

function mergedOptions(
  one: ConnectionOverrides | undefined,
  other: ConnectionOverrides | undefined,
): ConnectionOverrides | undefined {
  if (one === undefined || other === undefined) return other ?? one;
  let withOne = optionsTogether.get(one);
  if (withOne === undefined) optionsTogether.set(one, (withOne = new WeakMap()));
  let together = withOne.get(other);
  if (together === undefined) {
    const said = Object.entries(other).filter(([, value]) => value !== undefined);
    withOne.set(other, (together = { ...one, ...(Object.fromEntries(said) as ConnectionOverrides) }));
  }
  return together;
}

function mergedContext(one: unknown, other: unknown): unknown {
  if (other === undefined) return one;
  return isPlain(one) && isPlain(other) ? { ...one, ...other } : other;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
