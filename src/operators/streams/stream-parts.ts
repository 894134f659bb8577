import type { PartSink } from '../../protocol/message-parts.js';
import type { HeldStore } from './held-store.js';
import { ReceivedStream } from './received-stream.js';

/** Makes a {@link MessageStream} of every message that is taken part by part, and hands it out when the message begins. */
export class StreamParts implements PartSink {
  readonly wantsWhole = false;
  readonly #store: HeldStore;
  readonly #emit: (stream: ReceivedStream) => void;
  #stream: ReceivedStream | undefined;

  constructor(store: HeldStore, emit: (stream: ReceivedStream) => void) {
    this.#store = store;
    this.#emit = emit;
  }

  beginMessage(text: boolean, transformed: boolean): void {
    this.#stream = new ReceivedStream(text, transformed, this.#store);
    this.#emit(this.#stream);
  }

  beginFrame(fin: boolean, opcode: number, length: number): void {
    this.#stream?.beginFrame(fin, opcode, length);
  }

  part(bytes: Uint8Array): void {
    this.#stream?.push(bytes);
  }

  endFrame(): void {
    this.#stream?.endFrame();
  }

  endMessage(): void {
    this.#stream?.end();
    this.#stream = undefined;
  }

  /** Whether somebody may want the rest of the message that is being received. */
  get wanted(): boolean {
    return this.#stream?.dropped === false;
  }

  /** The message that is being received will not be finished. */
  fail(error: unknown): void {
    this.#stream?.fail(error);
    this.#stream = undefined;
  }
}
