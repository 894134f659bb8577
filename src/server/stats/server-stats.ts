import type { TrafficStats } from '../../connection/connection-stats.js';

/**
 * What a server counts. All of it begins at nothing when the server is made, and only `connections`, `pendingHandshakes` and
 * `bufferedBytes` ever get less. `accepted` is `connections` and both kinds of closed ones together.
 */
export interface ServerStats {
  /** Milliseconds since the server was made. The rate of a figure is its growth from one value to the next, by the growth of this. */
  readonly uptimeMs: number;
  /** Connections that are open or closing. */
  readonly connections: number;
  /** Requests that wait for `authorize`. */
  readonly pendingHandshakes: number;
  /** Requests that became connections. */
  readonly accepted: number;
  /** Requests that were refused: those of `rejections$`. */
  readonly refused: number;
  /** Connections that have ended after both Close frames were exchanged. */
  readonly closedCleanly: number;
  /** Connections that have ended otherwise: lost, destroyed, or failed. */
  readonly closedUncleanly: number;
  /** What has come over all connections, those that have ended included. */
  readonly received: TrafficStats;
  /** What was handed to their transports. */
  readonly sent: TrafficStats;
  /** Messages that were to be sent and are not, as `unsent` of each connection says, until its end. */
  readonly unsent: number;
  /** Messages received that nobody was given, as `discarded` of each connection says, until its end. */
  readonly discarded: number;
  /** Octets accepted from `send` and not yet taken by the operating system, for all connections together. */
  readonly bufferedBytes: number;
}
