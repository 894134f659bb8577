import { clientMarker, payloadOf, serverFrame } from '../lib/frames.mjs';
import { RawConnection } from './raw-connection.mjs';

/** Many who listen, one of whom asks for a few messages to all, and for the next ones when everybody has them. */
export class BroadcastLoad {
  #scenario;
  #port;
  #extensions;
  #connections = [];
  /** Bytes that each of them gets for one question. */
  #bytes = 0;

  constructor(scenario, _kind, port) {
    this.#scenario = scenario;
    this.#port = port;
    this.#extensions = scenario.compressed
      ? 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'
      : undefined;
  }

  async open() {
    const { messages, connections } = this.#scenario;
    const extensions = this.#extensions;
    const only = await RawConnection.open(this.#port, { extensions });
    if (this.#scenario.compressed) {
      // What a compressor makes of it is its own affair: all that is asked is that it is the same every time.
      this.#bytes = await settledBytes(only);
    } else {
      const frame = serverFrame(this.#scenario.type, payloadOf(this.#scenario));
      const expected = Buffer.concat(Array.from({ length: messages }, () => frame));
      const received = await only.exchange(clientMarker, expected.length);
      if (!received.equals(expected)) throw new Error('the messages are not what was asked for');
      this.#bytes = expected.length;
    }
    only.close();
    this.#connections = await RawConnection.openMany(connections, this.#port, { extensions });
  }

  run(ms) {
    const { messages } = this.#scenario;
    const all = this.#connections;
    const [first] = all;
    let questions = 1;
    let asking = true;
    let waiting = all.length;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => (asking = false), ms);
      for (const connection of all) {
        let left = this.#bytes;
        connection.onLost = (error) => {
          clearTimeout(timer);
          reject(error);
        };
        connection.onRead = (count) => {
          left -= count;
          if (left > 0) return;
          if (left < 0) reject(new Error('the server sent more than was asked for'));
          left = this.#bytes;
          if (--waiting > 0) return;
          if (asking) {
            waiting = all.length;
            questions++;
            first.socket.write(clientMarker);
          } else resolve(questions * messages * all.length);
        };
      }
      first.socket.write(clientMarker);
    });
  }

  close() {
    for (const connection of this.#connections) connection.close();
  }
}

const SETTLE_MS = 300;

/** What comes for one question, when nothing more has come for a while. */
function settledBytes(connection) {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    connection.onLost = reject;
    connection.onRead = (count) => (bytes += count);
    connection.socket.write(clientMarker);
    setTimeout(() => resolve(bytes), SETTLE_MS);
  });
}
