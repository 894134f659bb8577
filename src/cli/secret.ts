import { readText } from './files.js';

/**
 * What a flag has that is nobody's business: as it stands, or of `@FILE` the file without its last newline, so that it is not in the list of
 * processes.
 *
 * @throws Error for a file that cannot be read.
 */
export function readSecret(flag: string, text: string): string {
  return text.startsWith('@') ? readText(flag, text.slice(1)).replace(/\r?\n$/, '') : text;
}
