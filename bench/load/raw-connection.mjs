// One raw connection of the load: shakes hands by hand, then hands over bytes as they come.
import { connect } from 'node:net';
import { isUpgraded, upgradeRequest } from '../lib/upgrade.mjs';

const READ_BYTES = 256 * 1024;
/** What was read is counted before anything else is read, so that all connections share this. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

export class RawConnection {
  /** Called with the number of bytes read, and the buffer that they begin. */
  onRead = () => undefined;
  /** Called when the connection ends before `close`. */
  onLost = () => undefined;
  socket;
  /** What the server has answered to the handshake. */
  head = '';
  #closed = false;

  /**
   * @param {{ path?: string, extensions?: string }} [request]
   * @returns {Promise<RawConnection>} one that is open.
   */
  static open(port, { path, extensions } = {}) {
    const connection = new RawConnection();
    return new Promise((resolve, reject) => {
      connection.onLost = reject;
      connection.onRead = (count, buffer) => {
        connection.head += buffer.latin1Slice(0, count);
        try {
          if (isUpgraded(connection.head)) resolve(connection);
        } catch (error) {
          reject(error);
        }
      };
      const callback = (count, buffer) => {
        connection.onRead(count, buffer);
        return true;
      };
      const socket = connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: { buffer: readBuffer, callback },
      });
      socket.on('connect', () => socket.write(upgradeRequest(port, path, extensions)));
      socket.on('error', (error) => connection.#lose(error));
      socket.on('close', () => connection.#lose(new Error('the server ended a connection')));
      connection.socket = socket;
    });
  }

  /** @returns {Promise<RawConnection[]>} `count` of them, opened a hundred at a time. */
  static async openMany(count, port, request) {
    const connections = [];
    while (connections.length < count) {
      const some = Math.min(100, count - connections.length);
      connections.push(
        ...(await Promise.all(Array.from({ length: some }, () => RawConnection.open(port, request)))),
      );
    }
    return connections;
  }

  /** Sends `sent`, and gives the first `count` bytes that come. */
  exchange(sent, count) {
    return new Promise((resolve, reject) => {
      const received = Buffer.alloc(count);
      let at = 0;
      this.onLost = reject;
      this.onRead = (read, buffer) => {
        if (at + read > count) reject(new Error(`the server sent more than the ${count} bytes of its reply`));
        buffer.copy(received, at, 0, read);
        at += read;
        if (at === count) resolve(received);
      };
      this.socket.write(sent);
    });
  }

  close() {
    this.#closed = true;
    this.socket.destroy();
  }

  /** Ends it with a reset, so that its port is free at once: a machine has not so many. */
  reset() {
    this.#closed = true;
    this.socket.resetAndDestroy();
  }

  #lose(error) {
    if (!this.#closed) this.onLost(error);
  }
}
