/** Each unit in milliseconds, the largest first. */
const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['s', 1000],
  ['ms', 1],
  ['us', 1e-3],
  ['ns', 1e-6],
];

const SIGNIFICANT = 3;

/**
 * Milliseconds in the unit that suits them, `850 ns`, `12.3 us`, `1.23 ms` or `4.56 s`: three digits, but whole seconds and whole
 * nanoseconds. `n.a.` for no number.
 */
export function formatElapsed(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return 'n.a.';
  const sign = ms < 0 ? '-' : '';
  const amount = Math.abs(ms);
  // 999.9 us is 1.00 ms once it is rounded.
  const [unit, size] = UNITS.find(([, each]) => rounded(amount / each) >= 1) ?? ['ns', 1e-6];
  const count = amount / size;
  if (Math.round(count) === 0) return '0 ns';
  const whole = unit === 'ns' || rounded(count) >= 1000;
  const digits = whole ? count.toFixed(0) : count.toPrecision(SIGNIFICANT);
  return `${sign}${digits} ${unit}`;
}

function rounded(count: number): number {
  return Number(count.toPrecision(SIGNIFICANT));
}
