import { NegotiationError } from '../errors.js';
import type { HeaderFields } from './header-fields.js';
import { describe, quote } from './describe.js';
import { isToken, parseTokenList } from './tokens.js';

/**
 * The subprotocols of a request's Sec-WebSocket-Protocol, in the client's order; none when `value` is undefined.
 * Undefined when it is malformed: an empty or repeated element, or one that is no token. RFC 6455 section 4.1.
 */
export function parseOffer(value: string | undefined): readonly string[] | undefined {
  if (value === undefined) return [];
  const offered = parseTokenList(value);
  if (offered === undefined || new Set(offered).size !== offered.length) return undefined;
  return offered;
}

/** The option `subprotocols`, checked and copied. @throws TypeError for one that is no token or there twice. */
export function checkSubprotocols(list: readonly string[]): readonly string[] {
  if (!Array.isArray(list)) {
    throw new TypeError(`subprotocols is ${describe(list)}, expected an array of tokens`);
  }
  const seen = new Set<string>();
  for (const name of list as readonly unknown[]) {
    if (typeof name !== 'string' || !isToken(name)) {
      throw new TypeError(`subprotocols has ${describe(name)}, expected tokens`);
    }
    if (seen.has(name)) throw new TypeError(`subprotocols has ${quote(name)} twice, expected it once`);
    seen.add(name);
  }
  return Object.freeze([...seen]);
}

/** Whose order counts: the client's, the server's, or both alike, and then the server's where that leaves two. */
export type SubprotocolPreference = 'client' | 'server' | 'balanced';

/** One that the client offered and the server supports, both in order of preference. RFC 6455 section 4.2.2. */
export function chooseSubprotocol(
  offered: readonly string[],
  supported: readonly string[],
  preference: SubprotocolPreference = 'client',
): string | undefined {
  if (preference === 'client') return offered.find((name) => supported.includes(name));
  if (preference === 'server') return supported.find((name) => offered.includes(name));
  const ranks = new Map(offered.map((name, i) => [name, i]));
  let best: string | undefined;
  let least = Infinity;
  for (const [i, name] of supported.entries()) {
    const rank = (ranks.get(name) ?? Infinity) + i;
    if (rank < least) [best, least] = [name, rank];
  }
  return best;
}

/**
 * What the application has chosen.
 *
 * @param by - Who has, for the error.
 * @throws TypeError for anything but one that was offered, or undefined.
 */
export function checkSelection(
  selected: string | undefined,
  offered: readonly string[],
  by = 'selectSubprotocol',
): string | undefined {
  if (selected === undefined || offered.includes(selected)) return selected;
  throw new TypeError(`${by} chose ${describe(selected)}, expected a subprotocol that was offered`);
}

/**
 * Judges the server's choice: one of those that the client offered, in the same case, once. RFC 6455 section 4.1.
 *
 * @throws NegotiationError when it is not, or when there is none although `required`.
 */
export function judgeSubprotocol(
  headers: HeaderFields,
  offered: readonly string[],
  required: boolean,
): string | undefined {
  const values = headers.all('sec-websocket-protocol');
  const chosen = values[0];
  if (values.length > 1) {
    throw new NegotiationError(`server sent ${values.length} Sec-WebSocket-Protocol headers, expected one`);
  }
  if (chosen === undefined) {
    if (required && offered.length > 0) {
      throw new NegotiationError(
        `server chose no subprotocol, expected one of ${shown(offered)} (requireSubprotocol)`,
      );
    }
    return undefined;
  }
  if (offered.includes(chosen)) return chosen;
  throw new NegotiationError(
    offered.length === 0
      ? `server chose the subprotocol ${quote(chosen)}, expected none because none was offered`
      : `server chose the subprotocol ${quote(chosen)}, expected one of ${shown(offered)}`,
  );
}

function shown(offered: readonly string[]): string {
  return offered.map(quote).join(', ');
}
