import { nameHere } from './names-elsewhere.js';

/** What an option may be. */
export interface Check {
  /** In words, for the error: "an integer from 4 to 125". */
  readonly expected: string;
  accepts(value: unknown): boolean;
  /** Whether a refused value is of the right type, only out of range. */
  inRangeOfType(value: unknown): boolean;
  /** Whether an error shows the type of a value only, which may be a secret in the wrong place. */
  readonly isSecret?: boolean;
}

/** A check by option name. */
export type Checks = Readonly<Record<string, Check>>;

const isNumber = (value: unknown): boolean => typeof value === 'number';

/** A whole number from `least`; `Infinity` too unless `most` says otherwise. */
export function wholeNumber(least: number, most = Infinity): Check {
  const range =
    most === Infinity
      ? `of at least ${String(least)}, or Infinity`
      : `from ${String(least)} to ${String(most)}`;
  return {
    expected: `an integer ${range}`,
    accepts: (value) =>
      typeof value === 'number' &&
      value >= least &&
      value <= most &&
      (Number.isInteger(value) || value === Infinity),
    inRangeOfType: isNumber,
  };
}

/** A duration in milliseconds; `Infinity` switches the limit off. */
export const milliseconds: Check = {
  expected: 'a number of milliseconds over 0, or Infinity',
  accepts: (value) => typeof value === 'number' && value > 0,
  inRangeOfType: isNumber,
};

/** One of some values. */
export function oneOf(...values: readonly unknown[]): Check {
  return {
    expected: values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(', '),
    accepts: (value) => values.includes(value),
    inRangeOfType: (value) => values.some((other) => typeof other === typeof value),
  };
}

/** A value of one type of the language, or of several. */
export function ofType(...types: readonly string[]): Check {
  return {
    expected: `of type ${types.join(' or ')}`,
    accepts: (value) => value !== null && types.includes(typeof value),
    inRangeOfType: () => false,
  };
}

/** The same, of what may be a secret. */
export function secret(check: Check): Check {
  return { ...check, isSecret: true };
}

export const flag: Check = ofType('boolean');
/** Something that says when to end. */
export const abortSignal: Check = {
  expected: 'an AbortSignal',
  accepts: (value) =>
    typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value,
  inRangeOfType: () => false,
};
export const anything: Check = { expected: 'anything', accepts: () => true, inRangeOfType: () => false };

/**
 * Checks every option that is given.
 *
 * @param prefix - What stands before the names in errors, such as `keepAlive.`.
 * @throws TypeError for an unknown name (naming the nearest) or a wrong type; RangeError for a value out of range.
 */
export function checkOptions(options: object, checks: Checks, prefix = ''): void {
  checkObject(options, prefix);
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      const known = Object.keys(checks);
      const meant = nameHere(name, known) ?? nearest(name, known);
      throw new TypeError(`unknown option ${prefix}${name}, did you mean ${prefix}${meant}?`);
    }
    if (value === undefined || check.accepts(value)) continue;
    const text = `option ${prefix}${name} is ${show(value, check)}, expected ${check.expected}`;
    throw check.inRangeOfType(value) ? new RangeError(text) : new TypeError(text);
  }
}

function checkObject(options: unknown, prefix: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  const what = prefix === '' ? 'options' : `option ${prefix.slice(0, -1)}`;
  const given = Array.isArray(options) ? 'an array' : show(options);
  throw new TypeError(`${what} ${prefix === '' ? 'are' : 'is'} ${given}, expected an object`);
}

/** A value as errors show it: strings in quotes, what is long or an object by its type only. */
export function show(value: unknown, { isSecret = false }: Pick<Check, 'isSecret'> = {}): string {
  if (isSecret) return `a value of type ${typeof value}`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'string' && value.length <= 40) return `'${value}'`;
  return `a value of type ${typeof value}`;
}

/** The known name that takes the fewest changes of a letter to get to; of several, the one that begins alike for longest. */
export function nearest(name: string, known: readonly string[]): string {
  let best = known[0] ?? '';
  let least = Infinity;
  const given = name.toLowerCase();
  for (const candidate of known) {
    const wanted = candidate.toLowerCase();
    // Less than one change, whatever it is.
    const changes = distance(given, wanted) - alike(given, wanted) / (given.length + 1);
    if (changes < least) {
      least = changes;
      best = candidate;
    }
  }
  return best;
}

/** How many letters are the same at the beginning. */
function alike(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const kept = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(kept, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
  }
  return row[b.length] ?? 0;
}
