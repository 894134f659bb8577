import {
  type ClientOptions,
  type ResolvedClientOptions,
  resolveClientOptions,
} from '../../client/options.js';
import { nodeTurns, type Turns } from '../../connection/turns.js';
import {
  type ResolvedServerOptions,
  resolveServerOptions,
  type ServerOptions,
} from '../../server/options.js';

/** @throws TypeError or RangeError that names the option, its value and what was expected. */
export function clientSide<Context>(
  options: ClientOptions<Context>,
  turns: Turns = nodeTurns,
): ResolvedClientOptions<Context> {
  const resolved = resolveClientOptions(options);
  return { ...resolved, profile: { ...resolved.profile, turns } };
}

/** @throws TypeError or RangeError that names the option, its value and what was expected. */
export function serverSide<Context>(
  options: ServerOptions<Context>,
  turns: Turns = nodeTurns,
): ResolvedServerOptions<Context> {
  const resolved = resolveServerOptions(options);
  return { ...resolved, profile: { ...resolved.profile, turns } };
}
