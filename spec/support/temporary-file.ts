import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterTest } from './harness.js';

/** The path of a file that is there until the end of the test; without `text` only its folder is. */
export function temporaryFile(text?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'rxwire-spec-'));
  afterTest(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  if (text !== undefined) writeFileSync(path, text, { mode: 0o600 });
  return path;
}
