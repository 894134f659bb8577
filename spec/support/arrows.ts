import { posix } from 'node:path';
import { importLines, mentions, type ImportLine, type SourceFile } from './import-lines.js';

/** What the files of one area may import. The area itself is always allowed. */
interface Allowance {
  /** Areas of src; `protocol/errors` stands for that one module. */
  readonly own: readonly string[];
  /** Packages by name; `node:*` stands for everything that comes with Node. */
  readonly packages: readonly string[];
}

const NODE_AND_RXJS = ['node:*', 'rxjs'];
const ENDS: Allowance = {
  own: ['connection', 'operators', 'transport', 'protocol'],
  packages: NODE_AND_RXJS,
};
const OUTSIDE: Allowance = { own: ['index'], packages: NODE_AND_RXJS };

/**
 * The arrows of the architecture. An area is a folder of src, a folder within one that is named here, or `index` for src/index.ts.
 *
 * The testing kit stands on the public doors, as its users do. What it needs besides (a connection over a transport in memory, on turns that
 * are not Node's) it has from `testing/inside`, the only folder outside that reaches in; and only `testing/arbitraries`, an
 * entry of its own, needs fast-check.
 */
export const ALLOWED: Readonly<Record<string, Allowance>> = {
  protocol: { own: [], packages: ['node:crypto', 'node:zlib', 'node:buffer'] },
  operators: { own: ['protocol'], packages: ['rxjs'] },
  transport: { own: ['protocol/errors'], packages: [...NODE_AND_RXJS, 'socks'] },
  connection: { own: ['operators', 'transport', 'protocol'], packages: NODE_AND_RXJS },
  client: ENDS,
  server: ENDS,
  upgrade: { own: ['client', 'server', 'connection'], packages: NODE_AND_RXJS },
  index: {
    own: ['upgrade', 'client', 'server', 'connection', 'operators', 'transport', 'protocol'],
    packages: [],
  },
  cli: OUTSIDE,
  compat: OUTSIDE,
  testing: {
    own: ['index', 'protocol/index', 'operators/index', 'testing/inside'],
    packages: NODE_AND_RXJS,
  },
  'testing/inside': {
    own: ['client', 'server', 'connection', 'operators', 'transport', 'protocol'],
    packages: NODE_AND_RXJS,
  },
  'testing/arbitraries': { own: ['protocol/index', 'testing'], packages: ['fast-check'] },
};

/** Members of Node's own objects that are no public API. */
export const NODE_INTERNALS: ReadonlySet<string> = new Set([
  '_handle',
  '_processChunk',
  '_readableState',
  '_writableState',
  '_events',
  '_eventsCount',
  '_httpMessage',
  '_tlsOptions',
  '_parent',
  '_server',
  '_undestroy',
]);

/** Each import that no arrow allows, as `src/FILE:LINE what is wrong`. */
export function wrongArrows(sources: readonly SourceFile[]): string[] {
  const files = new Set(sources.map(({ path }) => path));
  return sources.flatMap(importLines).flatMap((line) => {
    const complaint = complaintAbout(line, files);
    return complaint === undefined ? [] : [`src/${line.file}:${line.line} ${complaint}`];
  });
}

/** One entry for each cycle found, as the chain of import lines that closes it. Type-only imports count. */
export function cycles(sources: readonly SourceFile[]): string[] {
  const graph = new Map(sources.map((source) => [source.path, edgesOf(source, sources)]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (file: string, path: readonly Edge[]): void => {
    const start = path.findIndex(({ from }) => from === file);
    if (start !== -1) {
      const chain = path.slice(start).map(({ from, line }) => `src/${from}:${line}`);
      found.push(`${chain.join(' -> ')} -> src/${file}`);
      return;
    }
    if (done.has(file)) return;
    for (const edge of graph.get(file) ?? []) walk(edge.to, [...path, edge]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

/** Each use of a private member of Node, as `src/FILE:LINE touches NAME`. */
export function internalsTouched(sources: readonly SourceFile[]): string[] {
  return sources
    .flatMap((source) => mentions(source, NODE_INTERNALS))
    .map(({ file, line, name }) => `src/${file}:${line} touches ${name}, which is internal to Node`);
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

function edgesOf(source: SourceFile, sources: readonly SourceFile[]): Edge[] {
  return importLines(source).flatMap(({ line, specifier }) => {
    if (specifier === undefined || !isRelative(specifier)) return [];
    const to = targetOf(source.path, specifier);
    return sources.some(({ path }) => path === to) ? [{ from: source.path, to, line }] : [];
  });
}

function complaintAbout({ file, specifier }: ImportLine, files: ReadonlySet<string>): string | undefined {
  const area = areaOf(file);
  const allowed = ALLOWED[area];
  if (allowed === undefined) return `is in "${area}", an area without arrows`;
  if (specifier === undefined) return 'imports a computed name, which cannot be checked';
  if (!isRelative(specifier)) {
    return isAllowedPackage(specifier, allowed) ? undefined : `${area} must not import "${specifier}"`;
  }
  const target = targetOf(file, specifier);
  if (!files.has(target)) return `imports "${specifier}", and there is no src/${target}`;
  return isAllowedFile(area, target, allowed) ? undefined : `${area} must not import "${specifier}"`;
}

function isAllowedPackage(specifier: string, { packages }: Allowance): boolean {
  return packages.includes(specifier) || (specifier.startsWith('node:') && packages.includes('node:*'));
}

function isAllowedFile(area: string, target: string, { own }: Allowance): boolean {
  const targetArea = areaOf(target);
  return targetArea === area || own.includes(targetArea) || own.includes(target.replace(/\.ts$/, ''));
}

function areaOf(file: string): string {
  const [folder = '', inner = ''] = file.split('/');
  if (Object.hasOwn(ALLOWED, `${folder}/${inner}`)) return `${folder}/${inner}`;
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
}

function isRelative(specifier: string): boolean {
  return /^\.{1,2}(\/|$)/.test(specifier);
}

/** The source that `specifier` stands for: imports name the built file, `./frame.js`, whose source is `frame.ts`. */
function targetOf(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
}
