import type { Subscriber, Subscription } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import type { PreparedMessage } from '../../protocol/prepared-message.js';
import type { BroadcastOptions, BroadcastResult } from '../broadcast.js';
import { InOrder } from './in-order.js';
import { Pass } from './pass.js';
import type { Topic } from './topic.js';

/** Those who get what is published under one name. There is one as long as there is somebody. */
export class Audience {
  /** What is handed out for the name, while there is somebody. */
  readonly topic: Topic;
  #members: Set<Connection<unknown>> = new Set();
  /** Messages on their way, the one that was published last behind the others: there are several when one makes another come. */
  readonly #passes: Pass[] = [];
  /** The subscribers in this process; made for the first. */
  #values: InOrder<unknown> | undefined;

  constructor(topic: Topic) {
    this.topic = topic;
  }

  get connections(): ReadonlySet<Connection<unknown>> {
    return this.#members;
  }

  get observed(): boolean {
    return this.#values?.observed === true;
  }

  get unused(): boolean {
    return this.#members.size === 0 && !this.observed;
  }

  add(connection: Connection<unknown>): void {
    // Who comes now is not to get what was published before.
    if (this.#passes.some(({ members }) => members === this.#members)) this.#members = new Set(this.#members);
    this.#members.add(connection);
  }

  remove(connection: Connection<unknown>): void {
    this.#members.delete(connection);
    for (const { members } of this.#passes) members.delete(connection);
  }

  subscribe(subscriber: Subscriber<unknown>): Subscription {
    this.#values ??= new InOrder();
    return this.#values.subscribe(subscriber);
  }

  /** Tells the subscribers, once every connection has what was published before. */
  tell(value: unknown): void {
    if (!this.observed) return;
    this.#values?.push(value);
    this.#flush();
  }

  /** Sends `message` to the connections. */
  send(message: PreparedMessage, options: BroadcastOptions): BroadcastResult {
    // What was published before goes before, to those whom it has not reached: everybody sees one order.
    for (const before of this.#passes) before.run();
    const pass = new Pass(this.#members, message, options);
    this.#passes.push(pass);
    try {
      pass.run();
    } finally {
      this.#passes.pop();
    }
    return pass.result;
  }

  /** As `send`, and then `tell`: in the order in which it was published, whatever is published meanwhile. */
  sendAndTell(value: unknown, message: PreparedMessage, options: BroadcastOptions): BroadcastResult {
    if (this.observed) this.#values?.push(value);
    try {
      return this.send(message, options);
    } finally {
      this.#flush();
    }
  }

  complete(): void {
    this.#values?.complete();
  }

  #flush(): void {
    if (this.#passes.length === 0) this.#values?.flush();
  }
}
