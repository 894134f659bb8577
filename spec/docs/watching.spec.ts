import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openServer } from 'rxwire';
import { ROOT } from '../support/doc-blocks.js';

const guide = readFileSync(join(ROOT, 'docs', 'guides', 'watching.md'), 'utf8');

describe('docs/guides/watching.md', () => {
  it('has every channel of node:diagnostics_channel in its table', () => {
    const source = readFileSync(join(ROOT, 'src', 'connection', 'diagnostics.ts'), 'utf8');
    const channels = [...source.matchAll(/named\('([^']+)'\)/g)].map(([, name = '']) => name);
    expect(channels.length).toBeGreaterThan(0);
    const rows = [...guide.matchAll(/^\| `(rxwire:[^`]+)` \|/gm)].map(([, name = '']) => name);
    expect(rows.sort()).toEqual(channels.sort());
  });

  it('has every figure of a server', async () => {
    await using server = await openServer({ host: '127.0.0.1' });
    for (const name of Object.keys(server.stats)) expect(guide).toContain(`\`${name}\``);
  });
});
