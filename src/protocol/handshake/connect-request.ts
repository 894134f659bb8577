import type { HeaderList } from './header-fields.js';

/** What HTTP/2 does not know, or has other ways to say. RFC 8441 section 5, RFC 9113 section 8.2.2. */
const NOT_IN_HTTP2: ReadonlySet<string> = new Set(['host', 'upgrade', 'connection', 'sec-websocket-key']);

/** Where an extended CONNECT is to lead. */
export interface ConnectTarget {
  readonly secure: boolean;
  /** Path and query. */
  readonly target: string;
}

/**
 * The fields of the extended CONNECT that asks for what a request over HTTP/1.1 asks for: pseudo-header fields first, names in lower case. RFC
 * 8441 section 5.
 *
 * @param headers - What `requestHeaders` gives.
 */
export function connectRequest(headers: HeaderList, { secure, target }: ConnectTarget): [string, string][] {
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '';
  const rest = withoutKey(headers).filter(([name]) => name !== 'host');
  return [
    [':method', 'CONNECT'],
    [':protocol', 'websocket'],
    [':scheme', secure ? 'https' : 'http'],
    [':path', target],
    [':authority', host],
    ...rest,
  ];
}

/** The fields of a request over HTTP/1.1 that are those of an extended CONNECT, too, and Host, which is its `:authority`. */
export function withoutKey(headers: HeaderList): [string, string][] {
  return headers
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => name === 'host' || !NOT_IN_HTTP2.has(name));
}
