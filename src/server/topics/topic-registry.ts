import { Observable, type Subscriber, Subscription } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import type { Logger } from '../../connection/logger.js';
import { WebSocketConnection } from '../../connection/web-socket-connection.js';
import type { Encoder } from '../../operators/codecs/codec.js';
import type { Outgoing } from '../../protocol/message.js';
import { Audience } from './audience.js';
import { InOrder } from './in-order.js';
import { type Named, NamedTopic, type TopicHome } from './named-topic.js';
import type { TopicChange } from './topic-change.js';
import type { Topic } from './topic.js';

/** The topics of a server, or of {@link topics}: who is in which. */
export class TopicRegistry implements TopicHome {
  readonly logger: Logger;
  readonly changes$: Observable<TopicChange>;
  readonly #changes: InOrder<TopicChange> = new InOrder();
  /** By name, as long as somebody is there. */
  readonly #audiences: Map<string, Audience> = new Map();
  /** What each connection is in, and what it can leave with. */
  readonly #memberships: Map<Connection<unknown>, Map<string, Subscription>> = new Map();
  /** Those whose end is waited for: once each, however often they come and leave. */
  readonly #watched: WeakSet<Connection<unknown>> = new WeakSet();
  #ended = false;

  constructor(logger: Logger) {
    this.logger = logger;
    this.changes$ = new Observable((subscriber) => {
      if (this.#ended) subscriber.complete();
      else subscriber.add(this.#changes.subscribe(subscriber));
    });
  }

  topic<T extends Outgoing = Outgoing>(name: string): Topic<T>;
  topic<T>(name: string, encoder: Encoder<T> | undefined): Topic<T>;
  topic<T>(name: string, encoder?: Encoder<T>): Topic<T> {
    if (typeof name !== 'string') throw new TypeError(`name is of type ${typeof name}, expected a string`);
    if (encoder === undefined) {
      const known = this.find(name)?.topic as Topic<T> | undefined;
      return known ?? new NamedTopic<T>(this, name, undefined);
    }
    if (
      typeof encoder !== 'object' ||
      typeof (encoder as Partial<Encoder<T>> | null)?.encode !== 'function'
    ) {
      throw new TypeError('encoder is no object with a function encode');
    }
    return new NamedTopic(this, name, encoder);
  }

  get names(): readonly string[] {
    return [...this.#audiences.keys()];
  }

  of(connection: Connection<unknown>): readonly Topic[] {
    return [...(this.#memberships.get(connection)?.keys() ?? [])].map((name) => this.topic(name));
  }

  leave(connection: Connection<unknown>): void {
    for (const name of [...(this.#memberships.get(connection)?.keys() ?? [])]) this.remove(name, connection);
  }

  /** The server has closed: nobody is left, and nobody comes. */
  end(): void {
    this.#ended = true;
    for (const connection of [...this.#memberships.keys()]) this.leave(connection);
    for (const audience of this.#audiences.values()) audience.complete();
    this.#audiences.clear();
    this.#changes.complete();
  }

  // For the topics

  find(name: string): Audience | undefined {
    return this.#audiences.get(name);
  }

  add(topic: Named, connection: Connection<unknown>): Subscription {
    if (this.#ended || connection.state !== 'open') return Subscription.EMPTY;
    const { name } = topic;
    const memberships = this.#memberships.get(connection);
    const already = memberships?.get(name);
    if (already !== undefined) return already;
    const membership = new Subscription(() => {
      // It may have left before, and come again with another one.
      if (this.#memberships.get(connection)?.get(name) === membership) this.remove(name, connection);
    });
    if (memberships === undefined) this.#memberships.set(connection, new Map([[name, membership]]));
    else memberships.set(name, membership);
    const audience = this.#enter(topic);
    audience.add(connection);
    this.#watch(connection);
    this.#tell(audience, connection, true);
    return membership;
  }

  remove(name: string, connection: Connection<unknown>): boolean {
    const memberships = this.#memberships.get(connection);
    const membership = memberships?.get(name);
    const audience = this.find(name);
    if (memberships === undefined || membership === undefined || audience === undefined) return false;
    memberships.delete(name);
    if (memberships.size === 0) this.#memberships.delete(connection);
    membership.unsubscribe();
    audience.remove(connection);
    this.#letGo(audience);
    this.#tell(audience, connection, false);
    return true;
  }

  observe(topic: Named, subscriber: Subscriber<unknown>): void {
    if (this.#ended) {
      subscriber.complete();
      return;
    }
    const audience = this.#enter(topic);
    const subscription = audience.subscribe(subscriber);
    subscriber.add(() => {
      subscription.unsubscribe();
      this.#letGo(audience);
    });
  }

  #enter(topic: Named): Audience {
    let audience = this.find(topic.name);
    if (audience === undefined) {
      audience = new Audience(topic.plain);
      this.#audiences.set(topic.name, audience);
    }
    return audience;
  }

  #letGo(audience: Audience): void {
    const { name } = audience.topic;
    if (audience.unused && this.find(name) === audience) this.#audiences.delete(name);
  }

  #watch(connection: Connection<unknown>): void {
    if (this.#watched.has(connection)) return;
    this.#watched.add(connection);
    const leave = (): void => {
      this.leave(connection);
    };
    if (connection instanceof WebSocketConnection) connection.whenClosed(leave);
    else connection.closed$.subscribe(leave);
  }

  #tell(audience: Audience, connection: Connection<unknown>, joined: boolean): void {
    if (!this.#changes.observed) return;
    this.#changes.push({ topic: audience.topic, connection, joined, size: audience.connections.size });
    this.#changes.flush();
  }
}
