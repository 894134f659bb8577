import { CompressedSeries } from '../lib/compressed.mjs';
import { checkEcho, exchangeNext, openCompressed } from './compressed-link.mjs';

const AT_A_TIME = 16;

/** Opens connections, exchanges a few compressed messages on each of them, and leaves them. */
export class CompressedIdleLoad {
  #scenario;
  #kind;
  #port;
  #series;
  #connections = [];

  constructor(scenario, kind, port) {
    this.#scenario = scenario;
    this.#kind = kind;
    this.#port = port;
  }

  async open() {
    this.#series = await CompressedSeries.of(this.#scenario);
    await checkEcho(this.#scenario, this.#kind, this.#port, this.#series);
  }

  /** @returns how many are open now. */
  async run(count, messages = this.#scenario.messages) {
    const connections = await openCompressed(this.#scenario, this.#kind, this.#port, count);
    this.#connections.push(...connections);
    for (let i = 0; i < messages; i++) await this.#exchangeOne(connections);
    for (const connection of connections) connection.onRead = () => undefined;
    return this.#connections.length;
  }

  /** One message on each, on a few of them at a time. */
  async #exchangeOne(connections) {
    for (let at = 0; at < connections.length; at += AT_A_TIME) {
      const some = connections.slice(at, at + AT_A_TIME);
      await Promise.all(some.map((connection) => exchangeNext(this.#series, connection, 1)));
    }
  }

  close() {
    for (const connection of this.#connections) connection.close();
    this.#connections = [];
  }
}
