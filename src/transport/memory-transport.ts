import { Observable, type Subscriber } from 'rxjs';
import type { Transport, TransportListener } from './transport.js';

/** Runs `task` on another turn: what stands between a write and its arrival. */
export type Hop = (task: () => void) => void;

/** Cuts what is written at once into what arrives at once. */
export type Cut = (chunk: Uint8Array) => readonly Uint8Array[];

/** What can be done to a transport in memory besides, so that it fails as networks do. */
export interface MemoryTransport extends Transport {
  /** The transport is gone, without an end: what is on its way is lost. The peer's is not told of it. */
  lose(error: Error): void;
  /** Nothing more arrives here, and the peer's writes are not taken, until `release`. Not the same as `pause`, which is its owner's. */
  hold(): void;
  release(): void;
  /** Calls back when so many more octets have arrived here; the rest of the chunk they were in is lost. */
  after(octets: number, task: () => void): void;
}

const HIGH_WATER_BYTES = 16 * 1024;

const nextTurn: Hop = (task) => {
  setImmediate(task);
};

/**
 * Two transports that are each other's peer, in memory. What is written to one arrives at the other on another turn, in the chunks it
 * was written in, copied as a socket would.
 *
 * @param hop - Default `setImmediate`; a test may bring its own turns.
 * @param cuts - How each of the two cuts what is written to it, every piece to arrive on a turn of its own. Default not at all.
 */
export function memoryPair(
  hop: Hop = nextTurn,
  cuts: readonly (Cut | undefined)[] = [],
): [MemoryTransport, MemoryTransport] {
  const left = new MemoryEnd(hop, cuts[0]);
  const right = new MemoryEnd(hop, cuts[1]);
  left.join(right);
  right.join(left);
  return [left, right];
}

interface Arrival {
  /** Undefined for the end of the peer's side. */
  readonly bytes: Uint8Array | undefined;
  readonly accepted: (() => void) | undefined;
}

class MemoryEnd implements MemoryTransport {
  readonly secure = false;
  readonly remoteAddress = undefined;
  readonly localAddress = undefined;
  readonly releasesWrites = false;
  onBytes: ((chunk: Uint8Array) => void) | undefined;
  bufferedBytes = 0;
  needsDrain = false;
  readonly #hop: Hop;
  readonly #cut: Cut | undefined;
  #peer: MemoryEnd | undefined;
  #listener: TransportListener | undefined;
  #subscriber: Subscriber<Uint8Array> | undefined;
  /** What has arrived and is not delivered. */
  readonly #arrived: Arrival[] = [];
  #paused = false;
  #held = false;
  #watch: { left: number; readonly task: () => void } | undefined;
  #delivering = false;
  #inputEnded = false;
  #outputEnded = false;
  #destroyed = false;

  constructor(hop: Hop, cut: Cut | undefined) {
    this.#hop = hop;
    this.#cut = cut;
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

  join(peer: MemoryEnd): void {
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
    const pieces = this.#cut?.(bytes) ?? [bytes];
    pieces.forEach((piece, i) => {
      this.#send(piece, i === pieces.length - 1 ? taken : undefined);
    });
  }

  #send(piece: Uint8Array, taken: (() => void) | undefined): void {
    this.#hop(() => {
      this.#peer?.arrive(piece, () => {
        this.#delivered(piece.length);
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

  lose(error: Error): void {
    if (this.#destroyed) return;
    this.#outputEnded = true;
    this.#destroyed = true;
    this.#hop(() => {
      if (!this.#inputEnded) this.#subscriber?.error(error);
      this.#inputEnded = true;
      this.#listener?.onClose(error);
    });
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#deliver();
  }

  after(octets: number, task: () => void): void {
    if (octets === 0) task();
    else this.#watch = { left: octets, task };
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
    while (this.#arrived.length > 0 && !this.#paused && !this.#held && !this.#destroyed) {
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
    const watch = this.#watch;
    const seen = watch === undefined ? chunk : chunk.subarray(0, watch.left);
    if (seen.length > 0 || chunk.length === 0) {
      this.onBytes?.(seen);
      this.#subscriber?.next(seen);
    }
    if (watch === undefined) return;
    watch.left -= seen.length;
    if (watch.left > 0) return;
    this.#watch = undefined;
    watch.task();
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
