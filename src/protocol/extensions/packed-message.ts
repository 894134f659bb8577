import { asBuffer } from '../as-buffer.js';
import { copyOut } from '../byte-ownership.js';
import { MessageCollector } from '../message-collector.js';
import type { Transform, TransformSession } from './transform.js';
import { calling, failureOf } from './failures.js';
import { limitOf, undoRest, undoWhole } from './undo.js';

/** What a {@link PackedMessage} tells who reads it. */
export interface PackedMessageOwner {
  /** The next octets of the message as it was before it was transformed. What it throws fails the message. */
  onUnpacked(bytes: Uint8Array): void;
  /** It is no longer busy, and was when it was called last. */
  onReady(): void;
}

/** Smaller pieces are pushed together: each may take a turn of the event loop, and fragments of one octet are many. */
const PIECE_BYTES = 16 * 1024;

/**
 * What is undone at a time where the rest may have to wait for those who take what comes out: a thousand times as much may.
 */
const SLICE_BYTES = 4 * 1024;

/**
 * A message that extensions have transformed, and that is received in pieces. A short one is collected and undone at its end; a long
 * one goes through the first transform as it comes, which may take its time.
 */
export class PackedMessage {
  /** Whether it takes nothing for now. */
  busy = false;
  /** Whether all of it has come out. */
  ended = false;
  failure: Error | undefined;
  readonly #transforms: readonly Transform[];
  readonly #maxBytes: number;
  readonly #owner: PackedMessageOwner;
  /** Whether it undoes what has come without waiting for more. */
  readonly #eager: boolean;
  readonly #packed: MessageCollector = new MessageCollector();
  #session: TransformSession | undefined;
  #pushing = false;
  /** What has come and waits to be undone, and whether the message ends with it. */
  #rest: { readonly bytes: Uint8Array; readonly last: boolean } | undefined;
  /** What has come out of the first transform, for the others. */
  #between: MessageCollector | undefined;

  /**
   * @param eager - Whether what comes is undone as it comes, however little it is, and not much at a time. Default only where the
   * message is long.
   */
  constructor(transforms: readonly Transform[], maxBytes: number, owner: PackedMessageOwner, eager = false) {
    this.#transforms = transforms;
    this.#maxBytes = maxBytes;
    this.#owner = owner;
    this.#eager = eager;
  }

  /** Whether it has more to undo when it is told to {@link goOn}; until then it takes nothing. */
  get behind(): boolean {
    return this.#rest !== undefined;
  }

  /** Undoes more of what has come. */
  goOn(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined && this.#session !== undefined) this.#push(this.#session, rest.bytes, rest.last);
  }

  /**
   * Takes `bytes[start, end)`, which may be written over afterwards.
   *
   * @param last - Whether the message ends with them.
   * @throws what the transforms throw.
   */
  add(bytes: Buffer, start: number, end: number, last: boolean): void {
    const packed = this.#packed;
    packed.add(bytes, start, end);
    if (this.#session !== undefined) {
      if (last || packed.size >= (this.#eager ? 1 : PIECE_BYTES)) {
        this.#push(this.#session, packed.take(), last);
      }
    } else if (packed.size > this.#wholeBytes(last)) {
      this.#push(this.#open(), packed.take(), last);
    } else if (last) {
      this.#undo();
    }
  }

  /** More than this is undone in pieces. */
  #wholeBytes(last: boolean): number {
    return this.#eager && !last ? 0 : (this.#transforms[0]?.wholeBytes ?? Infinity);
  }

  /** Takes all of the message, which is too long, or becomes so, to be undone at once. */
  addLong(bytes: Buffer, start: number, end: number): void {
    this.#push(this.#open(), copyOut(bytes, start, end), true);
  }

  /** Drops it. */
  abort(): void {
    this.#session?.abort();
    this.#session = undefined;
    this.#rest = undefined;
  }

  #undo(): void {
    const payload = this.#packed.take();
    const out = undoWhole(this.#transforms, payload, this.#maxBytes);
    if (out === undefined) {
      this.#push(this.#open(), payload, true);
      return;
    }
    this.#owner.onUnpacked(out);
    this.ended = true;
  }

  #open(): TransformSession {
    if (this.#transforms.length > 1) this.#between = new MessageCollector();
    const limit = limitOf(this.#transforms, 0, this.#maxBytes);
    return (this.#session = calling('what was received', () => this.#transforms[0]!.open(limit)));
  }

  #push(session: TransformSession, bytes: Uint8Array, ends: boolean): void {
    const cuts = this.#eager && bytes.length > SLICE_BYTES;
    const piece = cuts ? bytes.subarray(0, SLICE_BYTES) : bytes;
    const last = ends && !cuts;
    if (cuts) this.#rest = { bytes: bytes.subarray(SLICE_BYTES), last: ends };
    this.#pushing = true;
    this.busy = true;
    const emit = (out: Uint8Array): void => {
      this.#emit(out);
    };
    const done = (error?: Error): void => {
      this.#settle(error, last);
      this.#ready();
    };
    try {
      session.push(piece, last, emit, done);
    } catch (error) {
      done(error as Error);
    }
    this.#pushing = false;
  }

  #ready(): void {
    this.busy = false;
    if (!this.#pushing) this.#owner.onReady();
  }

  #emit(out: Uint8Array): void {
    if (this.failure !== undefined) return;
    try {
      if (this.#between === undefined) this.#owner.onUnpacked(out);
      else this.#between.add(asBuffer(out), 0, out.length);
    } catch (error) {
      this.#fail(error as Error);
      // The session is over: `done` will not be called.
      this.#ready();
    }
  }

  #settle(error: Error | undefined, last: boolean): void {
    if (this.failure !== undefined) return;
    if (error !== undefined) {
      this.#fail(failureOf(error, 'what was received'));
    } else if (last) {
      this.#finish();
    }
  }

  #finish(): void {
    try {
      if (this.#between !== undefined) {
        this.#owner.onUnpacked(undoRest(this.#transforms, this.#between.take(), this.#maxBytes));
      }
      this.ended = true;
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.failure = error;
    this.abort();
  }
}
