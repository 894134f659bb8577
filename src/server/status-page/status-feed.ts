import type { Observable } from 'rxjs';
import type { WebSocketConnection } from '../../connection/web-socket-connection.js';
import type { HandshakeError } from '../../protocol/errors.js';
import { HeaderFields } from '../../protocol/handshake/header-fields.js';
import { compileOrigins } from '../../protocol/handshake/origins.js';
import type { Arrival } from '../gate/arrival.js';
import type { GateOwner } from '../gate/gate.js';
import { Seats } from '../gate/seats.js';
import type { ServerStats } from '../stats/server-stats.js';

/** Speaks of figures, from the server to the status page, as JSON. */
export const STATUS_SUBPROTOCOL = 'rxwire.status';

/** The most pages that are fed at a time. */
const MAX_VIEWERS = 32;

const SAME_ORIGIN = compileOrigins('same');

/** What a {@link StatusFeed} has from its server. */
export interface Watched {
  readonly stats$: Observable<ServerStats>;
  onRefused(error: HandshakeError): void;
}

/**
 * Gives the status page its figures. Its connections come through the gate like all others, `authorize` included, and are nobody else's: the
 * server neither emits nor counts them.
 */
export class StatusFeed<Context> implements GateOwner<Context> {
  readonly subprotocol = STATUS_SUBPROTOCOL;
  /** Who looks takes nobody's place, and sees a server that is full. Beyond `MAX_VIEWERS` so many are told why not, and the others are refused. */
  readonly seats: Seats = new Seats({
    maxConnections: 2 * MAX_VIEWERS,
    maxConnectionsPerAddress: Infinity,
  });
  readonly viewers: Set<WebSocketConnection<Context>> = new Set();
  readonly #watched: Watched;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Whether this is the page that asks: one of this very host, whatever other pages may connect. */
  isAskedBy({ rawHeaders }: Arrival): boolean {
    const headers = new HeaderFields(rawHeaders);
    const origin = headers.get('origin');
    if (headers.get('sec-websocket-protocol') !== STATUS_SUBPROTOCOL || origin === undefined) return false;
    return SAME_ORIGIN.allows(origin, headers.get('host') ?? '');
  }

  onOpen(connection: WebSocketConnection<Context>): void {
    const { viewers } = this;
    if (viewers.size >= MAX_VIEWERS) connection.close(1013, 'too many status pages are open');
    viewers.add(connection);
    connection.whenClosed(() => viewers.delete(connection));
    connection.discard();
    const feeding = this.#watched.stats$.subscribe((stats) => {
      tell(connection, stats);
    });
    connection.whenClosed(feeding);
  }

  onClosed(): void {
    // Each is looked after from when it opens.
  }

  onRefused(error: HandshakeError): void {
    this.#watched.onRefused(error);
  }
}

/** Whoever has not taken the figures before gets the next ones. */
function tell<Context>(connection: WebSocketConnection<Context>, stats: ServerStats): void {
  if (!connection.open || connection.bufferedBytes > 0) return;
  try {
    connection.send(JSON.stringify(stats));
  } catch (error) {
    connection.log('error', 'the status page could not be told the figures', error);
    connection.terminate();
  }
}
