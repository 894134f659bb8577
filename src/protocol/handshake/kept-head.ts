/** Names that most requests have, as browsers and as HTTP/2 write them. */
const WRITTEN = [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Authorization',
  'Cache-Control',
  'Connection',
  'Cookie',
  'DNT',
  'Forwarded',
  'Host',
  'Origin',
  'Pragma',
  'Referer',
  'Sec-CH-UA',
  'Sec-Fetch-Dest',
  'Sec-Fetch-Mode',
  'Sec-Fetch-Site',
  'Sec-WebSocket-Extensions',
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Protocol',
  'Sec-WebSocket-Version',
  'Upgrade',
  'User-Agent',
  'Via',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Real-IP',
];
const NAMES: readonly string[] = [...WRITTEN, ...WRITTEN.map((name) => name.toLowerCase())];
/** The first of the characters that stand for them. No name has one of these: it is a token. RFC 9110 section 5.6.2. */
const FIRST_CODE = 0x80;
const CODES: ReadonlyMap<string, string> = new Map(
  NAMES.map((name, index) => [name, String.fromCharCode(FIRST_CODE + index)]),
);
/** Between the strings: neither a target nor a header field can have it in it. */
const SEPARATOR = '\n';

/** The head of a request: its target, and names and values in turns. */
export interface RequestLines {
  readonly target: string;
  readonly rawHeaders: readonly string[];
}

/**
 * A request as one short string: there is one for every idle connection, and two dozen strings weigh more than the rest of it.
 * {@link unpackHead} gives it back.
 */
export function packHead({ target, rawHeaders }: RequestLines): string {
  const parts = [target];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    parts.push(CODES.get(name) ?? name, rawHeaders[i + 1]!);
  }
  return parts.join(SEPARATOR);
}

/** What {@link packHead} was given. */
export function unpackHead(kept: string): RequestLines {
  const [target = '', ...rawHeaders] = kept.split(SEPARATOR);
  for (let i = 0; i < rawHeaders.length; i += 2) {
    rawHeaders[i] = NAMES[rawHeaders[i]!.charCodeAt(0) - FIRST_CODE] ?? rawHeaders[i]!;
  }
  return { target, rawHeaders };
}
