import type { Observable } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import { consoleLogger, type Logger } from '../../connection/logger.js';
import type { Encoder } from '../../operators/codecs/codec.js';
import type { Outgoing } from '../../protocol/message.js';
import { checkOptions, ofType } from '../../protocol/option-checks.js';
import type { TopicChange } from './topic-change.js';
import { TopicRegistry } from './topic-registry.js';
import type { Topic } from './topic.js';

/** Topics by their names. */
export interface Topics {
  /** The topic of this name. As what it is asked for: with `encoder` it publishes values, which that makes messages of. */
  topic<T extends Outgoing = Outgoing>(name: string): Topic<T>;
  topic<T>(name: string, encoder: Encoder<T>): Topic<T>;
  /** The names that are in use: of topics with connections or subscribers. */
  readonly names: readonly string[];
  /** Connections as they come to topics and leave them. Hot; never errors; completes when the server has closed. */
  readonly changes$: Observable<TopicChange>;
  /** The topics a connection is in. */
  of(connection: Connection<unknown>): readonly Topic[];
  /** Takes a connection out of all topics. */
  leave(connection: Connection<unknown>): void;
}

/** What {@link topics} is told. */
export interface TopicsOptions {
  /** Where it is said that a source has failed, or that something could not be sent. Default the console. */
  readonly logger?: Logger;
}

/**
 * Topics of no server, for connections of any: of several servers, of a handler that `serve` runs, of clients. What `server.topic` gives
 * belongs to one server.
 *
 * @throws TypeError for wrong options.
 * @example
 * ```ts
 * import { serve, topics } from 'rxwire';
 *
 * const rooms = topics();
 * serve(
 *   (connection) => {
 *     const room = rooms.topic(connection.request.target);
 *     room.add(connection);
 *     connection.messages$.subscribe(({ data }) => room.publish(data, { except: connection }));
 *   },
 *   { port: 9000 },
 * ).subscribe();
 * ```
 */
export function topics(options: TopicsOptions = {}): Topics {
  checkOptions(options, { logger: ofType('object') });
  return new TopicRegistry(options.logger ?? consoleLogger);
}
