/** The largest distance of values from those that are drawn evenly from 0 to `bound`: Kolmogorov and Smirnov. */
export function distanceFromEven(values: readonly number[], bound: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(
    ...sorted.map((value, i) => {
      const even = value / bound;
      return Math.max(even - i / sorted.length, (i + 1) / sorted.length - even);
    }),
  );
}

/** What one sample of `count` even values in 20 000 is further off than. */
export function farthest(count: number): number {
  return 2.3 / Math.sqrt(count);
}
