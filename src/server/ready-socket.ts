import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Makes a socket that somebody else has accepted what ours are. */
export function readySocket(
  socket: Duplex,
  { noDelay, unref }: { readonly noDelay: boolean; readonly unref: boolean },
): void {
  if (!(socket instanceof Socket)) return;
  // The idle timeout of an HTTP server is about requests.
  socket.setTimeout(0);
  socket.setNoDelay(noDelay);
  if (unref) socket.unref();
}
