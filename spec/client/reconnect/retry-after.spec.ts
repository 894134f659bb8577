import fc from 'fast-check';
import { retryAfterMs } from '../../../src/client/reconnect/retry-after.js';
import '../../support/seed.js';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 7);

describe('retryAfterMs', () => {
  it.each([
    ['seconds', { 'retry-after': '120' }, 120_000],
    ['no seconds', { 'retry-after': '0' }, 0],
    ['seconds with spaces', { 'retry-after': ' 5 ' }, 5000],
    ['the date of today', { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 30_000],
    ['the date of RFC 850', { 'retry-after': 'Sunday, 06-Nov-94 08:49:37 GMT' }, 30_000],
    ['the date of asctime', { 'retry-after': 'Sun Nov  6 08:49:37 1994' }, 30_000],
    ['a date that is over', { 'retry-after': 'Sun, 06 Nov 1994 08:48:37 GMT' }, 0],
    [
      "a date, by the server's own clock",
      { 'retry-after': 'Tue, 01 Jan 2030 00:01:00 GMT', date: 'Tue, 01 Jan 2030 00:00:00 GMT' },
      60_000,
    ],
    [
      'a date, with a clock that cannot be read',
      { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT', date: 'now' },
      30_000,
    ],
    ['nothing', {}, 0],
    ['a fraction', { 'retry-after': '1.5' }, 0],
    ['a sign', { 'retry-after': '-5' }, 0],
    ['two of them', { 'retry-after': '5, 5' }, 0],
    ['words', { 'retry-after': 'later' }, 0],
    ['a day and no date', { 'retry-after': 'Sun' }, 0],
    ['a date in the form of ISO', { 'retry-after': '1994-11-06T08:49:37Z' }, 0],
  ])('%s', (_name, headers, expected) => {
    expect(retryAfterMs(headers, NOW)).toBe(expected);
  });

  it('is nothing without an answer', () => {
    expect(retryAfterMs(undefined, NOW)).toBe(0);
  });

  it('is a number of at least 0 for whatever is written there', () => {
    const date = fc.date({ noInvalidDate: true }).map((value) => value.toUTCString());
    const text = fc.oneof(fc.string(), date, fc.nat().map(String));
    fc.assert(
      fc.property(text, text, (value, clock) => {
        expect(retryAfterMs({ 'retry-after': value, date: clock }, NOW)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
