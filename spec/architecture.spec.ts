import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { ALLOWED, cycles, internalsTouched, wrongArrows } from './support/arrows.js';
import { importLines, type SourceFile } from './support/import-lines.js';

const ROOT = join(import.meta.dirname, '..', 'src');

function readSources(): SourceFile[] {
  return readdirSync(ROOT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({
      path: relative(ROOT, path).split(sep).join('/'),
      text: readFileSync(path, 'utf8'),
    }));
}

/** Made-up sources: each key is a path below src, each value the text of that file. */
function made(files: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

describe('the architecture of src', () => {
  const sources = readSources();

  it('has files to check', () => {
    expect(sources.length).toBeGreaterThan(0);
  });

  it('has only imports that follow the arrows', () => {
    expect(wrongArrows(sources)).toEqual([]);
  });

  it('has no cycle of files, type-only imports included', () => {
    expect(cycles(sources)).toEqual([]);
  });

  it('touches nothing internal to Node', () => {
    expect(internalsTouched(sources)).toEqual([]);
  });
});

describe('importLines', () => {
  it.each([
    ['a static import', "import { a } from './a.js';"],
    ['an import for its effect', "import './a.js';"],
    ['a type-only import', "import type { A } from './a.js';"],
    ['a named re-export', "export { a } from './a.js';"],
    ['a re-export of everything', "export * from './a.js';"],
    ['a type-only re-export', "export type { A } from './a.js';"],
    ['a dynamic import', "const load = () => import('./a.js');"],
    ['an import inside a type', "let a: import('./a.js').A;"],
    ['an import assignment', "import a = require('./a.js');"],
    ['a call of require', "const a = require('./a.js');"],
  ])('finds %s, with its line', (_kind, statement) => {
    const [source] = made({ 'protocol/b.ts': `\n\n${statement}\n` });
    expect(importLines(source!)).toEqual([{ file: 'protocol/b.ts', line: 3, specifier: './a.js' }]);
  });

  it('finds each one of an import that spans lines, at its first line', () => {
    const [source] = made({
      'protocol/b.ts': "import {\n  a,\n} from './a.js';\nimport { c } from './c.js';",
    });
    expect(importLines(source!).map(({ line }) => line)).toEqual([1, 4]);
  });

  it('is not misled by comments, strings and template text', () => {
    const [source] = made({
      'protocol/b.ts':
        "// import './x.js'\n/** import { x } from './x.js' */\nexport const s = \"import './x.js'\" + `import('./x.js')`;",
    });
    expect(importLines(source!)).toEqual([]);
  });
});

describe('wrongArrows', () => {
  it.each([
    ['protocol', 'rxjs'],
    ['protocol', 'node:net'],
    ['protocol', 'zlib'],
    ['operators', 'node:timers'],
    ['operators', 'rxjs/operators'],
    ['transport', 'ws'],
    ['connection', 'rxjs/internal/Observable'],
    ['client', 'bufferutil'],
    ['server', 'rxwire'],
    ['cli', 'rxjs/operators'],
  ])('accuses %s of importing the package %s', (area, name) => {
    expect(wrongArrows(made({ [`${area}/a.ts`]: `\nimport '${name}';` }))).toEqual([
      `src/${area}/a.ts:2 ${area} must not import "${name}"`,
    ]);
  });

  it.each([
    ['protocol', 'operators'],
    ['protocol', 'connection'],
    ['operators', 'transport'],
    ['operators', 'connection'],
    ['transport', 'operators'],
    ['transport', 'protocol'],
    ['transport', 'connection'],
    ['connection', 'client'],
    ['client', 'server'],
    ['server', 'client'],
    ['server', 'testing'],
    ['cli', 'connection'],
    ['cli', 'testing'],
    ['compat', 'client'],
    ['testing', 'protocol'],
    ['testing', 'connection'],
  ])('accuses %s of importing from %s', (area, target) => {
    const sources = made({
      [`${area}/a.ts`]: `import type { B } from '../${target}/b.js';`,
      [`${target}/b.ts`]: 'export type B = 1;',
    });
    expect(wrongArrows(sources)).toEqual([`src/${area}/a.ts:1 ${area} must not import "../${target}/b.js"`]);
  });

  it.each([
    ['testing', './arbitraries/b.js', 'testing/arbitraries/b.ts'],
    ['testing', '../protocol/frame.js', 'protocol/frame.ts'],
    ['testing/arbitraries', '../inside/b.js', 'testing/inside/b.ts'],
    ['testing/inside', '../b.js', 'testing/b.ts'],
    ['testing/inside', '../../index.js', 'index.ts'],
    ['server', '../testing/inside/b.js', 'testing/inside/b.ts'],
  ])('accuses %s of importing %s', (area, specifier, target) => {
    const sources = made({ [`${area}/a.ts`]: `import '${specifier}';`, [target]: '' });
    expect(wrongArrows(sources)).toEqual([`src/${area}/a.ts:1 ${area} must not import "${specifier}"`]);
  });

  it('lets fast-check into the arbitraries, and nowhere else', () => {
    const text = "import 'fast-check';";
    const sources = made({
      'testing/arbitraries/a.ts': text,
      'testing/a.ts': text,
      'testing/inside/a.ts': text,
    });
    expect(wrongArrows(sources)).toEqual([
      'src/testing/a.ts:1 testing must not import "fast-check"',
      'src/testing/inside/a.ts:1 testing/inside must not import "fast-check"',
    ]);
  });

  it.each(['cli', 'compat', 'testing'])('accuses the index of importing from %s', (area) => {
    const sources = made({ 'index.ts': `export * from './${area}/a.js';`, [`${area}/a.ts`]: '' });
    expect(wrongArrows(sources)).toEqual([`src/index.ts:1 index must not import "./${area}/a.js"`]);
  });

  it('accuses any area below of importing the index', () => {
    const sources = made({ 'index.ts': '', 'server/a.ts': "import '../index.js';" });
    expect(wrongArrows(sources)).toEqual(['src/server/a.ts:1 server must not import "../index.js"']);
  });

  it('accuses an import of a file that is not there, or that lacks its .js', () => {
    const sources = made({ 'protocol/a.ts': "import './b';\nimport './c.js';", 'protocol/b.ts': '' });
    expect(wrongArrows(sources)).toEqual([
      'src/protocol/a.ts:1 imports "./b", and there is no src/protocol/b',
      'src/protocol/a.ts:2 imports "./c.js", and there is no src/protocol/c.ts',
    ]);
  });

  it('accuses a computed import and an area that it does not know', () => {
    const sources = made({ 'connection/a.ts': 'void import(name);', 'helpers/b.ts': "import 'rxjs';" });
    expect(wrongArrows(sources)).toEqual([
      'src/connection/a.ts:1 imports a computed name, which cannot be checked',
      'src/helpers/b.ts:1 is in "helpers", an area without arrows',
    ]);
  });

  it('lets every arrow of the architecture pass', () => {
    const files: Record<string, string> = { 'protocol/errors.ts': '', 'protocol/index.ts': '' };
    files['operators/index.ts'] = '';
    const fileOf = (target: string): string => {
      if (target === 'index') return 'index.ts';
      return Object.hasOwn(ALLOWED, target) ? `${target}/part.ts` : `${target}.ts`;
    };
    for (const [area, { own, packages }] of Object.entries(ALLOWED)) {
      const file = area === 'index' ? 'index.ts' : `${area}/all.ts`;
      if (area !== 'index') files[fileOf(area)] = '';
      const parts = [...own, ...(area === 'index' ? [] : [area])].map((target) => {
        const path = posix.relative(posix.dirname(file), fileOf(target)).replace(/\.ts$/, '.js');
        return path.startsWith('.') ? path : `./${path}`;
      });
      files[file] = [...packages.map((name) => name.replace('*', 'net')), ...parts]
        .map((name) => `import '${name}';`)
        .join('\n');
    }
    expect(wrongArrows(made(files))).toEqual([]);
  });
});

describe('cycles', () => {
  it('accuses two files that import each other, naming the lines, if only for types', () => {
    const sources = made({
      'protocol/a.ts': "\nimport type { B } from './b.js';",
      'protocol/b.ts': "export { a } from './a.js';",
    });
    expect(cycles(sources)).toEqual(['src/protocol/a.ts:2 -> src/protocol/b.ts:1 -> src/protocol/a.ts']);
  });

  it('accuses a file that imports itself', () => {
    expect(cycles(made({ 'protocol/a.ts': "import './a.js';" }))).toEqual([
      'src/protocol/a.ts:1 -> src/protocol/a.ts',
    ]);
  });

  it('names only the files of the cycle, not the way to it', () => {
    const sources = made({
      'index.ts': "import './server/a.js';",
      'server/a.ts': "import './b.js';",
      'server/b.ts': "import './c.js';",
      'server/c.ts': "import './a.js';",
    });
    expect(cycles(sources)).toEqual([
      'src/server/a.ts:1 -> src/server/b.ts:1 -> src/server/c.ts:1 -> src/server/a.ts',
    ]);
  });

  it('finds none where two ways lead to one file', () => {
    const sources = made({
      'protocol/a.ts': "import './b.js';\nimport './c.js';",
      'protocol/b.ts': "import './d.js';",
      'protocol/c.ts': "import './d.js';",
      'protocol/d.ts': '',
    });
    expect(cycles(sources)).toEqual([]);
  });
});

describe('internalsTouched', () => {
  it.each([
    ['a member', 'export const x = socket._handle;', '_handle'],
    ['an optional member', 'export const x = zlib?._processChunk(b, 2);', '_processChunk'],
    ['a member by its name in a string', "export const x = stream['_readableState'];", '_readableState'],
    ['a destructured member', 'export const { _writableState } = stream;', '_writableState'],
  ])('accuses %s', (_kind, text, name) => {
    expect(internalsTouched(made({ 'transport/a.ts': text }))).toEqual([
      `src/transport/a.ts:1 touches ${name}, which is internal to Node`,
    ]);
  });

  it('lets comments and the hooks of rxjs pass', () => {
    const text = '// never socket._handle\nexport class A extends B { protected override _next() {} }';
    expect(internalsTouched(made({ 'operators/a.ts': text }))).toEqual([]);
  });
});
