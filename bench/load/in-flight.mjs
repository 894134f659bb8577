/**
 * Keeps `inFlight` messages on their way on each connection, for `ms`: for every reply that is whole, one more is sent.
 *
 * @param {import('./raw-connection.mjs').RawConnection[]} connections
 * @param {object} options
 * @param {number} options.inFlight
 * @param {number} options.ms
 * @param {() => (count: number, buffer: Buffer) => number} options.counter - Makes, for one connection, what is given the bytes that
 *   come and says how many replies they end.
 * @param {(connection: import('./raw-connection.mjs').RawConnection, messages: number) => void} options.send
 * @returns {Promise<number>} how many messages have come back, when all of them have.
 */
export function keepInFlight(connections, { inFlight, ms, counter, send }) {
  let messages = 0;
  let outstanding = 0;
  let sending = true;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => (sending = false), ms);
    const fail = (error) => {
      clearTimeout(timer);
      reject(error);
    };
    for (const connection of connections) {
      const count = counter();
      connection.onLost = fail;
      connection.onRead = (bytes, buffer) => {
        const replies = count(bytes, buffer);
        if (replies === 0) return;
        messages += replies;
        outstanding -= replies;
        if (sending) {
          outstanding += replies;
          send(connection, replies);
        } else if (outstanding === 0) {
          resolve(messages);
        }
      };
    }
    for (const connection of connections) {
      outstanding += inFlight;
      send(connection, inFlight);
    }
  });
}
