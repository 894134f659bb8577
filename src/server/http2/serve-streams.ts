import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { connectHead } from '../../protocol/handshake/extended-connect.js';
import { Dispatcher } from '../dispatcher.js';
import type { ServedStreams } from '../entrance.js';
import type { Sessions } from './sessions.js';

/** Leads everything that comes to a server of HTTP/2 of ours to `served`: requests for WebSockets, and others. */
export function serveStreams(server: Http2Server, served: ServedStreams, sessions: Sessions): void {
  server.on(
    'stream',
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: string[]) => {
      served.answerStream(stream, headers[':method'] ?? '', connectHead(raw, stream.endAfterHeaders));
    },
  );
  Dispatcher.of(server).add({
    path: served.path,
    unmatched: 404,
    enter: (arrival, params) => {
      sessions.enter(arrival.socket as ServerHttp2Stream);
      served.enter(arrival, params);
    },
    refuse: (arrival, refusal) => {
      served.refuse(arrival, refusal);
    },
  });
}
