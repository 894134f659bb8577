import { Observable } from 'rxjs';
import type { Message } from '../../protocol/message.js';
import { Opcode } from '../../protocol/opcodes.js';
import { ChunkIterator } from './chunk-iterator.js';
import { type HeldStore, OVERHEAD_BYTES } from './held-store.js';
import { HeldValues, type Taker, usedTwice } from './held-values.js';
import type { FrameStream, MessageStream } from './message-stream.js';
import { ReceivedFrame } from './received-frame.js';
import { textOf } from './text-of.js';

/** A {@link MessageStream} from the side that receives it. */
export class ReceivedStream implements MessageStream {
  readonly type: 'text' | 'binary';
  readonly compressed: boolean;
  readonly #store: HeldStore;
  readonly #frames: HeldValues<ReceivedFrame>;
  #current: ReceivedFrame | undefined;
  /** The frames of which something is held, or comes. */
  readonly #open: Set<ReceivedFrame> = new Set();
  #iterator: ChunkIterator | undefined;

  constructor(text: boolean, compressed: boolean, store: HeldStore) {
    this.type = text ? 'text' : 'binary';
    this.compressed = compressed;
    this.#store = store;
    this.#frames = new HeldValues(store, costOf);
  }

  /** A message that is whole already, as though it had come in one frame. */
  static of({ type, data }: Message<string | Uint8Array>, store: HeldStore): ReceivedStream {
    const stream = new ReceivedStream(type === 'text', false, store);
    const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
    stream.beginFrame(true, type === 'text' ? Opcode.text : Opcode.binary, bytes.length);
    if (bytes.length > 0) stream.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
    stream.endFrame();
    stream.end();
    return stream;
  }

  /** Whether it is being read, or was. */
  get taken(): boolean {
    return this.#frames.taken;
  }

  /** Whether nothing of it is wanted any more. */
  get dropped(): boolean {
    return this.#frames.dropped && this.#open.size === 0;
  }

  get frames$(): Observable<FrameStream> {
    return this.#frames.values$(() => {
      this.#dropFrames();
    });
  }

  get chunks$(): Observable<Uint8Array> {
    return new Observable((subscriber) => {
      if (this.taken) {
        subscriber.error(usedTwice());
        return;
      }
      subscriber.add(this.#leave);
      this.#takeChunks(subscriber);
    });
  }

  get text$(): Observable<string> {
    return textOf(this.chunks$, this.type === 'binary');
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    const iterator = new ChunkIterator(this.#store, () => {
      if (this.#iterator === iterator) this.discard();
    });
    if (this.taken) {
      iterator.fail(usedTwice());
    } else {
      this.#iterator = iterator;
      this.#takeChunks({
        next: (chunk, held) => iterator.offer(chunk, held),
        error: (error) => {
          iterator.fail(error);
        },
        complete: () => {
          iterator.end();
        },
      });
    }
    return iterator;
  }

  discard(): void {
    this.#iterator?.drop();
    this.#dropFrames();
    // Those that nobody reads yet go first: the reader of one that ends may go on to the next.
    for (const frame of this.#open) if (!frame.taken) frame.discard();
    for (const frame of this.#open) frame.discard();
  }

  beginFrame(fin: boolean, opcode: number, length: number): void {
    const frame = new ReceivedFrame({ fin, opcode, length }, this.#store, this.#onOver);
    this.#current = frame;
    if (this.#frames.dropped) {
      frame.discard();
      return;
    }
    this.#open.add(frame);
    this.#frames.push(frame);
  }

  push(chunk: Uint8Array): void {
    this.#current?.push(chunk);
  }

  endFrame(): void {
    this.#current?.end();
    this.#current = undefined;
  }

  end(): void {
    this.#frames.complete();
  }

  /** The message will not be finished. */
  fail(error: unknown): void {
    this.#current?.fail(error);
    this.#current = undefined;
    this.#frames.fail(error);
  }

  readonly #leave = (): void => {
    this.discard();
  };

  readonly #onOver = (frame: ReceivedFrame): void => {
    this.#open.delete(frame);
  };

  #takeChunks(taker: Taker<Uint8Array>): void {
    this.#frames.take({
      next: (frame) => {
        frame.takeFor(taker);
      },
      error: (error) => {
        taker.error(error);
      },
      complete: () => {
        taker.complete();
      },
    });
  }

  #dropFrames(): void {
    for (const frame of this.#frames.drop()) frame.discard();
  }
}

function costOf(): number {
  return OVERHEAD_BYTES;
}
