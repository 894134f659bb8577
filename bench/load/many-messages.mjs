import { clientFrames, clientMarker, serverMarker } from '../lib/frames.mjs';
import { RawConnection } from './raw-connection.mjs';

const BLOCK_MESSAGES = 500;

/** Sends many messages as fast as the connection takes them, and waits until the server has been through all. */
export class ManyMessagesLoad {
  #scenario;
  #port;
  #connection;

  constructor(scenario, _kind, port) {
    this.#scenario = scenario;
    this.#port = port;
  }

  async open() {
    this.#connection = await RawConnection.open(this.#port);
  }

  async run(messages) {
    const { socket } = this.#connection;
    const block = clientFrames(this.#scenario, BLOCK_MESSAGES);
    const reply = this.#connection.exchange(Buffer.alloc(0), serverMarker.length);
    for (let sent = 0; sent < messages; sent += BLOCK_MESSAGES) {
      if (!socket.write(block)) await new Promise((resolve) => socket.once('drain', resolve));
    }
    socket.write(clientMarker);
    await reply;
    return messages;
  }

  close() {
    this.#connection.close();
  }
}
