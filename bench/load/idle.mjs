import { clientFrames, payloadOf, serverFrame } from '../lib/frames.mjs';
import { RawConnection } from './raw-connection.mjs';

/** Opens connections, uses each of them once, and leaves them. */
export class IdleLoad {
  #port;
  #frame;
  #replyBytes;
  #connections = [];

  constructor(scenario, kind, port) {
    this.#port = port;
    this.#frame = clientFrames(scenario, 1);
    this.#replyBytes =
      kind === 'net' ? this.#frame.length : serverFrame(scenario.type, payloadOf(scenario)).length;
  }

  open() {
    return undefined;
  }

  /** @returns how many are open now. */
  async run(count) {
    const connections = await RawConnection.openMany(count, this.#port);
    this.#connections.push(...connections);
    for (const connection of connections) {
      await connection.exchange(this.#frame, this.#replyBytes);
      connection.onRead = () => undefined;
    }
    return this.#connections.length;
  }

  close() {
    for (const connection of this.#connections) connection.close();
    this.#connections = [];
  }
}
