import { hasHeader } from '../protocol/handshake/header-options.js';
import type { ResolvedClientOptions } from './options.js';
import { parseTarget, type Target } from './target.js';

/**
 * Reads a WebSocket URL, for the options that it comes with.
 *
 * @throws TypeError for a URL that is none, or has credentials where the options have others.
 */
export function askedTarget(
  url: string | URL,
  { asking, headers }: Pick<ResolvedClientOptions<unknown>, 'asking' | 'headers'>,
): Target {
  const target = parseTarget(url);
  if (target.credentials === undefined) return target;
  if (asking.auth !== undefined) throw new TypeError('URL has credentials beside the option auth');
  if (hasHeader(headers, 'authorization')) {
    throw new TypeError('URL has credentials beside the header "Authorization"');
  }
  return target;
}
