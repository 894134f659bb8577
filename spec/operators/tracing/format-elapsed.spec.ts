import fc from 'fast-check';
import '../../support/seed.js';
import { formatElapsed } from '../../../src/operators/index.js';

const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000 };

describe('formatElapsed', () => {
  it.each([
    [0, '0 ns'],
    [-0, '0 ns'],
    [1e-9, '0 ns'],
    [1e-6, '1 ns'],
    [850e-6, '850 ns'],
    [0.000_999_9, '1.00 us'],
    [0.0123, '12.3 us'],
    [0.999_9, '1.00 ms'],
    [1, '1.00 ms'],
    [1.234, '1.23 ms'],
    [250, '250 ms'],
    [999.6, '1.00 s'],
    [4567, '4.57 s'],
    [999_400, '999 s'],
    [999_500, '1000 s'],
    [3_600_000, '3600 s'],
    [-1.5, '-1.50 ms'],
  ])('writes %d ms as %s', (ms, shown) => {
    expect(formatElapsed(ms)).toBe(shown);
  });

  it.each([undefined, NaN, Infinity, -Infinity])('has no answer for %s', (ms) => {
    expect(formatElapsed(ms)).toBe('n.a.');
  });

  it('is right to three digits, or to a nanosecond, and never longer than it has to be', () => {
    const times = fc.oneof(
      fc.double({ min: -1e7, max: 1e7, noNaN: true }),
      fc
        .tuple(fc.integer({ min: -9, max: 8 }), fc.double({ min: 0.9, max: 1.1, noNaN: true }))
        .map(([power, part]) => part * 10 ** power),
    );
    fc.assert(
      fc.property(times, (ms) => {
        const [, digits = '', unit = ''] = /^(-?\d+(?:\.\d+)?) (ns|us|ms|s)$/.exec(formatElapsed(ms)) ?? [];
        const read = Number(digits) * (UNITS[unit] ?? NaN);
        expect(Math.abs(read - ms)).toBeLessThanOrEqual(Math.max(Math.abs(ms) * 0.005_001, 0.5001e-6));
        if (unit !== 's') expect(digits.replace('-', '').length).toBeLessThanOrEqual(4);
      }),
    );
  });
});
