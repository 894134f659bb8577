import type { Observable } from 'rxjs';
import type { Opcode } from '../../protocol/opcodes.js';
import { type HeldStore, OVERHEAD_BYTES } from './held-store.js';
import { HeldValues, type Taker } from './held-values.js';
import type { FrameStream } from './message-stream.js';

const NO_BYTES = new Uint8Array(0);

/** What the header of a frame says. */
export type FrameFacts = Pick<FrameStream, 'fin' | 'opcode' | 'length'>;

/** A {@link FrameStream} from the side that receives it. */
export class ReceivedFrame implements FrameStream {
  readonly fin: boolean;
  readonly opcode: Opcode;
  readonly length: number;
  readonly #chunks: HeldValues<Uint8Array>;
  #empty = true;

  /** @param onOver - Called when all of it has been taken, or dropped. */
  constructor({ fin, opcode, length }: FrameFacts, store: HeldStore, onOver: (frame: ReceivedFrame) => void) {
    this.fin = fin;
    this.opcode = opcode;
    this.length = length;
    this.#chunks = new HeldValues(store, costOf, () => {
      onOver(this);
    });
  }

  /** Whether it is being read, or was. */
  get taken(): boolean {
    return this.#chunks.taken;
  }

  get chunks$(): Observable<Uint8Array> {
    return this.#chunks.values$(() => {
      this.discard();
    });
  }

  discard(): void {
    this.#chunks.drop();
  }

  /** Hands the octets to who takes those of the message, and learns from the message how it ends. */
  takeFor(taker: Taker<Uint8Array>): void {
    this.#chunks.take({
      next: (chunk, held) => chunk.length > 0 && taker.next(chunk, held),
      error: () => undefined,
      complete: () => undefined,
    });
  }

  push(chunk: Uint8Array): void {
    this.#empty = false;
    this.#chunks.push(chunk);
  }

  end(): void {
    if (this.#empty) this.#chunks.push(NO_BYTES);
    this.#chunks.complete();
  }

  fail(error: unknown): void {
    this.#chunks.fail(error);
  }
}

function costOf(chunk: Uint8Array): number {
  return chunk.length + OVERHEAD_BYTES;
}
