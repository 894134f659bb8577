import type { AuthOptions } from '../index.js';
import { readSecret } from './secret.js';
import { UsageError } from './usage-error.js';

/**
 * `USER:PASSWORD`, or `@FILE` with that in it. The name ends at the first colon.
 *
 * @throws UsageError that shows nothing of what was given; Error for a file that cannot be read.
 */
export function readAuth(text: string): AuthOptions {
  const given = readSecret('--auth', text);
  const colon = given.indexOf(':');
  if (colon < 1) {
    throw new UsageError(
      '--auth has no user name and colon, expected USER:PASSWORD, or @FILE with that in it',
    );
  }
  return { username: given.slice(0, colon), password: given.slice(colon + 1) };
}

/**
 * `NAME=VALUE; NAME=VALUE`, or `@FILE` with such lines, each as it is to be sent.
 *
 * @throws UsageError that shows nothing of what was given; Error for a file that cannot be read.
 */
export function readCookies(texts: readonly string[]): string {
  const lines = texts.flatMap((text) => readSecret('--cookie', text).split(/\r?\n/));
  const cookies = lines.flatMap((line) => line.split(';')).map((cookie) => cookie.trim());
  const named = cookies.filter((cookie) => cookie !== '');
  if (named.length === 0 || named.some((cookie) => cookie.indexOf('=') < 1)) {
    throw new UsageError('--cookie has no name and =, expected NAME=VALUE, or @FILE with such lines');
  }
  return named.join('; ');
}
