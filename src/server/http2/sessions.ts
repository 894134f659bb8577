import type { Http2Server, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Cancel } from '../../connection/clock.js';
import type { ResolvedServerOptions } from '../options.js';
import { SESSION_WINDOW_BYTES } from './http2-limits.js';

/** What is known of a session. */
interface Watched {
  readonly session: ServerHttp2Session;
  readonly socket: Duplex;
  /** Requests for WebSockets that have not ended. */
  streams: number;
  cancel: Cancel | undefined;
}

/**
 * The sessions of a server of ours. One in which there is no WebSocket, and nobody waits for one, is closed after `handshakeTimeoutMs`.
 */
export class Sessions {
  readonly #options: ResolvedServerOptions<unknown>;
  readonly #sessions: Map<ServerHttp2Session, Watched> = new Map();
  readonly #streams: Map<ServerHttp2Stream, Watched> = new Map();
  readonly #forget: (this: ServerHttp2Stream) => void;
  #busy = 0;
  #closing = false;

  constructor(options: ResolvedServerOptions<unknown>) {
    this.#options = options;
    const leave = (stream: ServerHttp2Stream): void => {
      this.#leave(stream);
    };
    this.#forget = function () {
      leave(this);
    };
  }

  /** How many have WebSockets, or requests for some. */
  get busy(): number {
    return this.#busy;
  }

  /** Begins a session of `server` on a socket. */
  open(server: Http2Server, socket: Duplex): void {
    // Node would throw.
    if (socket.destroyed) return;
    const add = (session: ServerHttp2Session): void => {
      this.#add(session, socket);
    };
    // Node makes it at once, and it does not tell its socket to everybody.
    server.once('session', add);
    server.emit('connection', socket);
    server.off('session', add);
  }

  #add(session: ServerHttp2Session, socket: Duplex): void {
    const watched: Watched = { session, socket, streams: 0, cancel: undefined };
    this.#sessions.set(session, watched);
    session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    session.on('close', () => {
      this.#sessions.delete(session);
      watched.cancel?.();
      if (watched.streams > 0) this.#busy--;
      watched.streams = 0;
    });
    if (this.#closing) session.close();
    this.#idle(watched);
  }

  /** A request for a WebSocket is here. */
  enter(stream: ServerHttp2Stream): void {
    const watched = stream.session === undefined ? undefined : this.#sessions.get(stream.session as never);
    if (watched === undefined || stream.destroyed) return;
    this.#streams.set(stream, watched);
    stream.on('close', this.#forget);
    if (watched.streams++ > 0) return;
    this.#busy++;
    watched.cancel?.();
    watched.cancel = undefined;
  }

  /** Says GOAWAY to all: what is open goes on, and nothing else is taken. RFC 9113 section 6.8. */
  close(): void {
    this.#closing = true;
    for (const { session } of this.#sessions.values()) session.close();
  }

  /** Resolves when the requests that are here have been answered, and their connections are gone. */
  async emptied(): Promise<void> {
    const gone = [...this.#streams.keys()].map(
      (stream) =>
        new Promise<void>((resolve) =>
          stream.once('close', () => {
            resolve();
          }),
        ),
    );
    await Promise.all(gone);
  }

  #leave(stream: ServerHttp2Stream): void {
    const watched = this.#streams.get(stream);
    if (watched === undefined) return;
    this.#streams.delete(stream);
    // The session is gone before its streams are.
    if (watched.streams === 0) return;
    if (--watched.streams > 0) return;
    this.#busy--;
    this.#idle(watched);
  }

  #idle(watched: Watched): void {
    const { profile, handshakeTimeoutMs } = this.#options;
    watched.cancel = profile.clock.after(handshakeTimeoutMs, () => {
      watched.session.close();
      // That waits for the client to end its side of the socket.
      watched.cancel = profile.clock.after(profile.options.dropTimeoutMs, () => {
        watched.socket.destroy();
      });
    });
  }
}
