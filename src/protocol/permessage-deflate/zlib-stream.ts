import type { DeflateRaw, InflateRaw } from 'node:zlib';

/** What is called about one `write`. */
export interface StreamCalls {
  /** With each piece that comes out. */
  out(bytes: Buffer): void;
  /** Once, when everything has come out, with zlib's error if there is one. */
  done(error?: Error): void;
}

/**
 * A zlib stream of Node with one write at a time, whose errors all come to that write, and which is silent once it is
 * closed.
 */
export class ZlibStream {
  readonly #stream: DeflateRaw | InflateRaw;
  #calls: StreamCalls | undefined;

  constructor(stream: DeflateRaw | InflateRaw) {
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => this.#calls?.out(bytes));
    // It stays: zlib reports some errors after the stream was destroyed.
    stream.on('error', (error: Error) => this.#settle(error));
  }

  /** Octets of everything written that zlib has read: fewer than were written once it is at the end of its stream. */
  get bytesRead(): number {
    return this.#stream.bytesWritten;
  }

  /** Writes `bytes`, which must not change, and not before the last write is done. */
  write(bytes: Uint8Array, calls: StreamCalls): void {
    this.#calls = calls;
    this.#stream.write(bytes, (error) => {
      // What came out has been emitted by now, and `done` means that: should Node ever hold some back, this emits it.
      if (this.#calls !== undefined) this.#stream.read();
      this.#settle(error ?? undefined);
    });
  }

  /** Gives the memory back. Nothing is called any more. */
  close(): void {
    this.#calls = undefined;
    this.#stream.destroy();
  }

  #settle(error?: Error): void {
    const calls = this.#calls;
    this.#calls = undefined;
    calls?.done(error);
  }
}
