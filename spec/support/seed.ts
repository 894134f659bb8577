/**
 * Import this file for its effect in every spec that uses fast-check: it picks one seed for the whole spec file and
 * prints it, so that a failing run can be repeated.
 *
 * RXWIRE_SEED sets the seed, RXWIRE_RUNS the number of runs of each property (default 200).
 */
import { randomInt } from 'node:crypto';
import fc from 'fast-check';

const DEFAULT_RUNS = 200;
const MAX_SEED = 0x7fff_ffff;

export const seed: number = integerFrom('RXWIRE_SEED', -MAX_SEED - 1) ?? randomInt(MAX_SEED);
export const numRuns: number = integerFrom('RXWIRE_RUNS', 1) ?? DEFAULT_RUNS;

fc.configureGlobal({ seed, numRuns });
process.stderr.write(`fast-check seed ${seed} (RXWIRE_SEED=${seed} to repeat)\n`);

function integerFrom(variable: string, least: number): number | undefined {
  const text = process.env[variable];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= MAX_SEED) return value;
  throw new RangeError(`${variable} is "${text}", expected an integer from ${least} to ${MAX_SEED}`);
}
