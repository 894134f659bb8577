import type { Endpoint } from './endpoints/endpoint.js';
import { nameOf } from './suite.js';
import { type Run, runCase } from './trial.js';

/** A run that did not pass. */
export interface Failure {
  readonly id: string;
  /** How it is repeated with `npm run conformance`, and what was wrong. */
  readonly what: string;
}

/** Runs one after the other. @returns those that failed. */
export async function failuresOf(endpoint: Endpoint, runs: Iterable<Run>): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const run of runs) {
    const complaints = await runCase(endpoint, run);
    if (complaints.length > 0) {
      failures.push({ id: run.case.id, what: `--only ${nameOf(run)}: ${complaints.join('; ')}` });
    }
  }
  return failures;
}
