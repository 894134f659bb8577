import { Observable, type Observer } from 'rxjs';
import type { Message } from '../../protocol/message.js';
import { Opcode } from '../../protocol/opcodes.js';
import { ChunkIterator } from './chunk-iterator.js';
import { type HeldStore, OVERHEAD_BYTES } from './held-store.js';
import { HeldValues, usedTwice } from './held-values.js';
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

  get frames$(): Observable<FrameStream> {
    return this.#frames.values$(() => {
      this.#dropFrames();
    });
  }

  get chunks$(): Observable<Uint8Array> {
    return new Observable((subscriber) => {
      if (!this.#takeChunks(subscriber)) subscriber.error(usedTwice());
      else subscriber.add(this.#leave);
    });
  }

  get text$(): Observable<string> {
    return textOf(this.chunks$, this.type === 'binary');
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    const iterator = new ChunkIterator(this.#store, this.#leave);
    const taken = this.#takeChunks({
      next: (chunk) => {
        iterator.offer(chunk);
      },
      error: (error) => {
        iterator.fail(error);
      },
      complete: () => {
        iterator.end();
      },
    });
    if (!taken) iterator.fail(usedTwice());
    return iterator;
  }

  discard(): void {
    this.#dropFrames();
    this.#current?.discard();
  }

  beginFrame(fin: boolean, opcode: number, length: number): void {
    const frame = new ReceivedFrame(fin, opcode, length, this.#store);
    this.#current = frame;
    if (!this.#frames.push(frame)) frame.discard();
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

  #takeChunks(observer: Observer<Uint8Array>): boolean {
    return this.#frames.take({
      next: (frame) => {
        frame.takeFor(observer);
      },
      error: (error) => {
        observer.error(error);
      },
      complete: () => {
        observer.complete();
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
