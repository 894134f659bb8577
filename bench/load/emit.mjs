import { clientMarker, payloadOf, serverFrame } from '../lib/frames.mjs';
import { RawConnection } from './raw-connection.mjs';

/** Asks for bursts of messages, and for the next ones when all of them are here. */
export class EmitLoad {
  #scenario;
  #port;
  #connections = [];

  constructor(scenario, _kind, port) {
    this.#scenario = scenario;
    this.#port = port;
  }

  async open() {
    const connection = await RawConnection.open(this.#port);
    const frame = serverFrame(this.#scenario.type, payloadOf(this.#scenario));
    const expected = Buffer.concat(Array.from({ length: this.#scenario.messages }, () => frame));
    const received = await connection.exchange(clientMarker, expected.length);
    connection.close();
    if (!received.equals(expected)) throw new Error('the messages are not what was asked for');
    this.#connections = await RawConnection.openMany(this.#scenario.connections, this.#port);
  }

  run(ms) {
    const { messages } = this.#scenario;
    const bytes = messages * serverFrame(this.#scenario.type, payloadOf(this.#scenario)).length;
    let received = 0;
    let asking = true;
    let busy = this.#connections.length;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => (asking = false), ms);
      for (const connection of this.#connections) {
        let left = bytes;
        connection.onLost = (error) => {
          clearTimeout(timer);
          reject(error);
        };
        connection.onRead = (count) => {
          left -= count;
          if (left > 0) return;
          if (left < 0) reject(new Error('the server sent more than was asked for'));
          received += messages;
          left = bytes;
          if (asking) connection.socket.write(clientMarker);
          else if (--busy === 0) resolve(received);
        };
        connection.socket.write(clientMarker);
      }
    });
  }

  close() {
    for (const connection of this.#connections) connection.close();
  }
}
