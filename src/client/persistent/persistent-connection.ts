import type { Observable, Observer } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import type { ChannelOptions } from '../../operators/channels/channel-options.js';
import type { CloseInfo } from '../../protocol/closing-handshake.js';
import type { Message, Outgoing } from '../../protocol/message.js';
import type { LinkStatus } from '../reconnect/link-status.js';

/** What has become of a persistent connection, and of what was sent while there was none. */
export interface PersistentStats {
  /** The connections that there were, the one that is open included. */
  readonly connections: number;
  /** Messages that wait for a connection. */
  readonly heldMessages: number;
  /** Octets of their payloads. */
  readonly heldBytes: number;
  /** Messages that were dropped because there was no connection. Those that a connection had and lost with itself are not known. */
  readonly dropped: number;
}

/**
 * A connection that outlives its sockets: one object to subscribe to and to send through, while connections come and go.
 *
 * It dials when somebody subscribes to `connection$`, `messages$` or a channel, or sends a message that is held; it closes, with 1000,
 * `lingerMs` after nobody does any more, and can begin again. It ends with `close`, when the peer closes with 1000, or when it makes no sense to
 * go on; then it never begins again, and `status$` says why.
 *
 * None of its Observables errors, whatever a peer does: they complete when it has ended. A channel errors with what its own options throw.
 */
export interface PersistentConnection<Context = undefined> extends AsyncDisposable {
  /** The connection, if one is open, and each one that comes. */
  readonly connection$: Observable<Connection<Context>>;
  /** Where it is, then every change; replays the last. Completes when it has ended. Subscribing does not dial. */
  readonly status$: Observable<LinkStatus>;
  /** The messages of each connection, as they come. What is not subscribed is held as `Connection.messages$` says. */
  readonly messages$: Observable<Message>;
  /** `next` sends, `complete` closes with 1000 once what is held has been sent, `error` closes with 1011. Bound; a counted no-op after the end. */
  readonly outbox: Observer<Outgoing>;
  /**
   * Sends a message, or holds it until there is a connection, as `whileOffline` says. Messages leave in the order in which they were sent, each at
   * most once: one that was on its way when a connection was lost is not sent again. Bytes must not change while they are held.
   *
   * @returns false when the message was dropped, and when more than `sendHighWaterBytes` are on their way.
   * @throws what `Connection.send` throws.
   */
  send(data: Outgoing): boolean;
  /**
   * A channel, as of `channels`: its subscribe message goes first on each new connection, before what was held, and its unsubscribe message only
   * to the connection that saw it. Bound.
   *
   * @throws TypeError for wrong options.
   */
  readonly channel: <T>(key: string, options: ChannelOptions<T>) => Observable<T>;
  /** As it is now; also after the end. */
  readonly stats: PersistentStats;
  /**
   * Ends it at once, behind what was sent while there was a connection; what is held without one is dropped. Later calls change nothing.
   *
   * @param code - Default 1000.
   * @returns how the last connection ended, replayed; with code 1006 when there was none. It only reports.
   * @throws RangeError for another code or a reason that is too long, as of `Connection.close`.
   */
  close(code?: number, reason?: string): Observable<CloseInfo>;
}
