import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearest } from './nearest.js';
import { UsageError } from './usage-error.js';

/** The flags of a command, by their long names. */
export type FlagTable = NonNullable<ParseArgsConfig['options']>;

interface Config<Table extends FlagTable> {
  readonly args: string[];
  readonly options: Table;
  readonly allowPositionals: true;
}

/** What was given. */
export type Given<Table extends FlagTable> = ReturnType<typeof parseArgs<Config<Table>>>;

/**
 * Reads a command line.
 *
 * @throws UsageError for a flag that is not in the table, naming the nearest; for one without its value; for a value too many.
 */
export function parseFlags<const Table extends FlagTable>(
  args: readonly string[],
  table: Table,
): Given<Table> {
  const config: Config<Table> = { args: [...args], options: table, allowPositionals: true };
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(table, token.name)) continue;
    const likely = nearest(token.rawName, renderings(table));
    throw new UsageError(
      `unknown flag ${token.rawName}${likely === undefined ? '' : `, did you mean ${likely}?`}`,
    );
  }
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(asFlagText((error as Error).message));
  }
}

/** Every way to write a flag of the table, without its value. */
function renderings(table: FlagTable): string[] {
  return Object.entries(table).flatMap(([name, { short }]) =>
    short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`],
  );
}

/** Node's words, in those of this command. */
function asFlagText(message: string): string {
  const [, names = '', missing] =
    /^Option '(.+?)(?: <value>)?' (argument (?:missing|is ambiguous))?/.exec(message) ?? [];
  if (names === '') return message;
  return missing === undefined ? `flag ${names} takes no value` : `flag ${names} needs a value`;
}

/** @throws UsageError unless `text` is a whole number from `least` to `most`. */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${flag} is "${text}", expected an integer from ${String(least)} to ${String(most)}`);
}

/** @throws UsageError unless `text` is a number of seconds from 0, or -1 for ever, which gives Infinity. */
export function seconds(flag: string, text: string): number {
  if (text === '-1') return Infinity;
  const value = /^\d+(\.\d+)?$|^\.\d+$/.test(text) ? Number(text) : NaN;
  if (value <= MAX_SECONDS) return value;
  throw new UsageError(`${flag} is "${text}", expected a number of seconds, or -1 for ever`);
}

/** @throws UsageError unless `text` is a number of seconds over 0, or -1 for ever. @returns milliseconds. */
export function durationMs(flag: string, text: string): number {
  const value = seconds(flag, text);
  if (value > 0) return value * 1000;
  throw new UsageError(`${flag} is "${text}", expected a number of seconds over 0, or -1 for ever`);
}

/** A longer time does not fit a timer. */
const MAX_SECONDS = 2_147_483;
