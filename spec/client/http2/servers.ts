import http2 from 'node:http2';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certificate } from '../../support/certificate.js';
import { afterTest } from '../../support/harness.js';
import { acceptHead } from '../../support/raw-peer.js';

/** What a server does with a stream. */
export type OnStream = (
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  cut: () => void,
) => void;

/** A server of HTTP/2 that does as a test says. */
export interface ScriptedHttp2 {
  readonly url: string;
  readonly port: number;
  /** Streams that were asked for. */
  readonly asked: readonly http2.IncomingHttpHeaders[];
  /** Requests for WebSockets over HTTP/1.1, the head of each in order. */
  readonly upgrades: readonly string[];
  /** Cuts all sockets. */
  cut(): void;
  readonly sessions: readonly http2.ServerHttp2Session[];
}

/**
 * Starts one; with a certificate it speaks HTTP/1.1, too, and opens every WebSocket over that. Its settings say that it opens WebSockets, unless `settings` say something else.
 */
export async function scriptedHttp2(
  onStream: OnStream,
  settings: http2.Settings = { enableConnectProtocol: true },
  certificate?: Certificate,
): Promise<ScriptedHttp2> {
  const options = { settings, maxHeaderListPairs: 1000 };
  const server =
    certificate === undefined
      ? http2.createServer(options)
      : http2.createSecureServer({
          ...options,
          ...certificate,
          allowHTTP1: true,
        });
  const sessions: http2.ServerHttp2Session[] = [];
  const sockets: Duplex[] = [];
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  server.on('connection', (socket: Duplex) => sockets.push(socket));
  const asked: http2.IncomingHttpHeaders[] = [];
  server.on('session', (session: http2.ServerHttp2Session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    asked.push(headers);
    stream.on('error', () => undefined);
    onStream(stream, headers, cut);
  });
  const upgrades: string[] = [];
  server.on('upgrade', ({ url, rawHeaders }: IncomingMessage, socket: Duplex) => {
    const lines = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]!}`] : []));
    const head = [`GET ${String(url)} HTTP/1.1`, ...lines, '', ''].join('\r\n');
    upgrades.push(head);
    afterTest(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.write(acceptHead(head));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => {
    for (const session of sessions) session.destroy();
    return new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificate === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}`,
    port,
    asked,
    upgrades,
    cut,
    sessions,
  };
}
