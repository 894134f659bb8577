import { clientFrames, payloadOf, serverFrame } from '../lib/frames.mjs';
import { keepInFlight } from './in-flight.mjs';
import { RawConnection } from './raw-connection.mjs';

const FRAMES_BYTES = 4 * 1024 * 1024;

/** Keeps `inFlight` messages on their way on each connection: for every reply that is whole, one more is sent. */
export class EchoLoad {
  #scenario;
  #port;
  #frames;
  #frameBytes;
  #reply;
  #connections = [];

  constructor(scenario, kind, port) {
    this.#scenario = scenario;
    this.#port = port;
    const [one] = [clientFrames(scenario, 1)];
    const count = Math.max(1, Math.min(scenario.inFlight, Math.floor(FRAMES_BYTES / one.length)));
    this.#frames = clientFrames(scenario, count);
    this.#frameBytes = one.length;
    // node:net sends back what it got; a WebSocket server sends the same message in a frame of its own.
    this.#reply = kind === 'net' ? undefined : serverFrame(scenario.type, payloadOf(scenario));
  }

  async open() {
    await this.#check();
    this.#connections = await RawConnection.openMany(this.#scenario.connections, this.#port);
  }

  /** The server must send back the very bytes: two messages at once, the second with a key of its own and cut in two. */
  async #check() {
    const connection = await RawConnection.open(this.#port);
    const sent = clientFrames(this.#scenario, 2);
    const expected = this.#reply === undefined ? sent : Buffer.concat([this.#reply, this.#reply]);
    const cut = sent.length - Math.ceil(this.#frameBytes / 2);
    const replied = connection.exchange(sent.subarray(0, cut), expected.length);
    setTimeout(() => connection.socket.write(sent.subarray(cut)), 5);
    const received = await replied;
    connection.close();
    if (!received.equals(expected)) throw new Error('the echo is not what was sent');
  }

  run(ms) {
    const replyBytes = this.#reply?.length ?? this.#frameBytes;
    return keepInFlight(this.#connections, {
      inFlight: this.#scenario.inFlight,
      ms,
      counter: () => {
        let partial = 0;
        return (bytes) => {
          partial += bytes;
          if (partial < replyBytes) return 0;
          const replies = Math.floor(partial / replyBytes);
          partial -= replies * replyBytes;
          return replies;
        };
      },
      send: ({ socket }, messages) => this.#send(socket, messages),
    });
  }

  #send(socket, messages) {
    const frames = this.#frames;
    for (let left = messages * this.#frameBytes; left > 0; left -= frames.length) {
      socket.write(left >= frames.length ? frames : frames.subarray(0, left));
    }
  }

  close() {
    for (const connection of this.#connections) connection.close();
  }
}
