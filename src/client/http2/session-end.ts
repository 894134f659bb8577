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
 * From here on whatever destroys the session, Node's own code too, destroys its stream at once and the session in the next turn of the event loop.
 * Header fields that nobody was given, because they are too many, malformed or not complete, are freed in the turn in which their stream
 * ends. Where the session ends in that turn as well, as it does when a GOAWAY follows them, Node 20 aborts the process when it collects it.
 *
 * @param streamOf - Gives the only stream in it, if there is one by then.
 */
export function destroyAfterStream(
  session: ClientHttp2Session,
  streamOf: () => ClientHttp2Stream | undefined,
): void {
  const destroy = session.destroy.bind(session);
  session.destroy = (error, code): void => {
    const stream = streamOf();
    // With NO_ERROR, Node's default, a server would go on sending.
    if (error === undefined && stream?.closed === false) stream.close(constants.NGHTTP2_CANCEL);
    stream?.destroy(error);
    setImmediate(destroy, error, code);
  };
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
      session.destroy();
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
