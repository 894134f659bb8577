import { hasHeader, type HeaderOptions } from '../../protocol/handshake/header-options.js';
import type { Given } from '../given-value.js';
import type { HeadersInput } from './given-headers.js';

/** Gives the header fields of a request, before each. Of an Observable or a promise the first value is taken, and so it is of an iterable of others than pairs. */
export type HeaderFunction = (url: URL) => Given<HeadersInput>;

/** What the handshake adds to the header fields of the user's. */
export interface AddedHeaders {
  readonly userAgent: string | undefined;
  readonly cookie: string | undefined;
  readonly authorization: string | undefined;
}

/** Which options write which header field. */
const OPTIONS_BY_HEADER: ReadonlyMap<string, readonly ('auth' | 'cookies' | 'cookieJar' | 'origin')[]> =
  new Map([
    ['authorization', ['auth']],
    ['cookie', ['cookies', 'cookieJar']],
    ['origin', ['origin']],
  ]);

/** @throws TypeError for a field that an option writes, too; it names both. */
export function checkBeside(
  headers: HeaderOptions,
  options: Readonly<Partial<Record<'auth' | 'cookies' | 'cookieJar' | 'origin', unknown>>>,
): void {
  for (const [name, writers] of OPTIONS_BY_HEADER) {
    const option = writers.find((writer) => options[writer] !== undefined && options[writer] !== false);
    if (option === undefined || !hasHeader(headers, name)) continue;
    const shown = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    throw new TypeError(`header "${shown}" may not be set beside the option "${option}"`);
  }
}

/** All of them. A User-Agent of the user's own is taken before the option's. */
export function withAdded(headers: HeaderOptions, added: AddedHeaders): HeaderOptions {
  const { userAgent, cookie, authorization } = added;
  if (userAgent === undefined && cookie === undefined && authorization === undefined) return headers;
  return {
    ...(userAgent !== undefined && !hasHeader(headers, 'user-agent') && { 'User-Agent': userAgent }),
    ...(cookie !== undefined && { Cookie: cookie }),
    ...(authorization !== undefined && { Authorization: authorization }),
    ...headers,
  };
}
