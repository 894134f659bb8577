import type { Duplex } from 'node:stream';

/** When sockets were accepted whose request has not come. Nothing of it is left on a connection that is open. */
const acceptedAt = new WeakMap<Duplex, number>();

/** The time that a client has for its opening handshake begins. */
export function markAccepted(socket: Duplex, now: number): void {
  acceptedAt.set(socket, now);
}

/** What is left of `limitMs` milliseconds since the socket was accepted: all of it for one that was not marked, or is asked about twice. */
export function timeLeft(socket: Duplex, limitMs: number, now: number): number {
  const begun = acceptedAt.get(socket) ?? now;
  acceptedAt.delete(socket);
  return Math.max(0, limitMs - (now - begun));
}
