import http from 'node:http';
import type { Duplex, Readable } from 'node:stream';

/**
 * The one stream that a client was given, on which it asks again where the answer lets it. RFC 9112 section 9.3. It belongs to one opening
 * handshake, and destroys the stream with it if that fails between two requests.
 */
export class OneStream extends http.Agent {
  #stream: Duplex | undefined;
  #onFree: (() => void) | undefined;
  readonly #onUnasked = (): void => {
    this.#stream?.destroy(new Error('the server spoke without being asked'));
  };

  constructor() {
    super({ keepAlive: true });
  }

  /** What was asked on; undefined before the first request. */
  get stream(): Duplex | undefined {
    return this.#stream;
  }

  take(stream: Duplex): this {
    this.#stream = stream;
    stream.off('data', this.#onUnasked);
    return this;
  }

  /** Calls `onFree` when the request that was answered has let go of the stream, or `onLost` when that is closed. */
  whenFree(onFree: () => void, onLost: () => void): void {
    const stream = this.#stream;
    stream?.once('close', onLost);
    this.#onFree = () => {
      stream?.off('close', onLost);
      stream?.on('data', this.#onUnasked);
      onFree();
    };
  }

  override createConnection(): Duplex | undefined {
    return this.#stream;
  }

  /** Node asks whether the stream is kept, and has still to put it by. */
  override keepSocketAlive(): true {
    if (this.#onFree !== undefined) process.nextTick(this.#onFree);
    this.#onFree = undefined;
    return true;
  }

  override reuseSocket(): void {
    // By default the socket is asked to keep the process alive again: it has not ceased to, and any Duplex will do here.
  }

  override destroy(): void {
    this.#stream?.destroy();
    super.destroy();
  }
}

/** Whether the answer that this is the body of says where it ends, and that the connection does not end there. */
export function leavesStream(body: Readable): body is http.IncomingMessage {
  if (!(body instanceof http.IncomingMessage)) return false;
  const { httpVersion, headers } = body;
  const length = headers['content-length'] !== undefined || headers['transfer-encoding'] === 'chunked';
  return httpVersion === '1.1' && length && !/(?:^|,)\s*close\s*(?:,|$)/i.test(headers.connection ?? '');
}
