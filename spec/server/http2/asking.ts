import http2, {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { afterTest } from '../../support/harness.js';
import { RawPeer } from '../../support/raw-peer.js';
import { until } from '../../support/turns.js';

/** A session of a client that has seen the server's settings; destroyed after the test. */
export async function startSession(
  url: string,
  options: http2.SecureClientSessionOptions = {},
): Promise<ClientHttp2Session> {
  const session = http2.connect(url.replace(/^ws/, 'http'), options);
  session.on('error', () => undefined);
  afterTest(() => {
    session.destroy();
  });
  let known = false;
  session.once('remoteSettings', () => (known = true));
  await until(() => known || session.destroyed, 'the settings of the server come');
  return session;
}

/** An extended CONNECT for a WebSocket, with changes; `undefined` leaves a field out. */
export function connectFields(
  session: ClientHttp2Session,
  target: string,
  more: Readonly<Record<string, string | string[] | undefined>> = {},
): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': session.encrypted === true ? 'https' : 'http',
    ':path': target,
    ':authority': `127.0.0.1:${String(session.socket.remotePort)}`,
    'sec-websocket-version': '13',
    ...more,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What a stream was answered with. */
export interface StreamReply {
  readonly stream: ClientHttp2Stream;
  /** 0 when it was reset instead. */
  readonly status: number;
  readonly fields: IncomingHttpHeaders;
  /** Why it was reset, by RFC 9113 section 7. */
  readonly code: number;
}

/** Asks, and waits for the answer, or for the end of the stream. */
export async function askStream(
  session: ClientHttp2Session,
  fields: OutgoingHttpHeaders,
  options: http2.ClientSessionRequestOptions = { endStream: false },
): Promise<StreamReply> {
  const stream = session.request(fields, options);
  stream.on('error', () => undefined);
  afterTest(() => {
    stream.destroy();
  });
  let reply: IncomingHttpHeaders | undefined;
  stream.once('response', (headers) => (reply = headers));
  await until(() => reply !== undefined || stream.destroyed, 'the stream is answered or ends');
  return { stream, status: Number(reply?.[':status'] ?? 0), fields: reply ?? {}, code: stream.rstCode };
}

/** The status and the whole text of a refusal. */
export async function refusalOf(
  session: ClientHttp2Session,
  fields: OutgoingHttpHeaders,
  options?: http2.ClientSessionRequestOptions,
): Promise<{ status: number; fields: IncomingHttpHeaders; text: string; code: number }> {
  const { stream, status, fields: answer } = await askStream(session, fields, options);
  let text = '';
  if (status !== 0) {
    stream.setEncoding('utf8');
    stream.on('data', (piece: string) => (text += piece));
  }
  await until(() => stream.destroyed, 'the stream ends');
  return { status, fields: answer, text, code: stream.rstCode };
}

/** A WebSocket over a stream of the session, played by hand. */
export async function openStream(
  session: ClientHttp2Session,
  target = '/',
  more: Readonly<Record<string, string | string[] | undefined>> = {},
): Promise<{ peer: RawPeer; stream: ClientHttp2Stream; fields: IncomingHttpHeaders }> {
  const { stream, status, fields } = await askStream(session, connectFields(session, target, more));
  if (status !== 200) throw new Error(`the stream was answered with ${status}, expected 200`);
  return { peer: new RawPeer(stream, 'client', true), stream, fields };
}
