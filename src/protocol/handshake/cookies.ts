import { isToken } from './tokens.js';

/**
 * The cookies of a request's Cookie header, by name. RFC 6265 section 5.4.
 *
 * Of a name that is there twice the first counts, which is the one with the longer path. Quotes around a value are taken off,
 * and percent-encoding is undone where it is well-formed. What is no pair is passed over.
 */
export function parseCookies(header: string | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  if (header === undefined) return cookies;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0) continue;
    const name = pair.slice(0, equals).trim();
    if (!isToken(name) || cookies.has(name)) continue;
    cookies.set(name, decoded(unquoted(pair.slice(equals + 1).trim())));
  }
  return cookies;
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

function decoded(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
