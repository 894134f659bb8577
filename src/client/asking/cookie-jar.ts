import type { Check } from '../../protocol/option-checks.js';

/**
 * Keeps cookies for a client; `tough-cookie` and others are put behind it in three lines. URLs are of `http:` or `https:`, which is what such
 * things know, and have no credentials; a Unix socket has the host `localhost`.
 */
export interface CookieJar {
  /** The value of the Cookie header for a request to this URL; undefined or empty for none. It is asked before every request. */
  get(url: string): string | undefined | PromiseLike<string | undefined>;
  /**
   * Told of each Set-Cookie line of an answer from this URL: of the 101, of redirects and refusals. Before the next request of the same opening
   * handshake it is waited for. What it throws, or rejects with, is a line of the log.
   */
  set(url: string, setCookie: string): unknown;
}

/** @see CookieJar */
export const cookieJarCheck: Check = {
  expected: 'an object with the functions get and set',
  accepts: (value) =>
    typeof value === 'object' &&
    value !== null &&
    ['get', 'set'].every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
  inRangeOfType: () => false,
};

/** Gives a jar the cookies of an answer. @returns what is done when it has them; it never rejects. */
export async function keepCookies(
  jar: CookieJar,
  url: string,
  lines: readonly string[],
  onTrouble: (error: unknown) => void,
): Promise<void> {
  const keep = async (line: string): Promise<void> => {
    try {
      await jar.set(url, line);
    } catch (error) {
      onTrouble(error);
    }
  };
  await Promise.all(lines.map(keep));
}
