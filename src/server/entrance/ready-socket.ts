import type { ServerHttp2Stream } from 'node:http2';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Makes a socket that somebody else has accepted what ours are; of a stream of HTTP/2 its session is only no reason for the process to stay. */
export function readySocket(
  socket: Duplex,
  { noDelay, unref }: { readonly noDelay: boolean; readonly unref: boolean },
): void {
  if (!(socket instanceof Socket)) {
    if (unref) (socket as Partial<ServerHttp2Stream>).session?.unref();
    return;
  }
  // The idle timeout of an HTTP server is about requests.
  socket.setTimeout(0);
  socket.setNoDelay(noDelay);
  if (unref) socket.unref();
}
