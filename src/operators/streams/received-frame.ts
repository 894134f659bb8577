import type { Observable, Observer } from 'rxjs';
import type { Opcode } from '../../protocol/opcodes.js';
import { type HeldStore, OVERHEAD_BYTES } from './held-store.js';
import { HeldValues } from './held-values.js';
import type { FrameStream } from './message-stream.js';

const NO_BYTES = new Uint8Array(0);

/** A {@link FrameStream} from the side that receives it. */
export class ReceivedFrame implements FrameStream {
  readonly fin: boolean;
  readonly opcode: Opcode;
  readonly length: number;
  readonly #chunks: HeldValues<Uint8Array>;

  constructor(fin: boolean, opcode: number, length: number, store: HeldStore) {
    this.fin = fin;
    this.opcode = opcode;
    this.length = length;
    this.#chunks = new HeldValues(store, costOf);
  }

  get chunks$(): Observable<Uint8Array> {
    return this.#chunks.values$(() => {
      this.discard();
    });
  }

  discard(): void {
    this.#chunks.drop();
  }

  /** Hands the octets to the observer of the message, which learns from the message how it ends. */
  takeFor(observer: Observer<Uint8Array>): void {
    this.#chunks.take({
      next: (chunk) => {
        if (chunk.length > 0) observer.next(chunk);
      },
      error: () => undefined,
      complete: () => undefined,
    });
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  end(): void {
    if (this.length === 0) this.#chunks.push(NO_BYTES);
    this.#chunks.complete();
  }

  fail(error: unknown): void {
    this.#chunks.fail(error);
  }
}

function costOf(chunk: Uint8Array): number {
  return chunk.length + OVERHEAD_BYTES;
}
