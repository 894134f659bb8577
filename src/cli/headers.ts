import { readText } from './files.js';
import { UsageError } from './usage-error.js';

/** Header fields by name; a name given more than once has a list. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/**
 * Header fields from the command line.
 *
 * @param single - `Name: value` each, or `@FILE` with one on each line, which keeps secrets out of the list of processes.
 * @param lists - Comma-separated `Name: value` pairs.
 * @throws UsageError for one without a colon.
 */
export function readHeaders(single: readonly string[], lists: readonly string[]): Headers {
  const fields = [
    ...lists.flatMap((list) => list.split(',').map((field) => ({ flag: '--headers', field }))),
    ...single.flatMap((text) =>
      text.startsWith('@') ? linesOf(text.slice(1)) : [{ flag: '--header', field: text }],
    ),
  ];
  const headers = new Map<string, string | readonly string[]>();
  for (const { flag, field } of fields) {
    const colon = field.indexOf(':');
    const name = field.slice(0, Math.max(colon, 0)).trim();
    // What came is not repeated: it may be a secret.
    if (name === '') {
      throw new UsageError(`${flag} has a field without a name and a colon, expected "Name: value"`);
    }
    const before = headers.get(name);
    const value = field.slice(colon + 1).trim();
    headers.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(headers);
}

function linesOf(path: string): { flag: string; field: string }[] {
  return readText('--header', path)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((field) => ({ flag: '--header', field }));
}
