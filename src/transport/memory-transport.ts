import { Observable, type Subscriber } from 'rxjs';
import type { Transport, TransportListener } from './transport.js';

/** Runs `task` on another turn: what stands between a write and its arrival. */
export type Hop = (task: () => void) => void;

const HIGH_WATER_BYTES = 16 * 1024;

const nextTurn: Hop = (task) => {
  setImmediate(task);
};

/**
 * Two transports that are each other's peer, in memory. What is written to one arrives at the other on another turn, in the chunks it
 * was written in, copied as a socket would.
 *
 * @param hop - Default `setImmediate`; a test may bring its own turns.
 */
export function memoryPair(hop: Hop = nextTurn): [Transport, Transport] {
  const left = new MemoryTransport(hop);
  const right = new MemoryTransport(hop);
  left.join(right);
  right.join(left);
  return [left, right];
}

interface Arrival {
  /** Undefined for the end of the peer's side. */
  readonly bytes: Uint8Array | undefined;
  readonly accepted: (() => void) | undefined;
}

class MemoryTransport implements Transport {
  readonly secure = false;
  readonly remoteAddress = undefined;
  readonly localAddress = undefined;
  readonly releasesWrites = false;
  onBytes: ((chunk: Uint8Array) => void) | undefined;
  bufferedBytes = 0;
  needsDrain = false;
  readonly #hop: Hop;
  #peer: MemoryTransport | undefined;
  #listener: TransportListener | undefined;
  #subscriber: Subscriber<Uint8Array> | undefined;
  /** What has arrived and is not delivered. */
  readonly #arrived: Arrival[] = [];
  #paused = false;
  #delivering = false;
  #inputEnded = false;
  #outputEnded = false;
  #destroyed = false;

  constructor(hop: Hop) {
    this.#hop = hop;
  }

  get bytes$(): Observable<Uint8Array> {
    return new Observable((subscriber) => {
      this.#subscriber = subscriber;
      this.#deliver();
      return () => {
        this.#subscriber = undefined;
        this.resume();
      };
    });
  }

  join(peer: MemoryTransport): void {
    this.#peer = peer;
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  write(chunk: Uint8Array, taken?: () => void): void {
    if (this.#destroyed || this.#outputEnded) return;
    const bytes = Uint8Array.from(chunk);
    this.bufferedBytes += bytes.length;
    if (this.bufferedBytes >= HIGH_WATER_BYTES) this.needsDrain = true;
    this.#hop(() => {
      this.#peer?.arrive(bytes, () => {
        this.#delivered(bytes.length);
        taken?.();
      });
    });
  }

  writeAll(chunks: readonly Uint8Array[], taken?: () => void): void {
    const last = chunks.length - 1;
    chunks.forEach((chunk, i) => {
      this.write(chunk, i === last ? taken : undefined);
    });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#deliver();
  }

  end(): void {
    if (this.#outputEnded || this.#destroyed) return;
    this.#endOutput();
    this.#closeIfEnded();
  }

  destroy(): void {
    if (this.#destroyed) return;
    if (!this.#outputEnded) this.#endOutput();
    this.#destroyed = true;
    this.#hop(() => {
      this.#endInput();
      this.#listener?.onClose(undefined);
    });
  }

  /** Takes what the peer wrote; `accepted` is called when it leaves the wire. */
  arrive(bytes: Uint8Array | undefined, accepted?: () => void): void {
    if (this.#destroyed) return;
    this.#arrived.push({ bytes, accepted });
    this.#deliver();
  }

  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    while (this.#arrived.length > 0 && !this.#paused && !this.#destroyed) {
      const arrival = this.#arrived.shift();
      if (arrival === undefined) break;
      const { bytes, accepted } = arrival;
      if (bytes === undefined) this.#endInput();
      else this.#emit(bytes);
      accepted?.();
    }
    this.#delivering = false;
  }

  #emit(chunk: Uint8Array): void {
    this.onBytes?.(chunk);
    this.#subscriber?.next(chunk);
  }

  #delivered(count: number): void {
    this.bufferedBytes -= count;
    if (!this.needsDrain || this.bufferedBytes > 0) return;
    this.needsDrain = false;
    this.#listener?.onDrain();
  }

  #endOutput(): void {
    this.#outputEnded = true;
    this.#hop(() => this.#peer?.arrive(undefined));
  }

  #endInput(): void {
    if (this.#inputEnded) return;
    this.#inputEnded = true;
    this.#subscriber?.complete();
    this.#closeIfEnded();
  }

  /** Like a socket: gone when both sides have ended. */
  #closeIfEnded(): void {
    if (!this.#inputEnded || !this.#outputEnded || this.#destroyed) return;
    this.#destroyed = true;
    this.#hop(() => this.#listener?.onClose(undefined));
  }
}
