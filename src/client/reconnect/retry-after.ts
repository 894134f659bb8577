import type { HeaderRecord } from '../../protocol/errors.js';

/** A day of the week in front, as in each of the three forms of a date in HTTP. RFC 9110 section 5.6.7. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

/**
 * The milliseconds for which a server asks to be left alone, from its Retry-After: seconds, or a date. RFC 9110 section 10.2.3. A date is
 * counted from the server's own `Date`, where there is one: the clocks of two machines differ.
 *
 * @param now - Milliseconds since 1970.
 * @returns 0 when the server asks for nothing, or for something that cannot be read.
 */
export function retryAfterMs(headers: HeaderRecord | undefined, now: number): number {
  const value = headers?.['retry-after']?.trim();
  if (value === undefined) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const until = dateOf(value);
  if (until === undefined) return 0;
  return Math.max(0, until - (dateOf(headers?.['date']?.trim()) ?? now));
}

function dateOf(value: string | undefined): number | undefined {
  if (value === undefined || !HTTP_DATE.test(value)) return undefined;
  // The oldest form, that of asctime, does not say that it is of Greenwich, and would be taken for local time.
  const date = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(date) ? undefined : date;
}
