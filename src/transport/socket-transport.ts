import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import type { Transport, TransportListener } from './transport.js';

const OWNER: unique symbol = Symbol('rxwire.transport');

/** Handlers find their transport on the socket, so that an idle connection holds no closure for each event. */
interface Owned {
  [OWNER]: SocketTransport;
}

/** The address of a socket's other end; of any other Duplex, and of a Unix socket, there is none. */
export function addressOf(stream: Duplex): string | undefined {
  return stream instanceof Socket ? stream.remoteAddress : undefined;
}

/** Whether it is TLS that is spoken on a stream. */
export function isSecure(stream: Duplex): boolean {
  return stream instanceof TLSSocket;
}

/**
 * A socket, or any other Duplex, as a {@link Transport}. Errors are listened for from the first moment: a peer that resets a socket
 * nobody listens to would end the process.
 */
export class SocketTransport implements Transport, Unsubscribable {
  onBytes: ((chunk: Uint8Array) => void) | undefined;
  readonly #stream: Duplex;
  #head: Uint8Array | undefined;
  #listener: TransportListener | undefined;
  #subscriber: Subscriber<Uint8Array> | undefined;
  #error: Error | undefined;
  #closed = false;

  /** @param head - Bytes that were read from the stream already; `bytes$` begins with them. */
  constructor(stream: Duplex, head?: Uint8Array) {
    this.#stream = stream;
    this.#head = head !== undefined && head.length > 0 ? head : undefined;
    (stream as Duplex & Owned)[OWNER] = this;
    stream.on('error', SocketTransport.#onError);
    stream.on('close', SocketTransport.#onClose);
    stream.on('end', SocketTransport.#onEnd);
    stream.on('drain', SocketTransport.#onDrain);
    if (stream.destroyed) process.nextTick(SocketTransport.#wasClosed, this);
  }

  get secure(): boolean {
    return isSecure(this.#stream);
  }

  /** Only a plain socket writes our memory to the kernel itself; others hand it on. */
  get releasesWrites(): boolean {
    return this.#stream instanceof Socket && !this.secure;
  }

  // Asked for when wanted: the system's answers are kept by the socket, and not by every idle connection.
  get remoteAddress(): string | undefined {
    return addressOf(this.#stream);
  }

  get localAddress(): string | undefined {
    return this.#stream instanceof Socket ? this.#stream.localAddress : undefined;
  }

  get bytes$(): Observable<Uint8Array> {
    return new Observable((subscriber) => {
      this.#open(subscriber);
      return this;
    });
  }

  get bufferedBytes(): number {
    return this.#stream.writableLength;
  }

  get needsDrain(): boolean {
    return this.#stream.writableNeedDrain;
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  write(chunk: Uint8Array, taken?: () => void): void {
    if (!this.#stream.writable) return;
    if (taken === undefined) this.#stream.write(chunk);
    else {
      this.#stream.write(chunk, (error) => {
        if (error === null || error === undefined) taken();
      });
    }
  }

  writeAll(chunks: readonly Uint8Array[], taken?: () => void): void {
    this.#stream.cork();
    const last = chunks.length - 1;
    for (let i = 0; i < last; i++) this.write(chunks[i]!);
    if (last >= 0) this.write(chunks[last]!, taken);
    this.#stream.uncork();
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    // On one that is destroyed Node would make an error that nobody sees.
    if (!this.#stream.writableEnded && !this.#stream.destroyed) this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  /**
   * Why it is lost, for streams that are lost without an error.
   *
   * @param ended - Whether the peer has ended its side.
   */
  protected lossAt?(ended: boolean): Error | undefined;

  #open(subscriber: Subscriber<Uint8Array>): void {
    this.#subscriber = subscriber;
    // One that was given may have been paused; whoever takes its octets says when to stop from now on.
    if (this.#stream.isPaused()) this.#stream.resume();
    const head = this.#head;
    this.#head = undefined;
    if (head !== undefined) this.#emit(head);
    if (this.#closed || this.#stream.readableEnded) this.#endInput();
    else this.#stream.on('data', SocketTransport.#onData);
  }

  /** Ends `bytes$`: reads on without looking, so that the end of the stream is still seen. */
  unsubscribe(): void {
    this.#subscriber = undefined;
    this.#stream.off('data', SocketTransport.#onData);
    if (!this.#closed) this.#stream.resume();
  }

  #endInput(): void {
    const subscriber = this.#subscriber;
    if (subscriber === undefined) return;
    if (this.#error !== undefined) subscriber.error(this.#error);
    else subscriber.complete();
  }

  #emit(chunk: Uint8Array): void {
    this.onBytes?.(chunk);
    this.#subscriber?.next(chunk);
  }

  static #onData(this: unknown, chunk: Uint8Array): void {
    (this as Owned)[OWNER].#emit(chunk);
  }

  static #onEnd(this: unknown): void {
    const transport = (this as Owned)[OWNER];
    transport.#error ??= transport.lossAt?.(true);
    transport.#endInput();
  }

  static #onError(this: unknown, error: Error): void {
    (this as Owned)[OWNER].#error ??= error;
  }

  static #onDrain(this: unknown): void {
    (this as Owned)[OWNER].#listener?.onDrain();
  }

  static #onClose(this: unknown): void {
    SocketTransport.#wasClosed((this as Owned)[OWNER]);
  }

  static #wasClosed(transport: SocketTransport): void {
    if (transport.#closed) return;
    transport.#closed = true;
    transport.#error ??= transport.lossAt?.(transport.#stream.readableEnded);
    transport.#endInput();
    transport.#listener?.onClose(transport.#error);
  }
}
