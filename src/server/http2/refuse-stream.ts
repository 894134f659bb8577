import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import {
  checkHeaderName,
  checkHeaderValue,
  type HeaderList,
} from '../../protocol/handshake/header-fields.js';
import type { Refusal } from '../../protocol/handshake/refusal.js';

/** Fields that are about a connection of HTTP/1.1, and malformed in HTTP/2. RFC 9113 section 8.2.2. */
const ABOUT_A_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/**
 * The header fields of a response as Node takes them; those that are about a connection are left out.
 *
 * @throws TypeError for a name or value that may not be written.
 */
export function responseFields(status: number, list: HeaderList): OutgoingHttpHeaders {
  const fields = Object.create(null) as Record<string, number | string | string[]>;
  fields[constants.HTTP2_HEADER_STATUS] = status;
  for (const [name, value] of list) {
    checkHeaderName(name);
    checkHeaderValue(name, value);
    const key = name.toLowerCase();
    if (ABOUT_A_CONNECTION.has(key)) continue;
    const before = fields[key];
    if (before === undefined) fields[key] = value;
    else fields[key] = Array.isArray(before) ? [...before, value] : [String(before), value];
  }
  return fields;
}

/** Answers a stream with a whole reply, and asks the client to end its side. */
export function refuseStream(
  stream: ServerHttp2Stream,
  { status, reason, headers, body = `${reason}\n` }: Refusal,
): void {
  // It may be reset while it is written to, and nobody else listens.
  stream.on('error', ignore);
  if (stream.destroyed || stream.closed) return;
  const octets = Buffer.from(body as string);
  const own: HeaderList = headers.some(([name]) => name.toLowerCase() === 'content-type')
    ? []
    : [['content-type', 'text/plain; charset=utf-8']];
  const length: HeaderList = [['content-length', String(octets.length)]];
  stream.respond(responseFields(status, [...own, ...length, ...headers]));
  // Node has ended it where the request was for the head alone.
  if (!stream.writableEnded) stream.end(octets);
  // What the client still sends is read and dropped.
  stream.resume();
  // RFC 9113 section 8.1: the answer is complete, the rest of the request is not wanted.
  stream.once('finish', () => {
    if (!stream.closed) stream.close(constants.NGHTTP2_NO_ERROR);
  });
}

function ignore(): void {
  // Whoever reset the stream is gone.
}
