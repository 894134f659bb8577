import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { connectHead } from '../../protocol/handshake/extended-connect.js';
import { refuse } from '../../protocol/handshake/refusal.js';
import { Dispatcher } from '../entrance/dispatcher.js';
import type { ServedStreams } from '../entrance/entrance.js';
import type { Arrival } from '../gate/arrival.js';
import { MAX_HEAD_BYTES } from './http2-limits.js';
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
      if (octetsOf(arrival) > MAX_HEAD_BYTES) {
        served.refuse(arrival, refuse(431, 'the head of the request is too long'));
      } else served.enter(arrival, params);
    },
    refuse: (arrival, refusal) => {
      served.refuse(arrival, refusal);
    },
  });
}

function octetsOf({ target, rawHeaders }: Arrival): number {
  return rawHeaders.reduce((sum, { length }) => sum + length, target.length);
}
