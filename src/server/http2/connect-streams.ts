import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { asksForWebSocket } from '../../protocol/handshake/extended-connect.js';
import { refuse } from '../../protocol/handshake/refusal.js';
import type { Arrival } from '../gate/arrival.js';
import { ConnectArrival } from './connect-arrival.js';
import type { AnyHttp2Server } from './is-http2-server.js';

type OnStream = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  raw: readonly string[],
) => void;

/** False leaves the stream to the server's other listeners. */
type Take = (arrival: Arrival, othersListen: boolean) => boolean;

/**
 * Takes the requests for WebSockets out of the streams of a server's sessions, so that nobody else sees them: those who listen for `stream`
 * would answer them too, and Node itself answers a CONNECT with 405 wherever somebody listens for `request`.
 *
 * Clients may ask only in sessions that were told so at their beginning: sessions that are there already when this begins know nothing of it.
 */
export class ConnectStreams {
  readonly #server: AnyHttp2Server;
  readonly #take: Take;
  readonly #onSession = (session: ServerHttp2Session): void => {
    this.#watch(session);
  };

  constructor(server: AnyHttp2Server, take: Take) {
    this.#server = server;
    this.#take = take;
  }

  begin(): void {
    // RFC 8441 section 3. It may not be taken back in a session, and is left as it is when this ends.
    this.#server.updateSettings({ enableConnectProtocol: true });
    this.#server.on('session', this.#onSession);
  }

  end(): void {
    this.#server.off('session', this.#onSession);
  }

  /** Puts one listener in front of the session's own, which hands its streams to the server. */
  #watch(session: ServerHttp2Session): void {
    const others = session.rawListeners('stream') as OnStream[];
    session.removeAllListeners('stream');
    const onStream: OnStream = (stream, headers, flags, raw) => {
      if (asksForWebSocket(headers[':protocol'])) {
        const arrival = new ConnectArrival(stream, headers, raw);
        if (this.#take(arrival, this.#othersListen)) return;
        if (this.#server.listenerCount('stream') === 0) {
          // A stream that nobody looks after would end the process with its first error.
          arrival.refuse(refuse(404, 'nothing is served at this path'));
          return;
        }
      }
      for (const other of others) other.call(session, stream, headers, flags, raw);
    };
    session.on('stream', onStream as Parameters<typeof session.on>[1]);
  }

  /** Whether anybody else deals with a CONNECT. Node's listener for those who want requests does not. */
  get #othersListen(): boolean {
    const server = this.#server;
    const forRequests = server.listenerCount('request') > 0 ? 1 : 0;
    return server.listenerCount('connect') > 0 || server.listenerCount('stream') > forRequests;
  }
}
