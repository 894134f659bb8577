import type { HeaderOptions } from '../../protocol/handshake/header-options.js';
import type { Given } from '../given-value.js';

/** Header fields by name, or as pairs of a name and a value: a `Headers`, a `Map`, a list. */
export type HeadersInput = HeaderOptions | Iterable<readonly [name: string, value: string]>;

/** What a function of the user's gives: pairs are one value, and not one after the other. */
export function asOneValue(given: Given<HeadersInput>): Given<HeadersInput> {
  return isPairs(given) ? [given] : given;
}

function isPairs(given: Given<HeadersInput>): given is Iterable<readonly [string, string]> {
  if (Array.isArray(given)) return given.length > 0 && given.every(isPair);
  // A Map, and every class called Headers.
  return Symbol.iterator in given && 'entries' in given && 'get' in given;
}

/**
 * Header fields by name. It is a copy: what the user changes later is not sent.
 *
 * @throws TypeError for what is no pair; it shows nothing of it.
 */
export function headersByName(given: HeadersInput): HeaderOptions {
  return Symbol.iterator in given ? fromPairs(given) : copied(given);
}

function copied(given: HeaderOptions): HeaderOptions {
  const own = Object.entries(given).map(
    ([name, value]) => [name, typeof value === 'object' ? Object.freeze([...value]) : value] as const,
  );
  return Object.fromEntries(own);
}

/** A name that is there several times, in whatever case, has several values. */
function fromPairs(given: Iterable<unknown>): HeaderOptions {
  const fields = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (const pair of given) {
    if (!isPair(pair)) throw new TypeError('header fields are a list, expected pairs of a name and a value');
    const [name, value] = pair;
    const field = fields.get(name.toLowerCase()) ?? { name, values: [] };
    fields.set(name.toLowerCase(), field);
    field.values.push(value);
  }
  return Object.fromEntries([...fields.values()].map(({ name, values }) => [name, values]));
}

/** What a value is, is judged with all others. */
function isPair(pair: unknown): pair is [string, string] {
  return Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string';
}
