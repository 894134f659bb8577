import type { Target } from '../target.js';

/** What the option stands for: `'same'` is the origin of the URL. RFC 6454 section 6.2. */
export function originOf(
  origin: string | undefined,
  { secure, host }: Pick<Target, 'secure' | 'host'>,
): string | undefined {
  return origin === 'same' ? `${secure ? 'https' : 'http'}://${host}` : origin;
}
