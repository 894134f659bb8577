import type { Connection } from '../connection/connection.js';
import { WebSocketConnection } from '../connection/web-socket-connection.js';
import type { Outgoing } from '../protocol/message.js';
import { type Checks, checkOptions, flag, oneOf, ofType, wholeNumber } from '../protocol/option-checks.js';
import { preparedOf } from '../protocol/outgoing.js';
import type { PreparedMessage } from '../protocol/prepared-message.js';

/** How {@link broadcast} sends. */
export interface BroadcastOptions {
  /** Who does not get it: a connection, such as the one it came from, or several. They are not in the result. Default nobody. */
  readonly except?: Connection<unknown> | Iterable<Connection<unknown>>;
  /** What the message is to be. Default: strings are text, bytes are binary, a {@link Message} what it says. */
  readonly type?: 'text' | 'binary';
  /** False sends it as it is, true compresses it, both where compression was agreed on. Default: as long messages are. */
  readonly compress?: boolean;
  /** Octets of its largest frame. Default each connection's own. A message in several frames is framed for each connection anew. */
  readonly fragmentBytes?: number;
  /**
   * What becomes of a connection that is above its `sendHighWaterBytes`: `'send'` (default) sends, and its own `overflow` decides,
   * `'skip'` leaves it out, `'close'` closes it with 1013.
   */
  readonly slow?: 'send' | 'skip' | 'close';
}

/** One connection to which a message could not be sent. */
export interface BroadcastFailure {
  readonly connection: Connection<unknown>;
  /** What `send` threw: a LimitError with `overflow: 'error'`, an ExtensionError, or what `overflow.latest` threw. */
  readonly error: unknown;
}

/** What came of a {@link broadcast}: each connection it was for is counted once. */
export interface BroadcastResult {
  /** Connections that accepted the message, as `send` does: it is on its way, or held back. */
  readonly delivered: number;
  /** Connections that were not open, or were slow and left out, or closed, for it. */
  readonly skipped: number;
  /** Connections whose `overflow` policy did not take it: dropped it, or closed. */
  readonly dropped: number;
  /** Connections at which it failed. The others have their message nevertheless. */
  readonly failed: readonly BroadcastFailure[];
}

/** How {@link BroadcastOptions} are checked. */
export const BROADCAST_CHECKS: Checks = Object.freeze({
  except: ofType('object'),
  type: oneOf('text', 'binary'),
  compress: flag,
  fragmentBytes: wholeNumber(1),
  slow: oneOf('send', 'skip', 'close'),
});

type Outcome = 'delivered' | 'skipped' | 'dropped';

/**
 * Sends one message to many connections, of either role. It is encoded once: all servers' connections send the same octets, with
 * compression the same for each set of parameters that was agreed on, and only those of clients mask their own. RFC 6455 section 5.1.
 *
 * Each connection sends exactly what its `send` would: in its turn behind a message that is sent frame by frame, held back if its
 * `overflow` policy says so. One that fails stops none of the others. Bytes are copied, and may change as soon as it returns.
 *
 * @throws TypeError for what is neither text nor bytes, and for wrong options; RangeError for options out of range. Nothing is sent then.
 * @example
 * ```ts
 * import { broadcast, type Connection, serve } from 'rxwire';
 *
 * const lobby = new Set<Connection>();
 * serve(
 *   (connection) => {
 *     lobby.add(connection);
 *     connection.closed$.subscribe(() => lobby.delete(connection));
 *     connection.messages$.subscribe(({ data }) => broadcast(lobby, data, { except: connection }));
 *   },
 *   { port: 9000 },
 * ).subscribe();
 * ```
 */
export function broadcast(
  connections: Iterable<Connection<unknown>>,
  data: Outgoing,
  options: BroadcastOptions = {},
): BroadcastResult {
  checkOptions(options, BROADCAST_CHECKS);
  const message = preparedOf(data, options.type);
  const excepted = setOf(options.except);
  const counts = { delivered: 0, skipped: 0, dropped: 0 };
  const failed: BroadcastFailure[] = [];
  for (const connection of connections) {
    if (excepted?.has(connection) === true) continue;
    try {
      counts[sendTo(connection, message, options)]++;
    } catch (error) {
      failed.push({ connection, error });
    }
  }
  return { ...counts, failed };
}

function setOf(except: BroadcastOptions['except']): ReadonlySet<Connection<unknown>> | undefined {
  if (except === undefined) return undefined;
  return new Set(Symbol.iterator in except ? except : [except]);
}

function sendTo(
  connection: Connection<unknown>,
  message: PreparedMessage,
  { slow = 'send', fragmentBytes, compress }: BroadcastOptions,
): Outcome {
  if (connection.state !== 'open') return 'skipped';
  if (slow !== 'send' && !isWritable(connection)) {
    if (slow === 'close') connection.close(1013, 'too slow');
    return 'skipped';
  }
  if (connection instanceof WebSocketConnection) {
    const { outlet } = connection;
    const { refusedMessages } = outlet;
    outlet.send(message, undefined, fragmentBytes, compress);
    return isOpen(connection) && outlet.refusedMessages === refusedMessages ? 'delivered' : 'dropped';
  }
  connection.send(message, {
    ...(fragmentBytes !== undefined && { fragmentBytes }),
    ...(compress !== undefined && { compress }),
  });
  return isOpen(connection) ? 'delivered' : 'dropped';
}

function isOpen({ state }: Connection<unknown>): boolean {
  return state === 'open';
}

function isWritable(connection: Connection<unknown>): boolean {
  if (connection instanceof WebSocketConnection) return connection.outlet.check();
  let writable = true;
  connection.writable$.subscribe((now) => (writable = now)).unsubscribe();
  return writable;
}
