import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { watchResources } from '../support/harness.js';
import { transpiled } from '../support/transpiled.js';

watchResources();

const built = transpiled();
afterAll(() => {
  built.remove();
});

interface Said {
  readonly perRequest: number;
  /** Refusals that were told. */
  readonly count: number;
  readonly left: readonly string[];
}

function refusing(kind: string): Promise<{ code: number | null; stderr: string; said: Said }> {
  const script = join(import.meta.dirname, 'refusals-child.cjs');
  const child = spawn(process.execPath, ['--expose-gc', script, built.index, kind]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, stderr, said: JSON.parse(stdout || '{}') as Said });
    });
  });
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
