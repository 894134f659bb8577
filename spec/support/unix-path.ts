import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterTest } from './harness.js';

/** A path for a Unix socket, in a folder that is removed after the test. */
export function unixPath(name = 'spec.sock'): string {
  const folder = mkdtempSync(join(tmpdir(), 'rxwire-'));
  afterTest(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, name);
}
