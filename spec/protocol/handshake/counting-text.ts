/** Text that counts how many characters a parser looked at: the measure of work that no clock can blur. */
export interface CountingText {
  readonly text: string;
  steps(): number;
}

/** Wraps a text so that the methods the scanners use are counted; any other method is missing and would throw. */
export function countingText(value: string): CountingText {
  let steps = 0;
  const counted = {
    length: value.length,
    charCodeAt(at: number): number {
      steps++;
      return value.charCodeAt(at);
    },
    slice(from?: number, to?: number): string {
      const part = value.slice(from, to);
      steps += part.length;
      return part;
    },
    startsWith(prefix: string): boolean {
      steps += prefix.length;
      return value.startsWith(prefix);
    },
    endsWith(suffix: string): boolean {
      steps += suffix.length;
      return value.endsWith(suffix);
    },
    charAt(at: number): string {
      steps++;
      return value.charAt(at);
    },
    toLowerCase(): string {
      steps += value.length;
      return value.toLowerCase();
    },
    indexOf(part: string): number {
      steps += value.length;
      return value.indexOf(part);
    },
    split(separator: string): string[] {
      steps += value.length;
      return value.split(separator);
    },
  };
  return { text: counted as unknown as string, steps: () => steps };
}

/** Header text that has cost other parsers quadratic or exponential time, made `size` characters long. */
export const HOSTILE_TEXTS: readonly (readonly [name: string, make: (size: number) => string])[] = [
  ['blanks between two tokens', (size) => `b${' '.repeat(size)}x`],
  ['tabs', (size) => '\t'.repeat(size)],
  ['commas', (size) => ','.repeat(size)],
  ['blanks and commas', (size) => ' ,'.repeat(size / 2)],
  ['quotes', (size) => '"'.repeat(size)],
  ['backslashes', (size) => `"${'\\'.repeat(size)}`],
  ['labels', (size) => 'a.'.repeat(size / 2)],
  ['stars', (size) => '*'.repeat(size)],
  ['percent signs', (size) => '%'.repeat(size)],
  ['parameters', (size) => '=;'.repeat(size / 2)],
  ['digits', (size) => '1'.repeat(size)],
  ['high bytes', (size) => '\xff'.repeat(size)],
  ['colons', (size) => ':'.repeat(size)],
  ['slashes', (size) => '/'.repeat(size)],
];

/** Work at `2n` over work at `n`: about 2 when it is linear, 4 when it is quadratic. */
export function growth(
  parse: (text: string) => unknown,
  make: (size: number) => string,
  size = 4096,
): number {
  const stepsAt = (length: number): number => {
    const { text, steps } = countingText(make(length));
    parse(text);
    return steps() + 1;
  };
  return stepsAt(2 * size) / stepsAt(size);
}
