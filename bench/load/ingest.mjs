import { clientFrames, clientMarker } from '../lib/frames.mjs';
import { RawConnection } from './raw-connection.mjs';

const BLOCK_BYTES = 64 * 1024;

/** Sends as fast as each connection takes it; then asks the server how many messages it has counted. */
export class IngestLoad {
  #scenario;
  #port;
  #block;
  #blockMessages;
  #connections = [];

  constructor(scenario, _kind, port) {
    this.#scenario = scenario;
    this.#port = port;
    this.#blockMessages = Math.max(1, Math.floor(BLOCK_BYTES / scenario.frameBytes));
    this.#block = clientFrames(scenario, this.#blockMessages);
  }

  async open() {
    this.#connections = await RawConnection.openMany(this.#scenario.connections, this.#port);
    for (const connection of this.#connections) connection.counted = 0;
  }

  async run(ms) {
    const ends = performance.now() + ms;
    const counts = await Promise.all(this.#connections.map((connection) => this.#fill(connection, ends)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  #fill(connection, ends) {
    const { socket } = connection;
    return new Promise((resolve, reject) => {
      let sent = 0;
      let reply = '';
      connection.onLost = reject;
      connection.onRead = (count, buffer) => {
        reply += buffer.latin1Slice(0, count);
        if (reply.length < 2 || reply.length < 2 + reply.charCodeAt(1)) return;
        const total = Number(reply.slice(2));
        const counted = total - connection.counted;
        connection.counted = total;
        if (counted === sent) resolve(counted);
        else reject(new Error(`the server counted ${counted} messages of ${sent}`));
      };
      const fill = () => {
        let more = true;
        while (more && performance.now() < ends) {
          more = socket.write(this.#block);
          sent += this.#blockMessages;
        }
        if (more) socket.write(clientMarker);
        else socket.once('drain', fill);
      };
      fill();
    });
  }

  close() {
    for (const connection of this.#connections) connection.close();
  }
}
