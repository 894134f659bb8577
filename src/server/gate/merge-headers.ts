import { checkByName, type HeaderOptions } from '../../protocol/handshake/header-options.js';

/**
 * The fields of both, where one of the second replaces those of the same name, in whatever case, of the first.
 *
 * @throws TypeError for a second that is a list.
 */
export function mergeHeaders(first: HeaderOptions, second: HeaderOptions | undefined): HeaderOptions {
  if (second === undefined) return first;
  checkByName(second);
  const replaced = new Set(Object.keys(second).map((name) => name.toLowerCase()));
  const kept = Object.entries(first).filter(([name]) => !replaced.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...second };
}
