import { Buffer } from 'node:buffer';
import { checkHeaderName, checkHeaderValue, type HeaderList } from './header-fields.js';
import { checkNotReserved, RESERVED_IN_REFUSAL } from './header-options.js';
import { reasonPhrase } from './reason-phrases.js';

/** The start line of the response that opens a WebSocket. RFC 6455 section 4.2.2. */
export const SWITCHING_PROTOCOLS = 'HTTP/1.1 101 Switching Protocols';

/** The final statuses that have no body, and so cannot say why. RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * The head of a message: start line, fields, empty line. RFC 9112 section 2.1. Its characters are octets, so it is
 * written with the encoding `'latin1'`.
 *
 * @throws TypeError for a line, name or value that would end its line early.
 */
export function formatHead(startLine: string, headers: HeaderList): string {
  checkHeaderValue('start line', startLine);
  return formatRest(`${startLine}\r\n`, headers);
}

/**
 * A head that begins with `begin`, whole lines that need no check, and goes on with `headers`.
 *
 * @throws TypeError for a name or value that would end its line early.
 */
export function formatRest(begin: string, headers: HeaderList): string {
  let head = begin;
  for (const [name, value] of headers) {
    checkHeaderName(name);
    checkHeaderValue(name, value);
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}

/**
 * A whole reply that refuses an opening handshake: `reason` and a line feed as its body, plain text unless `headers`
 * have a Content-Type. RFC 6455 section 4.2.2.
 *
 * The string's characters are octets, those of the body UTF-8: it is written with the encoding `'latin1'`.
 *
 * @throws RangeError for a status that is no final one with a body; TypeError for a header that cannot be written or
 * that follows from the body.
 */
export function formatRefusal(status: number, reason: string, headers: HeaderList = []): string {
  return formatReply(status, `${reason}\n`, headers);
}

/** {@link formatRefusal}, with a body that is written as it is, text as UTF-8. */
export function formatReply(status: number, body: string | Uint8Array, headers: HeaderList = []): string {
  checkReplyStatus(status);
  for (const [name] of headers) checkNotReserved(name, RESERVED_IN_REFUSAL);
  const has = (name: string): boolean => headers.some(([header]) => header.toLowerCase() === name);
  const octets = Buffer.from(body as string, 'utf8').toString('latin1');
  const head = formatHead(`HTTP/1.1 ${status} ${reasonPhrase(status)}`, [
    // RFC 9110 section 7.8: who sends Upgrade names it in Connection too.
    ['Connection', has('upgrade') ? 'close, Upgrade' : 'close'],
    ...(has('content-type') ? [] : [['Content-Type', 'text/plain; charset=utf-8'] as const]),
    ['Content-Length', String(octets.length)],
    ...headers,
  ]);
  return head + octets;
}

/** @throws RangeError for a status that is no final one with a body. */
export function checkReplyStatus(status: number): void {
  if (Number.isInteger(status) && status >= 200 && status <= 599 && !WITHOUT_BODY.has(status)) return;
  throw new RangeError(`status is ${status}, expected an integer from 200 to 599 that allows a body`);
}
