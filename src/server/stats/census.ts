import type { TrafficStats } from '../../connection/connection-stats.js';
import type { WebSocketConnection } from '../../connection/web-socket-connection.js';
import type { ServerStats } from './server-stats.js';

type Counted = Pick<WebSocketConnection<unknown>, 'bufferedBytes' | 'closeInfo' | 'stats'>;

/** What is known elsewhere, and only now. */
interface Present {
  readonly uptimeMs: number;
  readonly pendingHandshakes: number;
}

/**
 * Counts a server's connections as they come and go. What passes over them they count themselves: it is added up when somebody asks, and
 * when they end.
 */
export class Census {
  #accepted = 0;
  #refused = 0;
  #closedCleanly = 0;
  #closedUncleanly = 0;
  readonly #ended = new Sums();

  opened(): void {
    this.#accepted++;
  }

  refused(): void {
    this.#refused++;
  }

  closed(connection: Counted): void {
    this.#ended.add(connection);
    if (connection.closeInfo?.wasClean === true) this.#closedCleanly++;
    else this.#closedUncleanly++;
  }

  /** The figures as they are now. It takes a look at each of `connections`. */
  stats(connections: ReadonlySet<Counted>, present: Present): ServerStats {
    const sums = new Sums(this.#ended);
    let bufferedBytes = 0;
    for (const connection of connections) {
      sums.add(connection);
      bufferedBytes += connection.bufferedBytes;
    }
    return {
      uptimeMs: present.uptimeMs,
      connections: connections.size,
      pendingHandshakes: present.pendingHandshakes,
      accepted: this.#accepted,
      refused: this.#refused,
      closedCleanly: this.#closedCleanly,
      closedUncleanly: this.#closedUncleanly,
      received: sums.received,
      sent: sums.sent,
      unsent: sums.unsent,
      discarded: sums.discarded,
      bufferedBytes,
    };
  }
}

type Sum = { -readonly [Name in keyof TrafficStats]: number };

class Sums {
  readonly received: Sum;
  readonly sent: Sum;
  unsent: number;
  discarded: number;

  constructor(from?: Sums) {
    this.received = { ...(from?.received ?? NOTHING) };
    this.sent = { ...(from?.sent ?? NOTHING) };
    this.unsent = from?.unsent ?? 0;
    this.discarded = from?.discarded ?? 0;
  }

  add(connection: Counted): void {
    const { received, sent, unsent, discarded } = connection.stats;
    addTo(this.received, received);
    addTo(this.sent, sent);
    this.unsent += unsent;
    this.discarded += discarded;
  }
}

const NOTHING: TrafficStats = Object.freeze({
  octets: 0,
  frames: 0,
  messages: 0,
  payloadOctets: 0,
  messageOctets: 0,
});

function addTo(sum: Sum, traffic: TrafficStats): void {
  sum.octets += traffic.octets;
  sum.frames += traffic.frames;
  sum.messages += traffic.messages;
  sum.payloadOctets += traffic.payloadOctets;
  sum.messageOctets += traffic.messageOctets;
}
