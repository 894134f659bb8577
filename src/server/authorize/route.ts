import type { ObservableInput } from 'rxjs';
import { type PathParams, PathTable } from '../../protocol/handshake/path-table.js';
import { type Authorize, type Decision, type DecisionInput, reject } from '../gate/decision.js';
import { UpgradeAttempt, type UpgradeRequest } from '../gate/upgrade-request.js';

type NameIn<Part extends string> = Part extends `:${infer Name}` ? Name : Part extends '*' ? '*' : never;
type NamesIn<Path extends string> = Path extends `${infer Part}/${infer Rest}`
  ? NameIn<Part> | NamesIn<Rest>
  : NameIn<Path>;

/** What the names in a pattern stand for: of `/chat/:room`, `{ room: string }`. */
export type RouteParams<Path extends string> = string extends Path
  ? PathParams
  : { readonly [Name in NamesIn<Path>]: string };

/** By path, who decides about its requests; `Answers` is what they say. */
export type Routes<Answers> = {
  readonly [Path in keyof Answers]: (request: UpgradeRequest<RouteParams<Path & string>>) => Answers[Path];
};

type DecisionIn<Answer> =
  Answer extends Decision<unknown> ? Answer : Answer extends ObservableInput<infer Value> ? Value : never;
type ContextIn<Given> = Given extends { readonly accept: true }
  ? 'context' extends keyof Given
    ? Given extends { readonly context?: infer Context }
      ? Context
      : undefined
    : undefined
  : never;

/** The contexts of all that is accepted. */
export type RoutedContext<Answers> = ContextIn<DecisionIn<Answers[keyof Answers]>>;

/**
 * Lets the path of a request decide who decides. `/chat` is that path, `/chat/:room` has any one part in place of `:room`, which is then
 * `request.params.room`, decoded, and `/files/*` has any rest, which is `request.params['*']`, as it came. Of several that fit the most
 * exact one is taken, whatever their order. What fits none is refused with 404.
 *
 * @throws TypeError for a path that is malformed, or there twice, and for what is no function.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { accept, route, serve } from 'rxwire';
 *
 * const authorize = route({
 *   '/feed': () => accept({ context: { room: 'feed' } }),
 *   '/chat/:room': ({ params }) => accept({ context: { room: params.room } }),
 * });
 * serve({ port: 9000, authorize }, (connection) => of(`this is ${connection.context.room}`)).subscribe();
 * ```
 */
export function route<Answers extends Readonly<Record<string, DecisionInput<unknown>>>>(
  routes: Routes<Answers>,
): Authorize<RoutedContext<Answers>> {
  const entries = Object.entries(routes as object) as [string, Authorize<RoutedContext<Answers>>][];
  const table = new PathTable(entries);
  for (const [path, handler] of entries as [string, unknown][]) {
    if (typeof handler !== 'function') {
      throw new TypeError(`route was given a ${typeof handler} for ${path}, expected a function`);
    }
  }
  return (request) => {
    const found = table.find(request.path);
    if (found === undefined) return reject(404, { body: 'nothing is served at this path\n' });
    return found.value(UpgradeAttempt.routed(request, found.params));
  };
}
