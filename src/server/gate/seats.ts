import type { HandshakeError } from '../../protocol/errors.js';
import { type Refusal, refuse } from '../../protocol/handshake/refusal.js';
import { addressGroup } from './address-group.js';

/** How many may be served at the same time. */
export interface Capacity {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

/** Told what becomes of a request: a gate's owner. */
export interface SeatOwner<Connection> {
  /** What all its connections speak, whatever the options say. */
  readonly subprotocol?: string | undefined;
  /** Where its connections sit. Default with all others. */
  readonly seats?: Seats | undefined;
  onOpen(connection: Connection): void;
  onClosed(connection: Connection): void;
  onRefused(error: HandshakeError): void;
  /** The client has left before it was answered. */
  onLeft?(): void;
}

/** What tells when it has closed. */
interface Closing {
  whenClosed(teardown: () => void): void;
}

const FULL: Refusal = refuse(503, 'the server has as many connections as it may have');
const TOO_MANY: Refusal = refuse(429, 'there are as many connections from this address as there may be');

/**
 * The seats that a server has for connections. One is taken when a request is in order, and given back when it is refused, when its client
 * leaves, or when its connection has closed: once, whichever is first.
 */
export class Seats {
  readonly #capacity: Capacity;
  #taken = 0;
  readonly #takenBy: Map<string, number> = new Map();

  constructor(capacity: Capacity) {
    this.#capacity = capacity;
  }

  /** Those of a server; undefined where there is no end of them. */
  static of(capacity: Capacity): Seats | undefined {
    const { maxConnections, maxConnectionsPerAddress } = capacity;
    return maxConnections === Infinity && maxConnectionsPerAddress === Infinity
      ? undefined
      : new Seats(capacity);
  }

  /**
   * Takes a seat for a request from `address`.
   *
   * @returns who is to be told what becomes of the request in place of `owner`; a refusal where there is no seat.
   */
  take<Connection extends Closing>(
    address: string | undefined,
    owner: SeatOwner<Connection>,
  ): SeatOwner<Connection> | Refusal {
    const { maxConnections, maxConnectionsPerAddress } = this.#capacity;
    if (this.#taken >= maxConnections) return FULL;
    const group = maxConnectionsPerAddress === Infinity ? undefined : addressGroup(address);
    if (group !== undefined) {
      const count = this.#takenBy.get(group) ?? 0;
      if (count >= maxConnectionsPerAddress) return TOO_MANY;
      this.#takenBy.set(group, count + 1);
    }
    this.#taken++;
    return new Visitor(owner, () => {
      this.#giveBack(group);
    });
  }

  #giveBack(group: string | undefined): void {
    this.#taken--;
    if (group === undefined) return;
    const count = this.#takenBy.get(group) ?? 1;
    if (count === 1) this.#takenBy.delete(group);
    else this.#takenBy.set(group, count - 1);
  }
}

/** Gives a seat back when it is told that nobody needs it, and passes on what it is told. */
class Visitor<Connection extends Closing> implements SeatOwner<Connection> {
  readonly subprotocol: string | undefined;
  readonly #owner: SeatOwner<Connection>;
  #giveBack: (() => void) | undefined;

  constructor(owner: SeatOwner<Connection>, giveBack: () => void) {
    this.subprotocol = owner.subprotocol;
    this.#owner = owner;
    this.#giveBack = giveBack;
  }

  onOpen(connection: Connection): void {
    connection.whenClosed(() => {
      this.#leave();
    });
    this.#owner.onOpen(connection);
  }

  onClosed(connection: Connection): void {
    this.#owner.onClosed(connection);
  }

  onRefused(error: HandshakeError): void {
    this.#leave();
    this.#owner.onRefused(error);
  }

  onLeft(): void {
    this.#leave();
    this.#owner.onLeft?.();
  }

  #leave(): void {
    this.#giveBack?.();
    this.#giveBack = undefined;
  }
}
