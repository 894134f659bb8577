import type { Role } from '../index.js';
import type { MemoryTransport } from './inside/index.js';
import { type Chopper, chopper, type PieceSizes } from './piece-sizes.js';

/** What lies between the two sides of a pair, and the ways in which it fails. */
export interface Wire {
  /**
   * The transport dies, both ways: what is on its way is lost, and each side is told of an error, in the next turn.
   *
   * @param error - Default one with the code `ECONNRESET`, as when the peer resets a TCP connection.
   */
  cut(error?: Error): void;
  /**
   * Cuts when so many more octets of `sender` have arrived, in the middle of a frame if they end there.
   *
   * @throws RangeError for a number that is no whole one of at least 0.
   */
  cutAfter(sender: Role, octets: number, error?: Error): void;
  /** Nothing that `sender` writes arrives or is taken any more, as with a peer that does not read, until `resume`. */
  stall(sender: Role): void;
  resume(sender: Role): void;
}

/** How each side's writes are chopped: both in one way, or each in its own. */
export type ChopOption = PieceSizes | { readonly client?: PieceSizes; readonly server?: PieceSizes };

/** The choppers of client and server. @throws RangeError or TypeError for sizes that are none. */
export function choppersOf(chop: ChopOption | undefined): readonly (Chopper | undefined)[] {
  if (chop === undefined) return [];
  const { client, server } = isForBoth(chop) ? { client: chop, server: chop } : chop;
  return [client, server].map((sizes) => (sizes === undefined ? undefined : chopper(sizes)));
}

function isForBoth(chop: ChopOption): chop is PieceSizes {
  return typeof chop !== 'object' || Array.isArray(chop);
}

/** The wire between two transports in memory. */
export function wireBetween(client: MemoryTransport, server: MemoryTransport): Wire {
  const receiverOf = (sender: Role): MemoryTransport => (sender === 'client' ? server : client);
  const cut = (error: Error = reset()): void => {
    client.lose(error);
    server.lose(error);
  };
  return {
    cut,
    cutAfter: (sender, octets, error) => {
      if (!Number.isInteger(octets) || octets < 0) {
        throw new RangeError(`octets is ${String(octets)}, expected an integer of at least 0`);
      }
      receiverOf(sender).after(octets, () => {
        cut(error);
      });
    },
    stall: (sender) => {
      receiverOf(sender).hold();
    },
    resume: (sender) => {
      receiverOf(sender).release();
    },
  };
}

function reset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}
