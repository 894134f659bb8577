import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import type { RequestHead } from '../../../src/protocol/handshake/request.js';

/** The sample key of RFC 6455 section 1.3. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** Header fields by name: a text, several in as many fields, or none of that name. */
export type Lines = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The valid request with some headers replaced, removed (`undefined`) or repeated (a list). */
export function requestWith(lines: Lines, line: Partial<RequestHead> = {}): RequestHead {
  const all: Lines = {
    Host: 'h:80',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Version': '13',
    ...lines,
  };
  const raw = Object.entries(all).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((each: string) => [name, each]),
  );
  return { method: 'GET', target: '/', httpVersion: '1.1', headers: new HeaderFields(raw), ...line };
}
