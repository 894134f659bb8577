import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHOICE_ROWS } from '../server/handshake/choice-rows.js';
import { ROWS } from '../server/handshake/rows.js';
import { ROOT } from '../support/doc-blocks.js';

/** Those that depend on time and load, on hosts, or on HTTP/2, and have specs of their own. */
const ELSEWHERE = [408, 421, 429, 501, 503];

describe('docs/reference/requests.md', () => {
  it('has every status that requests are answered with, and no other', () => {
    const text = readFileSync(join(ROOT, 'docs', 'reference', 'requests.md'), 'utf8');
    const cells = text.split('\n').flatMap((line) => /^\|.*\| (.*) \|$/.exec(line)?.[1] ?? []);
    const told = new Set(cells.flatMap((cell) => cell.match(/(?<![\d.])[1-5]\d\d(?!\d)/g) ?? []).map(Number));
    const tried = Object.values({ ...ROWS, ...CHOICE_ROWS }).flatMap((rows) =>
      rows.map(({ status }) => status),
    );
    expect([...told].sort()).toEqual([...new Set([...tried, ...ELSEWHERE])].sort());
  });
});
