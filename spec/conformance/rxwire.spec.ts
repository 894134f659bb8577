import { afterTest, watchResources } from '../support/harness.js';
import { seed } from '../support/seed.js';
import { ROLES, TRANSPORTS } from './case.js';
import { CLAUSES } from './clauses.js';
import { RxwireEndpoint } from './endpoints/rxwire.js';
import { failuresOf } from './results.js';
import { SAMPLE, VECTORS } from './sample.js';
import { runsOf } from './suite.js';

watchResources();

const MOST_MS = 120_000;

describe.each(ROLES)('as a %s', (role) => {
  it.each(CLAUSES)(
    'does what section %s says: %s',
    async (clause) => {
      const cases = [...SAMPLE, ...VECTORS].filter((one) => one.clause === clause);
      const endpoint = new RxwireEndpoint();
      afterTest(() => endpoint.stop());
      const failures = await failuresOf(endpoint, runsOf(cases, TRANSPORTS, seed, { role }));
      expect(failures.map(({ what }) => what)).toEqual([]);
    },
    MOST_MS,
  );
});
