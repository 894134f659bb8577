import { RawConnection } from './raw-connection.mjs';

/** Opens connections and ends each as soon as it is open, `inFlight` of them at a time. */
export class HandshakeLoad {
  #inFlight;
  #port;

  constructor({ inFlight }, _kind, port) {
    this.#inFlight = inFlight;
    this.#port = port;
  }

  open() {
    return undefined;
  }

  /** @returns how many handshakes were completed, when all that had begun are. */
  async run(ms) {
    const ends = performance.now() + ms;
    let done = 0;
    const one = async () => {
      while (performance.now() < ends) {
        const connection = await RawConnection.open(this.#port);
        connection.reset();
        done++;
      }
    };
    await Promise.all(Array.from({ length: this.#inFlight }, one));
    return done;
  }

  close() {
    // Nothing is open between two rounds.
  }
}
