import type { Duplex } from 'node:stream';

const CLAIMED: unique symbol = Symbol('rxwire.claimed');

/** Takes a socket for good; false when it was taken before: by another listener for the same upgrade, or for another connection. */
export function claim(socket: Duplex): boolean {
  const marked = socket as Duplex & { [CLAIMED]?: true };
  if (marked[CLAIMED] === true) return false;
  marked[CLAIMED] = true;
  return true;
}
