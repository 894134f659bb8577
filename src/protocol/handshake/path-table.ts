import { describe, quote } from './describe.js';
import { isToken } from './tokens.js';

/** What the parts of a path are that its pattern has names for, decoded; `'*'` is the rest of it. */
export type PathParams = Readonly<Record<string, string>>;

/** What a path was found to stand for. */
export interface PathMatch<T> {
  readonly value: T;
  readonly params: PathParams;
}

interface Row<T> {
  readonly segments: readonly Segment[];
  readonly value: T;
}

/** A part of a path as it is, `:name` for any one part, or `*` for the rest. */
type Segment = { readonly literal: string } | { readonly name: string } | { readonly rest: true };

const REST: Segment = { rest: true };
const NO_PARAMS: PathParams = Object.freeze(Object.create(null) as PathParams);

/** The path of a request target: what is before its query, undecoded. */
export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

/**
 * Patterns of paths, and what each stands for. `/chat` is that path, `/chat/:room` has any one part in place of `:room`, `/files/*` any
 * rest, an empty one too. Of several that fit the most exact one counts: literally before `:name` before `*`, part by part.
 *
 * Parts are compared decoded; one that cannot be decoded fits only a `*`. The work for a path is linear in its length times the
 * patterns that have a `:name` or a `*`.
 */
export class PathTable<T> {
  readonly #exact: Map<string, T> = new Map();
  readonly #rows: Row<T>[] = [];

  /** @throws TypeError for a pattern that is malformed, or there twice. */
  constructor(entries: Iterable<readonly [pattern: string, value: T]>) {
    const seen = new Set<string>();
    for (const [pattern, value] of entries) {
      const segments = parsePattern(pattern);
      const key = shapeOf(segments);
      if (seen.has(key)) throw new TypeError(`the path ${quote(pattern)} is there twice`);
      seen.add(key);
      if (segments.every((segment) => 'literal' in segment)) this.#exact.set(key, value);
      else this.#rows.push({ segments, value });
    }
    this.#rows.sort((one, other) => compare(one.segments, other.segments));
  }

  /** What `path` stands for. It has no query, and is not decoded yet. */
  find(path: string): PathMatch<T> | undefined {
    const parts = partsOf(path);
    if (parts === undefined) return undefined;
    if (this.#exact.size > 0 && parts.every((part) => part !== undefined)) {
      const key = parts.map(escaped).join('/');
      const value = this.#exact.get(key);
      if (value !== undefined || this.#exact.has(key)) return { value: value as T, params: NO_PARAMS };
    }
    for (const { segments, value } of this.#rows) {
      const params = match(segments, parts, path);
      if (params !== undefined) return { value, params };
    }
    return undefined;
  }
}

/** @throws TypeError for a pattern that is malformed. */
function parsePattern(pattern: unknown): readonly Segment[] {
  if (typeof pattern !== 'string' || !pattern.startsWith('/') || /[?#\s]/.test(pattern)) {
    throw malformed(pattern, 'begins with "/" and has no query');
  }
  const names = new Set<string>();
  const texts = pattern.slice(1).split('/');
  return texts.map((text, i) => {
    if (text === '*' && i === texts.length - 1) return REST;
    if (text.includes('*')) throw malformed(pattern, 'has "*" only as its last part');
    if (!text.startsWith(':')) return { literal: decode(text) ?? text };
    const name = text.slice(1);
    if (!isToken(name) || names.has(name)) {
      throw malformed(pattern, 'has a name behind each ":", and each once');
    }
    names.add(name);
    return { name };
  });
}

function malformed(pattern: unknown, expected: string): TypeError {
  return new TypeError(`the path is ${describe(pattern)}, expected one that ${expected}`);
}

/** The parts of a path, decoded; undefined in place of one that cannot be. */
function partsOf(path: string): readonly (string | undefined)[] | undefined {
  if (!path.startsWith('/')) return undefined;
  return path.slice(1).split('/').map(decode);
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A decoded part may have a slash in it, which separates nothing. */
function escaped(part: string | undefined): string {
  return part?.replaceAll('~', '~0').replaceAll('/', '~1') ?? '';
}

/** What two patterns have in common that fit the same paths. */
function shapeOf(segments: readonly Segment[]): string {
  return segments
    .map((segment) => ('literal' in segment ? escaped(segment.literal) : 'name' in segment ? '~:' : '~*'))
    .join('/');
}

function match(
  segments: readonly Segment[],
  parts: readonly (string | undefined)[],
  path: string,
): PathParams | undefined {
  const open = segments.at(-1) === REST;
  const fixed = open ? segments.length - 1 : segments.length;
  if (open ? parts.length <= fixed : parts.length !== fixed) return undefined;
  const params = Object.create(null) as Record<string, string>;
  for (let i = 0; i < fixed; i++) {
    const segment = segments[i]!;
    const part = parts[i];
    if ('literal' in segment) {
      if (part !== segment.literal) return undefined;
    } else if ('name' in segment) {
      if (part === undefined || part === '') return undefined;
      params[segment.name] = part;
    }
  }
  // What the star stands for may have slashes of its own, so it stays as it came.
  if (open) params['*'] = path.slice(1).split('/').slice(fixed).join('/');
  return Object.freeze(params);
}

/** The more exact one first. */
function compare(one: readonly Segment[], other: readonly Segment[]): number {
  const length = Math.min(one.length, other.length);
  for (let i = 0; i < length; i++) {
    const difference = rank(one[i]!) - rank(other[i]!);
    if (difference !== 0) return difference;
  }
  return other.length - one.length;
}

function rank(segment: Segment): number {
  return 'literal' in segment ? 0 : 'name' in segment ? 1 : 2;
}
