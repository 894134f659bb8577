import { readFileSync } from 'node:fs';

/** @throws Error that names the flag and the file. */
export function readText(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new Error(`${flag}: cannot read ${path} (${code})`, { cause: error });
  }
}
