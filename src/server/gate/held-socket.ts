import type { Duplex } from 'node:stream';

/** Octets that are held of what a client sends before it is answered; then its socket is not read any more. */
const MAX_HELD_BYTES = 64 * 1024;

/**
 * A socket whose request waits for a decision. It is read, or its end would not be seen; what comes is held for the connection.
 */
export class HeldSocket {
  readonly #socket: Duplex;
  readonly #chunks: Uint8Array[];
  readonly #onLeft: () => void;
  #held: number;
  readonly #onData = (chunk: Uint8Array): void => {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held >= MAX_HELD_BYTES) this.#socket.pause();
  };

  /**
   * @param head - The bytes that came behind the request.
   * @param onLeft - Called when the client has ended its side, or is gone.
   */
  constructor(socket: Duplex, head: Uint8Array, onLeft: () => void) {
    this.#socket = socket;
    this.#chunks = [head];
    this.#held = head.length;
    this.#onLeft = onLeft;
    socket.on('data', this.#onData);
    socket.on('end', onLeft);
    socket.on('close', onLeft);
  }

  /** Lets go of the socket, and gives the bytes that have come. It is not to be called twice. */
  release(): Uint8Array {
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onLeft);
    this.#socket.off('close', this.#onLeft);
    this.#socket.resume();
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
  }
}
