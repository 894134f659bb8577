import { createInflateRaw } from 'node:zlib';
import { takeOut } from '../byte-ownership.js';
import type { History } from './history.js';
import { MAX_FINAL_BLOCKS } from './inflate-whole.js';
import { FINAL_BLOCK_BYTES, SEAL, SEALED_END } from './message-end.js';
import { fromZlib, inflateError, tooBig } from './payload-errors.js';
import type { Stage, StageCalls } from './stage.js';
import { ZlibStream } from './zlib-stream.js';

/** An octet that zlib leaves unread if its stream has ended before it. */
const PROBE = Buffer.of(0x00);
const END = Buffer.concat([SEALED_END, PROBE]);

/** What an inflating message needs to know. */
export interface InflateStageOptions {
  readonly maxBytes: number;
  /** What may be referred back to. It belongs to the stage, which adds the plaintext. */
  readonly window: History;
  /** Called when the message has ended as it must, with all of its plaintext in the window. */
  ended(window: History): void;
}

/** Inflates the pieces of one message outside of the event loop, by the rules of `inflateWhole`. */
export class InflateStage implements Stage {
  readonly #options: InflateStageOptions;
  #stream: ZlibStream | undefined;
  /** Octets written to the stream. */
  #written = 0;
  /** Octets that came out of the message. */
  #bytes = 0;
  #finals = 0;

  constructor(options: InflateStageOptions) {
    this.#options = options;
  }

  work(piece: Uint8Array, last: boolean, calls: StageCalls): void {
    if (piece.length === 0) {
      this.#finish(calls);
      return;
    }
    const stream = this.#open();
    this.#written += piece.length;
    stream.write(piece, {
      out: (bytes) => this.#take(bytes, calls),
      done: (error) => {
        const unread = this.#written - stream.bytesRead;
        if (error !== undefined) calls.done(fromZlib(error));
        else if (unread > 0) this.#beginAnew(piece.subarray(piece.length - unread), last, calls);
        else if (last) this.#finish(calls);
        else calls.done();
      },
    });
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#written = 0;
  }

  /** The stream; a new one has the plaintext so far as its dictionary. */
  #open(): ZlibStream {
    this.#stream ??= new ZlibStream(createInflateRaw({ dictionary: this.#options.window.bytes }));
    return this.#stream;
  }

  #take(bytes: Buffer, calls: StageCalls): void {
    const { maxBytes, window } = this.#options;
    this.#bytes += bytes.length;
    if (this.#bytes > maxBytes) {
      this.close();
      calls.done(tooBig('inflated', maxBytes));
      return;
    }
    window.append(bytes);
    calls.emit(takeOut(bytes));
  }

  /** `rest` is behind a block with BFINAL. */
  #beginAnew(rest: Uint8Array, last: boolean, calls: StageCalls): void {
    this.close();
    this.#finals++;
    if (this.#finals > MAX_FINAL_BLOCKS) {
      calls.done(inflateError(`it has more than ${String(MAX_FINAL_BLOCKS)} final blocks`));
    } else {
      this.work(rest, last, calls);
    }
  }

  #finish(calls: StageCalls): void {
    const stream = this.#open();
    const out: Buffer[] = [];
    stream.write(END, {
      out: (bytes) => out.push(bytes),
      done: (error) => {
        const unread = this.#written + END.length - stream.bytesRead;
        if (error !== undefined) {
          calls.done(fromZlib(error));
        } else if (isEnd(Buffer.concat(out), unread)) {
          this.#options.ended(this.#options.window);
          calls.done();
        } else {
          calls.done(inflateError('it does not end behind a block'));
        }
      },
    });
  }
}

/** Whether a message ended where it has to, by what came out of {@link END} and by how much of it zlib did not read. */
function isEnd(out: Buffer, unread: number): boolean {
  // It ended with a block with BFINAL and nothing behind it.
  if (unread === END.length) return out.length === 0;
  return out.equals(SEAL) && (unread === PROBE.length || unread === PROBE.length + FINAL_BLOCK_BYTES);
}
