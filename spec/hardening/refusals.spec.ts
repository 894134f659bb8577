import { watchResources } from '../support/harness.js';
import { childProcesses } from './child.js';

watchResources();

const run = childProcesses();

interface Said {
  readonly perRequest: number;
  /** Refusals that were told. */
  readonly count: number;
  readonly left: readonly string[];
}

async function refusing(kind: string): Promise<{ code: number | null; stderr: string; said: Said }> {
  const { code, stdout, stderr } = await run('refusals-child.cjs', [kind], { nodeArgs: ['--expose-gc'] });
  return { code, stderr, said: JSON.parse(stdout || '{}') as Said };
}

/** Octets. A bare server of Node's comes to as much or as little, up to 100; one request that is held has thousands. */
const NOTHING = 150;

describe('six thousand requests that are refused', () => {
  it.each([
    ['by the rules', 'rules', 6000],
    ['by authorize', 'decisions', 6000],
    ['because the client has left', 'leaving', undefined],
  ])(
    '%s leave nothing behind, and the process ends',
    async (_, kind, refusals) => {
      const { code, stderr, said } = await refusing(kind);
      expect([code, stderr, said.left]).toEqual([0, '', []]);
      if (refusals !== undefined) expect(said.count).toBe(refusals);
      expect(said.perRequest).toBeLessThan(NOTHING);
    },
    120_000,
  );
});
