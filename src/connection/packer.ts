import { type Applied, applyFrom, bitsOf, type OutboundExtensions } from '../protocol/extensions/outbound.js';
import type { TransformSession } from '../protocol/extensions/transform.js';
import { failureOf } from '../protocol/extensions/failures.js';
import { Opcode } from '../protocol/opcodes.js';
import { PreparedMessage } from '../protocol/prepared-message.js';
import { Fifo } from './fifo.js';

/** What a message is made of. */
export type Content = string | Uint8Array | PreparedMessage;

/** Where a {@link Packer} sends. */
export interface PackedSink {
  /**
   * Sends one message, or a message's frame.
   *
   * @param first - The opcode of the first frame, with its reserved bits: `rsv << 4 | opcode`.
   * @param ours - Whether the octets are nobody else's and may be written over.
   */
  content(first: number, data: string | Uint8Array, fragmentBytes: number, ours: boolean): void;
  frameContent(fin: boolean, first: number, payload: Uint8Array, ours: boolean): void;
}

interface Job {
  readonly opcode: number;
  readonly data: Content;
  readonly fragmentBytes: number;
  readonly compress: boolean | undefined;
}

/**
 * Lets the extensions of a connection transform what it sends. Long messages may take their time, off the event loop: what is sent
 * behind them waits, in order; control frames do not.
 */
export class Packer {
  /** Octets of messages, as they were given, that are being transformed or wait behind one that is. */
  heldBytes = 0;
  readonly #extensions: OutboundExtensions;
  readonly #sink: PackedSink;
  readonly #onError: (error: Error) => void;
  #session: TransformSession | undefined;
  #waiting: Fifo<Job | (() => void)> | undefined;

  /** @param onError - Called when an extension fails at what it was given: nothing more is sent. */
  constructor(extensions: OutboundExtensions, sink: PackedSink, onError: (error: Error) => void) {
    this.#extensions = extensions;
    this.#sink = sink;
    this.#onError = onError;
  }

  message(opcode: number, data: Content, fragmentBytes: number, compress: boolean | undefined): void {
    const job = { opcode, data, fragmentBytes, compress };
    if (this.#session === undefined) {
      this.#start(job);
    } else {
      this.heldBytes += lengthOf(data);
      (this.#waiting ??= new Fifo()).push(job);
    }
  }

  /** Calls `task` when everything that was sent so far has been given to the sink. */
  whenIdle(task: () => void): void {
    if (this.#session === undefined) task();
    else (this.#waiting ??= new Fifo()).push(task);
  }

  /** Drops everything. */
  abort(): void {
    this.#session?.abort();
    this.#session = undefined;
    this.#waiting = undefined;
    this.heldBytes = 0;
  }

  #start(job: Job): void {
    const { data, fragmentBytes, opcode } = job;
    const compress = job.compress ?? (data instanceof PreparedMessage ? data.compress : undefined);
    const applied = this.#extensions.ofMessage(lengthOf(data), compress);
    const [first] = applied;
    if (first === undefined) {
      this.#sendFrames(
        opcode,
        data instanceof PreparedMessage ? data.data : data,
        false,
        fragmentBytes,
        compress,
      );
      return;
    }
    const head = (bitsOf(applied) << 4) | opcode;
    const { shared } = first.transform;
    if (data instanceof PreparedMessage && shared !== undefined && applied.length === 1) {
      const form = data.form(shared);
      shared.sent(data.data);
      this.#sendFrames(head, form, false, fragmentBytes, compress);
      return;
    }
    const bytes = bytesOf(data);
    if (bytes.length <= (first.transform.wholeBytes ?? Infinity)) {
      const out = applyFrom(applied, 0, bytes);
      this.#sendFrames(head, out, isOurs(out, data), fragmentBytes, compress);
    } else {
      this.#open(applied, bytes, (out) => {
        this.#sendFrames(head, out, true, fragmentBytes, compress);
      });
    }
  }

  /** Sends the message, in frames that are transformed one by one where an extension wants that. */
  #sendFrames(
    head: number,
    data: string | Uint8Array,
    ours: boolean,
    fragmentBytes: number,
    compress: boolean | undefined,
  ): void {
    if (!this.#extensions.byFrame) {
      this.#sink.content(head, data, fragmentBytes, ours);
      return;
    }
    const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
    let at = 0;
    do {
      const piece = bytes.subarray(at, Math.min(at + fragmentBytes, bytes.length));
      const applied = this.#extensions.ofFrame(piece.length, compress);
      const first = (at === 0 ? head : Opcode.continuation) | (bitsOf(applied) << 4);
      at += piece.length;
      const out = applyFrom(applied, 0, piece);
      this.#sink.frameContent(at === bytes.length, first, out, ours || out.buffer !== piece.buffer);
    } while (at < bytes.length);
  }

  /** Lets the first transform take its time; the others are applied to what it has made. */
  #open(applied: readonly Applied[], bytes: Uint8Array, send: (out: Uint8Array) => void): void {
    const session = applied[0]!.transform.open(Infinity);
    const made: Uint8Array[] = [];
    this.#session = session;
    this.heldBytes += bytes.length;
    session.push(
      bytes,
      true,
      (out) => void made.push(out),
      (error) => {
        this.#session = undefined;
        this.heldBytes -= bytes.length;
        if (error === undefined) this.#finish(() => send(applyFrom(applied, 1, Buffer.concat(made))));
        else this.#fail(failureOf(error, 'what is sent'));
      },
    );
  }

  #finish(send: () => void): void {
    try {
      send();
      while (this.#session === undefined) {
        const next = this.#waiting?.shift();
        if (next === undefined) return;
        if (typeof next === 'function') {
          next();
        } else {
          this.heldBytes -= lengthOf(next.data);
          this.#start(next);
        }
      }
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.abort();
    this.#onError(error);
  }
}

/** Whether octets that were made of `data` are nobody else's: a transform may give back what it was given. */
function isOurs(made: Uint8Array, data: Content): boolean {
  if (typeof data === 'string') return true;
  return made.buffer !== (data instanceof PreparedMessage ? data.data : data).buffer;
}

/** Octets of a message. */
export function lengthOf(data: Content): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof PreparedMessage ? data.data.length : data.length;
}

function bytesOf(data: Content): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return data instanceof PreparedMessage ? data.data : data;
}
