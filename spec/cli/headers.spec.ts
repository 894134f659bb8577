import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHeaders } from '../../src/cli/headers.js';
import { UsageError } from '../../src/cli/usage-error.js';

describe('readHeaders', () => {
  it('reads fields and comma-separated lists of them', () => {
    expect(readHeaders(['X-A: 1', 'X-B:a, b: c'], ['C: d, E: f'])).toEqual({
      C: 'd',
      E: 'f',
      'X-A': '1',
      'X-B': 'a, b: c',
    });
  });

  it('makes a list of a field that is given twice', () => {
    expect(readHeaders(['A: 1', 'A: 2', 'A: 3'], [])).toEqual({ A: ['1', '2', '3'] });
  });

  it('takes any name for a name', () => {
    expect(Object.keys(readHeaders(['__proto__: x'], []))).toEqual(['__proto__']);
  });

  it.each(['secret', ': secret', ''])('refuses "%s" and does not repeat it', (field) => {
    const read = (): unknown => readHeaders([field], []);
    expect(read).toThrow(UsageError);
    expect(read).toThrow('--header has a field without a name and a colon, expected "Name: value"');
  });

  describe('from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxwire-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('reads one field a line', () => {
      const path = join(folder, 'headers');
      writeFileSync(path, 'Authorization: Bearer x\r\n\nX-A: 1\n');
      expect(readHeaders([`@${path}`], [])).toEqual({ Authorization: 'Bearer x', 'X-A': '1' });
    });

    it('names a file that cannot be read', () => {
      const path = join(folder, 'none');
      expect(() => readHeaders([`@${path}`], [])).toThrow(`--header: cannot read ${path} (ENOENT)`);
    });
  });
});
