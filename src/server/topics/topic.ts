import type { Observable, Observer, Subscription } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import type { Outgoing } from '../../protocol/message.js';
import type { BroadcastOptions, BroadcastResult } from '../broadcast.js';

/** How a {@link Topic} publishes: as {@link broadcast} sends, and to whom. */
export interface PublishOptions extends BroadcastOptions {
  /**
   * Who gets it: `'all'` (default), or `'connections'` alone, and no subscriber of the Observable. The latter is for what comes from
   * another machine, which a subscriber would send back to it.
   */
  readonly to?: 'all' | 'connections';
}

/**
 * What is published under a name, for the connections that were added, and for whoever subscribes in this process.
 *
 *     connection a   --(add)-----------------
 *     publish        --x------y------z-------
 *     a is sent      ---------y------z-------
 *     subscriber     --x------y------z-------
 *
 * The name is what counts: all topics of one name, from one place, have the same connections and subscribers. While there is any of
 * them the same name gives the same topic; when there is none nothing is kept of it.
 *
 * As an Observable it is hot, gives the values as they were published, never errors, and completes when the server has closed. As an
 * Observer it publishes; `complete` does nothing, and `error` is a line in the log, since a source that ends is not the end of a topic
 * that others publish to.
 *
 * Everybody gets what is published in one order. What is published while something else is being published goes out behind that. Who is
 * added meanwhile does not get what is on its way, and who is removed gets it no more.
 */
export interface Topic<T = Outgoing> extends Observable<T>, Observer<T> {
  readonly name: string;
  /** How many connections there are: those that were added and have not closed. */
  readonly size: number;
  /** Them. What comes of a later `add` or `delete` may show in it, or not: ask again. */
  readonly connections: ReadonlySet<Connection<unknown>>;
  /** Whether somebody subscribes in this process. */
  readonly observed: boolean;
  /**
   * From now on the connection is sent what is published. It is in once, however often it is added, and leaves with `delete`, by itself
   * when it has closed, or by unsubscribing what this returns. One that is not open any more is not added.
   */
  add(connection: Connection<unknown>): Subscription;
  /** Takes the connection out. False when it was not in. */
  delete(connection: Connection<unknown>): boolean;
  has(connection: Connection<unknown>): boolean;
  /**
   * Sends one message to all connections, encoded once, as {@link broadcast} does, and then hands the value to the subscribers. It is
   * encoded only where there are connections.
   *
   * @returns what came of it at the connections.
   * @throws TypeError for what cannot be sent, and for wrong options; RangeError for options out of range; CodecError for what the codec
   * cannot encode. Nobody gets it then.
   */
  publish(value: T, options?: PublishOptions): BroadcastResult;
  /** Publishes to all. What it could not be sent to is a line in the log. @throws as `publish`. */
  next(value: T): void;
}
