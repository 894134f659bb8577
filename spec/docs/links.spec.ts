import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CloseCode } from 'rxwire';
import * as protocol from 'rxwire/protocol';
import { HELP, SERVE_HELP } from '../../src/cli/help.js';
import { ROOT } from '../support/doc-blocks.js';

const documents = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

function read(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

describe('the documentation', () => {
  it.each(documents)('%s links to files that are there', (name) => {
    const links = [...read(name).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, path = '']) => path);
    const missing = links.filter((path) => !existsSync(join(ROOT, dirname(name), path)));
    expect(missing).toEqual([]);
  });

  it('has every close code that has a name', () => {
    const text = read('docs/reference/close-codes.md');
    for (const [name, code] of Object.entries(CloseCode)) {
      expect(text).toContain(`| ${String(code)} | \`${name}\` |`);
    }
  });

  it('has every class of errors, and every code that src has', () => {
    const text = read('docs/reference/errors.md');
    const classes = Object.keys(protocol).filter((name) => name.endsWith('Error'));
    for (const name of classes) expect(text).toContain(`| \`${name}\` |`);
    for (const code of errorCodes()) expect(text).toContain(`\`${code}\``);
  });

  it('has every flag that the command lists', () => {
    const text = read('docs/reference/command-line.md');
    const flags = [...`${HELP}${SERVE_HELP}`.matchAll(/^ {2,6}(?:-\w, )?(--[\w-]+)/gm)].map(
      ([, flag = '']) => flag,
    );
    const missing = flags.filter((flag) => !text.includes(flag) && flag !== '--help' && flag !== '--version');
    expect(flags.length).toBeGreaterThan(30);
    expect(missing).toEqual([]);
  });

  it('names files of src that are there', () => {
    const text = read('docs/architecture.md');
    const names = [...text.matchAll(/`((?:protocol|connection|operators)\/[\w/-]+\.ts)`/g)].map(
      ([, name = '']) => name,
    );
    expect(names.filter((name) => !existsSync(join(ROOT, 'src', name)))).toEqual([]);
    expect(names.length).toBeGreaterThan(10);
  });
});

function errorCodes(): Set<string> {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const found = files.flatMap((name) => [...read(join('src', name)).matchAll(/'(RXWIRE_[A-Z_]+)'/g)]);
  return new Set(found.map(([, code = '']) => code));
}
