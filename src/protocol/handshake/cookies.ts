import { describe, quote } from './describe.js';
import { checkHeaderValue } from './header-fields.js';
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

/**
 * The value of a Cookie header: the pairs of a record, or a text as it is. RFC 6265 section 4.2.1.
 *
 * @returns undefined for no cookies.
 * @throws TypeError for a name that is no token, and for a value with a blank, a quote, a comma, a semicolon, a backslash, a control character or
 * what is not ASCII; it shows no value.
 */
export function formatCookies(cookies: string | Readonly<Record<string, string>>): string | undefined {
  if (typeof cookies === 'string') {
    checkHeaderValue('Cookie', cookies);
    return cookies === '' ? undefined : cookies;
  }
  if (Array.isArray(cookies)) throw new TypeError('cookies is an array, expected an object or a text');
  const pairs = Object.entries(cookies).map(([name, value]) => {
    if (!isToken(name)) throw new TypeError(`cookie name is ${describe(name)}, expected a token`);
    if (typeof value !== 'string' || !/^[!#-+\--:<-[\]-~]*$/.test(value)) {
      throw new TypeError(
        `cookie ${quote(name)} has a value that no cookie may have, expected it to be encoded`,
      );
    }
    return `${name}=${value}`;
  });
  return pairs.length === 0 ? undefined : pairs.join('; ');
}
