import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The address of the other end of a socket; undefined where there is none, as of a Unix socket, or of one that is gone. */
export function addressOf(socket: Duplex): string | undefined {
  return socket instanceof Socket ? socket.remoteAddress : undefined;
}
