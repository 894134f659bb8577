import { constants, createDeflateRaw } from 'node:zlib';
import { takeOut } from '../byte-ownership.js';
import {
  type DeflateSettings,
  emptyMessage,
  isFlushed,
  LEAST_WINDOW_BITS,
  notFlushed,
} from './deflate-whole.js';
import type { History } from './history.js';
import { FLUSH_END } from './message-end.js';
import { tooBig } from './payload-errors.js';
import type { Stage, StageCalls } from './stage.js';
import { ZlibStream } from './zlib-stream.js';

const NOTHING = Buffer.alloc(0);

/** What a deflating message needs to know. */
export interface DeflateStageOptions {
  readonly settings: DeflateSettings;
  readonly maxBytes: number;
  /**
   * What may be referred back to. It belongs to the stage, which adds the plaintext. Undefined without context
   * takeover.
   */
  readonly window: History | undefined;
  /** Called when the message has ended, with all of its plaintext in the window. */
  ended(window: History | undefined): void;
}

/**
 * Deflates the pieces of one message outside of the event loop.
 *
 * Each piece is flushed, so that the peer can inflate all of what was pushed so far. The four octets that a flush ends
 * with are kept back until more comes, since they are not sent when nothing does.
 */
export class DeflateStage implements Stage {
  readonly #options: DeflateStageOptions;
  #stream: ZlibStream | undefined;
  #kept: Buffer = NOTHING;
  #bytes = 0;

  constructor(options: DeflateStageOptions) {
    this.#options = options;
  }

  work(piece: Uint8Array, last: boolean, calls: StageCalls): void {
    if (piece.length === 0) {
      this.#finish(calls);
      return;
    }
    const stream = (this.#stream ??= this.#open());
    this.#options.window?.append(piece);
    stream.write(piece, {
      out: (bytes) => this.#take(bytes, calls),
      done: (error) => {
        if (error !== undefined || !last) calls.done(error);
        else this.#finish(calls);
      },
    });
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  #open(): ZlibStream {
    const { settings, window } = this.#options;
    // zlib copies the dictionary.
    const stream = createDeflateRaw({
      ...settings,
      windowBits: Math.max(settings.windowBits, LEAST_WINDOW_BITS),
      dictionary: window?.bytes,
      flush: constants.Z_SYNC_FLUSH,
    });
    return new ZlibStream(stream);
  }

  #take(bytes: Buffer, calls: StageCalls): void {
    const all = this.#kept.length === 0 ? bytes : Buffer.concat([this.#kept, bytes]);
    const ready = Math.max(0, all.length - FLUSH_END.length);
    this.#kept = Buffer.from(all.subarray(ready));
    if (ready > 0 && this.#fits(ready, calls)) calls.emit(takeOut(all.subarray(0, ready)));
  }

  #fits(bytes: number, calls: StageCalls): boolean {
    const { maxBytes } = this.#options;
    this.#bytes += bytes;
    if (this.#bytes <= maxBytes) return true;
    this.close();
    calls.done(tooBig('deflated', maxBytes));
    return false;
  }

  #finish(calls: StageCalls): void {
    if (this.#stream === undefined) {
      const empty = emptyMessage();
      if (!this.#fits(empty.length, calls)) return;
      calls.emit(takeOut(empty));
    } else if (!isFlushed(this.#kept)) {
      calls.done(notFlushed());
      return;
    }
    this.#options.ended(this.#options.window);
    calls.done();
  }
}
