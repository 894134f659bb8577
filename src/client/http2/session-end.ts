import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../connection/clock.js';

/** How long the end of a session may take. */
export interface SessionGrace {
  readonly clock: Clock;
  /** Milliseconds for the server to close the socket first. */
  readonly graceMs: number;
}

/**
 * Destroys a session in the next turn of the event loop, and at once a stream that is not answered. Header fields that nobody was given,
 * because they are too many, malformed or not complete, are freed in the turn in which their stream ends. Without it Node 20 aborts the
 * process when it collects the session.
 */
export function destroySession(session: ClientHttp2Session, unanswered?: ClientHttp2Stream): void {
  unanswered?.destroy();
  setImmediate(() => {
    session.destroy();
  });
}

/**
 * Ends a session with the only stream in it. Where both sides of that have ended, what is written still leaves, and the server may close
 * the socket first, as over HTTP/1.1.
 */
export function endSessionWith(
  stream: ClientHttp2Stream,
  { session, socket }: { readonly session: ClientHttp2Session; readonly socket: Duplex },
  { clock, graceMs }: SessionGrace,
): void {
  stream.once('close', () => {
    const { NGHTTP2_NO_ERROR } = constants;
    if (stream.rstCode !== NGHTTP2_NO_ERROR || !stream.writableFinished || !stream.readableEnded) {
      destroySession(session);
      return;
    }
    session.close();
    const cancel = clock.after(graceMs, () => {
      // A session that has said goodbye leaves its socket to the server.
      socket.destroy();
    });
    session.once('close', cancel);
  });
}
