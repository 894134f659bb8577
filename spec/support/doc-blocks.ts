import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

export const ROOT = join(import.meta.dirname, '..', '..');

/** A block of TypeScript in the documentation. */
export interface DocBlock {
  /** `README.md:12`, the line of its fence. */
  readonly place: string;
  readonly code: string;
  /** A block marked `fragment` stands in a program of its reader's: it is compiled, with what it needs declared, and not run. */
  readonly isFragment: boolean;
}

/** What a fragment may take for given. */
const GIVEN = `
import type { Connection, Server } from 'rxwire';
declare const connection: Connection;
declare const server: Server;
`;

/** The blocks marked `ts` of README.md and docs. */
export function docBlocks(): DocBlock[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name));
  return [join(ROOT, 'README.md'), ...docs].flatMap((path) =>
    blocksOf(relative(ROOT, path), readFileSync(path, 'utf8')),
  );
}

/** The blocks of one document. */
export function blocksOf(name: string, text: string): DocBlock[] {
  return [...text.matchAll(/^```ts( fragment)?\n([^]*?)^```$/gm)].map(
    ({ index, 1: fragment, 2: code = '' }) => ({
      place: `${name}:${String(text.slice(0, index).split('\n').length)}`,
      code,
      isFragment: fragment !== undefined,
    }),
  );
}

/** What the compiler has to say, with the settings of the project: each as `README.md:12 what is wrong`. */
export function compileBlocks(blocks: readonly DocBlock[]): string[] {
  const options = compilerOptions();
  const files = new Map(blocks.map((block, i) => [join(ROOT, 'examples', `block-${String(i)}.ts`), block]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  const textOf = (path: string): string | undefined => {
    const block = files.get(path);
    // `export {}` makes a module of a block that imports nothing.
    return block && `${block.code}${block.isFragment ? GIVEN : ''}\nexport {};\n`;
  };
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => textOf(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = textOf(path);
    return text === undefined
      ? getSourceFile(path, target, ...rest)
      : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([path, { place }]) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => `${place} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  });
}

/** The settings of tsconfig.json, without output and without what only tidies. */
export function compilerOptions(): ts.CompilerOptions {
  const path = join(ROOT, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (file) => readFileSync(file, 'utf8')) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return { ...options, noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
}

/** The block as a function that can be called with what it imports. */
export function runnable(
  block: DocBlock,
): (require: (name: string) => unknown, console: unknown) => Promise<void> {
  const { outputText } = ts.transpileModule(block.code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => never;
  return new AsyncFunction('require', 'console', 'exports', `exports = {};${outputText}`);
}
