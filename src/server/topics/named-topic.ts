import { Observable, type Subscriber, type Subscription } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import type { Logger } from '../../connection/logger.js';
import type { Encoder } from '../../operators/codecs/codec.js';
import { encodeValue } from '../../operators/codecs/encode-values.js';
import type { Outgoing } from '../../protocol/message.js';
import { type Checks, checkOptions, oneOf } from '../../protocol/option-checks.js';
import { preparedOf } from '../../protocol/outgoing.js';
import { BROADCAST_CHECKS, type BroadcastResult } from '../broadcast.js';
import type { Audience } from './audience.js';
import type { PublishOptions, Topic } from './topic.js';

/** Where a {@link NamedTopic} finds the others of its name. */
export interface TopicHome {
  readonly logger: Logger;
  /** Those who are there; undefined for nobody. */
  find(name: string): Audience | undefined;
  add(topic: Named, connection: Connection<unknown>): Subscription;
  remove(name: string, connection: Connection<unknown>): boolean;
  observe(topic: Named, subscriber: Subscriber<unknown>): void;
}

/** A topic, whatever it publishes. */
export interface Named {
  readonly name: string;
  /** It, or where it has an encoder the one without. */
  readonly plain: Topic;
}

const CHECKS: Checks = Object.freeze({ ...BROADCAST_CHECKS, to: oneOf('all', 'connections') });

const NOTHING: BroadcastResult = Object.freeze({ delivered: 0, skipped: 0, dropped: 0, failed: [] });
const NOBODY: ReadonlySet<Connection<unknown>> = new Set();

/** The {@link Topic} that is handed out. It holds nobody: those who are there are found by its name, whenever they are wanted. */
export class NamedTopic<T> extends Observable<T> implements Topic<T>, Named {
  readonly name: string;
  readonly #home: TopicHome;
  readonly #encoder: Encoder<T> | undefined;

  constructor(home: TopicHome, name: string, encoder: Encoder<T> | undefined) {
    super((subscriber) => {
      home.observe(this, subscriber);
    });
    this.name = name;
    this.#home = home;
    this.#encoder = encoder;
  }

  get plain(): Topic {
    if (this.#encoder !== undefined) return new NamedTopic<Outgoing>(this.#home, this.name, undefined);
    return this as unknown as Topic;
  }

  get size(): number {
    return this.connections.size;
  }

  get connections(): ReadonlySet<Connection<unknown>> {
    return this.#home.find(this.name)?.connections ?? NOBODY;
  }

  get observed(): boolean {
    return this.#home.find(this.name)?.observed === true;
  }

  add(connection: Connection<unknown>): Subscription {
    return this.#home.add(this, connection);
  }

  delete(connection: Connection<unknown>): boolean {
    return this.#home.remove(this.name, connection);
  }

  has(connection: Connection<unknown>): boolean {
    return this.connections.has(connection);
  }

  publish(value: T, options: PublishOptions = {}): BroadcastResult {
    checkOptions(options, CHECKS);
    const audience = this.#home.find(this.name);
    if (audience === undefined) return NOTHING;
    const { to, ...sending } = options;
    if (audience.connections.size === 0) {
      if (to !== 'connections') audience.tell(value);
      return NOTHING;
    }
    const message = preparedOf(this.#encode(value), sending.type);
    if (to === 'connections') return audience.send(message, sending);
    return audience.sendAndTell(value, message, sending);
  }

  next(value: T): void {
    const { failed } = this.publish(value);
    for (const { connection, error } of failed) {
      const details = { connection: connection.id, error };
      this.#home.logger.warn?.(`what was published to ${this.#title} could not be sent`, details);
    }
  }

  error(error: unknown): void {
    this.#home.logger.error?.(`a source of ${this.#title} has failed`, { error });
  }

  complete(): void {
    // The others go on.
  }

  get #title(): string {
    return `the topic ${JSON.stringify(this.name)}`;
  }

  #encode(value: T): Outgoing {
    // Without an encoder T is what can be sent: `topic` gives no other.
    return this.#encoder === undefined ? (value as Outgoing) : encodeValue(this.#encoder, value);
  }
}
