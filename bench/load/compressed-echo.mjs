import { CompressedSeries, frameCounter } from '../lib/compressed.mjs';
import { checkEcho, openCompressed, sendNext } from './compressed-link.mjs';
import { keepInFlight } from './in-flight.mjs';

/** Keeps compressed messages on their way. What comes back is inflated before anything is measured, and only counted then. */
export class CompressedEchoLoad {
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
    this.#series ??= await CompressedSeries.of(this.#scenario);
    await checkEcho(this.#scenario, this.#kind, this.#port, this.#series);
    const { connections } = this.#scenario;
    this.#connections = await openCompressed(this.#scenario, this.#kind, this.#port, connections);
  }

  run(ms) {
    return keepInFlight(this.#connections, {
      inFlight: this.#scenario.inFlight,
      ms,
      counter: () => frameCounter(),
      send: (connection, messages) => sendNext(this.#series, connection, messages),
    });
  }

  close() {
    for (const connection of this.#connections) connection.close();
  }
}
