import { calling, failureOf } from '../protocol/extensions/failures.js';
import { type Applied, applyFrom, bitsOf, type OutboundExtensions } from '../protocol/extensions/outbound.js';
import type { TransformSession } from '../protocol/extensions/transform.js';
import { Opcode } from '../protocol/opcodes.js';
import { PreparedMessage } from '../protocol/prepared-message.js';
import type { SharedPayload } from '../protocol/shared-payload.js';
import type { Traffic } from '../protocol/traffic.js';
import type { SendLine } from './send-line.js';

/** What a message is made of. */
export type Content = string | Uint8Array | PreparedMessage;

/** Where a {@link Packer} sends. */
export interface PackedSink {
  readonly traffic: Traffic;
  /**
   * Sends one message, or a message's frame.
   *
   * @param first - The opcode of the first frame, with its reserved bits: `rsv << 4 | opcode`.
   * @param ours - Whether the octets are nobody else's and may be written over.
   */
  content(first: number, data: string | Uint8Array, fragmentBytes: number, ours: boolean): void;
  shared(first: number, payload: SharedPayload, fragmentBytes: number): void;
  frameContent(fin: boolean, first: number, payload: Uint8Array, ours: boolean): void;
}

/** A frame as it is sent. */
interface MadeFrame {
  readonly first: number;
  readonly payload: Uint8Array;
  readonly ours: boolean;
}

/**
 * Lets the extensions of a connection transform what it sends. A long message may take its time, off the event loop: it is inside the
 * line for so long.
 */
export class Packer {
  readonly extensions: OutboundExtensions;
  readonly #sink: PackedSink;
  readonly #line: SendLine;
  readonly #onError: (error: Error) => void;
  #session: TransformSession | undefined;

  /** @param onError - Called when an extension fails at what it was given: nothing more is sent. */
  constructor(
    extensions: OutboundExtensions,
    sink: PackedSink,
    line: SendLine,
    onError: (error: Error) => void,
  ) {
    this.extensions = extensions;
    this.#sink = sink;
    this.#line = line;
    this.#onError = onError;
  }

  /** Sends a message, whose turn it is. @throws ExtensionError */
  message(opcode: number, data: Content, fragmentBytes: number, compressIt: boolean | undefined): void {
    const compress = compressIt ?? (data instanceof PreparedMessage ? data.compress : undefined);
    const applied = this.extensions.ofMessage(lengthOf(data), compress);
    const [first] = applied;
    if (first === undefined) {
      if (data instanceof PreparedMessage) this.#sendShared(opcode, data.plain, fragmentBytes, compress);
      else this.#sendFrames(opcode, data, false, fragmentBytes, compress);
      return;
    }
    const head = (bitsOf(applied) << 4) | opcode;
    const { shared } = first.transform;
    if (data instanceof PreparedMessage && shared !== undefined && applied.length === 1) {
      const form = data.form(shared);
      shared.sent(data.data);
      this.#packed(data.data, form.bytes);
      this.#sendShared(head, form, fragmentBytes, compress);
      return;
    }
    const bytes = bytesOf(data);
    if (bytes.length <= (first.transform.wholeBytes ?? Infinity)) {
      const out = applyFrom(applied, 0, bytes);
      this.#packed(bytes, out);
      this.#sendFrames(head, out, isOurs(out, data), fragmentBytes, compress);
    } else {
      // An extension reads them later than this turn, and may have remembered them by then.
      this.#open(applied, data instanceof Uint8Array ? Uint8Array.from(data) : bytes, (out) => {
        this.#packed(bytes, out);
        this.#sendFrames(head, out, true, fragmentBytes, compress);
      });
    }
  }

  /** Drops what is at work. */
  abort(): void {
    this.#session?.abort();
    this.#session = undefined;
  }

  /** Notes what extensions have made of `plain`. */
  #packed(plain: Uint8Array, out: Uint8Array): void {
    this.#sink.traffic.expandedOctets += plain.length - out.length;
  }

  #sendShared(
    head: number,
    payload: SharedPayload,
    fragmentBytes: number,
    compress: boolean | undefined,
  ): void {
    if (this.extensions.byFrame) this.#sendFrames(head, payload.bytes, false, fragmentBytes, compress);
    else this.#sink.shared(head, payload, fragmentBytes);
  }

  /** Sends the message, in frames that are transformed one by one where an extension wants that. */
  #sendFrames(
    head: number,
    data: string | Uint8Array,
    ours: boolean,
    fragmentBytes: number,
    compress: boolean | undefined,
  ): void {
    if (!this.extensions.byFrame) {
      this.#sink.content(head, data, fragmentBytes, ours);
      return;
    }
    const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
    const frames: MadeFrame[] = [];
    let at = 0;
    do {
      const piece = bytes.subarray(at, Math.min(at + fragmentBytes, bytes.length));
      frames.push(this.#made(at === 0 ? head : Opcode.continuation, piece, ours, compress));
      at += piece.length;
    } while (at < bytes.length);
    // Who looks on at the first frame may send: that must not come between it and the second.
    const { inside } = this.#line;
    if (!inside) this.#line.begin();
    frames.forEach((frame, index) => {
      this.#sink.frameContent(index === frames.length - 1, frame.first, frame.payload, frame.ours);
    });
    if (!inside) this.#line.end();
  }

  /** Sends one frame of a message, transformed if an extension of frames wants that. @throws ExtensionError */
  frame(fin: boolean, head: number, payload: Uint8Array, ours: boolean, compress: boolean | undefined): void {
    const frame = this.#made(head, payload, ours, compress);
    this.#sink.frameContent(fin, frame.first, frame.payload, frame.ours);
  }

  #made(head: number, payload: Uint8Array, ours: boolean, compress: boolean | undefined): MadeFrame {
    const applied = this.extensions.ofFrame(payload.length, compress);
    const out = applyFrom(applied, 0, payload);
    this.#packed(payload, out);
    return {
      first: head | (bitsOf(applied) << 4),
      payload: out,
      ours: ours || out.buffer !== payload.buffer,
    };
  }

  /** Lets the first transform take its time; the others are applied to what it has made. */
  #open(applied: readonly Applied[], bytes: Uint8Array, send: (out: Uint8Array) => void): void {
    const session = calling('what is sent', () => applied[0]!.transform.open(Infinity));
    const made: Uint8Array[] = [];
    const emit = (out: Uint8Array): void => void made.push(out);
    const done = (error?: Error): void => {
      this.#session = undefined;
      this.#line.heldBytes -= bytes.length;
      try {
        if (error !== undefined) throw error;
        send(applyFrom(applied, 1, Buffer.concat(made)));
      } catch (failure) {
        this.#onError(failureOf(failure, 'what is sent'));
        return;
      }
      this.#line.end();
    };
    this.#session = session;
    this.#line.begin();
    this.#line.heldBytes += bytes.length;
    try {
      session.push(bytes, true, emit, done);
    } catch (error) {
      done(error as Error);
    }
  }
}

/** Octets of a message. */
export function lengthOf(data: Content): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof PreparedMessage ? data.data.length : data.length;
}

/** Whether octets that were made of `data` are nobody else's: a transform may give back what it was given. */
function isOurs(made: Uint8Array, data: Content): boolean {
  if (typeof data === 'string') return true;
  return made.buffer !== (data instanceof PreparedMessage ? data.data : data).buffer;
}

function bytesOf(data: Content): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return data instanceof PreparedMessage ? data.data : data;
}
