import { isAscii } from 'node:buffer';
import { asBuffer } from './as-buffer.js';
import { copyOut } from './byte-ownership.js';
import { LimitError } from './errors.js';
import type { ExtendedReaderOwner } from './extensions/extended-reader.js';
import type { InboundExtensions } from './extensions/inbound.js';
import { PackedMessage, type PackedMessageOwner } from './extensions/packed-message.js';
import type { Transform } from './extensions/transform.js';
import { undoAll } from './extensions/undo.js';
import { onTheWire, tooBig } from './fragment-sequence.js';
import { type FrameDecoder } from './frame-decoder.js';
import { Found } from './found.js';
import type { ResolvedLimits } from './limits.js';
import type { MessageAssembler } from './message-assembler.js';
import { MessageCollector } from './message-collector.js';
import type { PartSink } from './message-parts.js';
import type { MessageReader } from './message-reader.js';
import type { Message } from './message.js';
import { Opcode } from './opcodes.js';
import { Utf8Validator } from './utf8.js';

/** What a {@link MessageSplitter} is told. */
export interface MessageSplitterOptions {
  readonly sink: PartSink;
  /** Joins the message as well; undefined where it is only taken part by part. */
  readonly assembler: MessageAssembler | undefined;
  readonly extensions: InboundExtensions | undefined;
  readonly limits: ResolvedLimits;
  readonly validateUtf8: boolean;
}

const NO_BYTES = Buffer.alloc(0);

/**
 * Hands out one message part by part, as it is decoded: what extensions have transformed is undone as it comes, and text is checked
 * before it is handed out. RFC 6455 sections 5.4 and 8.1.
 *
 * Holds nothing but a frame that an extension of frames has transformed, within `maxFrameBytes`.
 */
export class MessageSplitter implements MessageReader, PackedMessageOwner {
  readonly #options: MessageSplitterOptions;
  readonly #owner: ExtendedReaderOwner;
  readonly #maxBytes: number;
  #text = false;
  #utf8: Utf8Validator | undefined;
  /** Octets that have come out. */
  #size = 0;
  #packed: PackedMessage | undefined;
  #frameTransforms: readonly Transform[] = NONE;
  #frame: MessageCollector | undefined;
  /** Which ends are to be told, once an extension has done. */
  #frameEnds = false;
  #messageEnds = false;
  /** Whether all of the message was handed out. */
  ended = false;

  constructor(options: MessageSplitterOptions, owner: ExtendedReaderOwner) {
    this.#options = options;
    this.#owner = owner;
    const { maxMessageBytes, maxStreamBytes } = options.limits;
    this.#maxBytes = options.assembler === undefined ? maxStreamBytes : maxMessageBytes;
  }

  get busy(): boolean {
    return this.#packed?.busy === true;
  }

  get waiting(): boolean {
    return this.busy || this.behind || this.#frameEnds || this.#packed?.failure !== undefined;
  }

  get behind(): boolean {
    return this.#packed?.behind === true;
  }

  takeLate(controlOnly: boolean): Message<string | Uint8Array> | undefined {
    try {
      if (!controlOnly && !this.busy) this.#packed?.goOn();
      return this.#takeLate();
    } catch (error) {
      throw this.#inItsOwnWords(error);
    }
  }

  #takeLate(): Message<string | Uint8Array> | undefined {
    const packed = this.#packed;
    if (packed?.failure !== undefined) throw packed.failure;
    if (!this.#frameEnds || packed?.busy === true || packed?.behind === true) return undefined;
    this.#frameEnds = false;
    const { sink, assembler } = this.#options;
    if (!this.#messageEnds) {
      sink.endFrame();
      return undefined;
    }
    this.#utf8?.finish();
    const message = assembler?.joined(this.#text);
    this.ended = true;
    sink.endFrame();
    sink.endMessage();
    return message;
  }

  take(frames: FrameDecoder, found: Found): Message<string | Uint8Array> | undefined {
    try {
      return this.#take(frames, found);
    } catch (error) {
      throw this.#inItsOwnWords(error);
    }
  }

  #take(frames: FrameDecoder, found: Found): Message<string | Uint8Array> | undefined {
    if (found === Found.frame || found === Found.head) this.#begin(frames);
    const last = frames.fin && (found === Found.frame || found === Found.end);
    if (found === Found.frame || found === Found.piece) this.#takeOctets(frames, last);
    if (found === Found.head || found === Found.piece) return this.#takeLate();
    this.#endFrame(last, found === Found.frame);
    return this.#takeLate();
  }

  stop(): void {
    this.#packed?.abort();
    this.#packed = undefined;
    this.#frame = undefined;
    this.#frameEnds = false;
  }

  onUnpacked(out: Uint8Array): void {
    const bytes = asBuffer(out);
    this.#owner.traffic.expandedOctets += bytes.length;
    this.#give(bytes, 0, bytes.length, this.#text && isAscii(bytes));
  }

  onReady(): void {
    this.#owner.onExtensionReady();
  }

  #begin(frames: FrameDecoder): void {
    const { extensions, sink, assembler } = this.#options;
    this.#frameTransforms = extensions?.ofFrame(frames.rsv) ?? NONE;
    if (frames.opcode !== Opcode.continuation) {
      this.#text = frames.inText;
      const transforms = extensions?.ofMessage(frames.rsv) ?? NONE;
      if (transforms.length > 0) this.#packed = new PackedMessage(transforms, this.#maxBytes, this, true);
      const transformed = transforms.length + this.#frameTransforms.length > 0;
      sink.beginMessage(this.#text, transformed, assembler !== undefined);
    }
    sink.beginFrame(frames.fin, frames.opcode, frames.length);
    if (this.#frameTransforms.length > 0) this.#collect(frames.length);
  }

  /** A frame that was transformed as such has to be joined before that is undone. */
  #collect(length: number): void {
    const { maxFrameBytes } = this.#options.limits;
    if (length > onTheWire(maxFrameBytes)) throw tooBig('frame', length, 'maxFrameBytes', maxFrameBytes);
    this.#frame = new MessageCollector();
  }

  #takeOctets({ bytes, start, end, ascii }: FrameDecoder, last: boolean): void {
    if (this.#frame === undefined && this.#packed === undefined) {
      this.#give(bytes, start, end, ascii);
      return;
    }
    this.#owner.traffic.expandedOctets -= end - start;
    if (this.#frame !== undefined) this.#frame.add(bytes, start, end);
    else this.#packed?.add(bytes, start, end, last);
  }

  /** @param whole - Whether the frame came at once: what has transformed the message has all of it already. */
  #endFrame(last: boolean, whole: boolean): void {
    const frame = this.#frame;
    if (frame !== undefined) {
      this.#frame = undefined;
      const left = this.#options.limits.maxMessageBytes;
      const out = asBuffer(undoAll(this.#frameTransforms, frame.take(), left));
      if (this.#packed === undefined) this.onUnpacked(out);
      else this.#packed.add(out, 0, out.length, last);
    } else if (!whole) {
      this.#packed?.add(NO_BYTES, 0, 0, last);
    }
    this.#frameEnds = true;
    this.#messageEnds = last;
  }

  /** Hands out octets as they were before any extension. */
  #give(bytes: Buffer, start: number, end: number, ascii: boolean): void {
    if (start === end) return;
    this.#size += end - start;
    this.#checkSize();
    const { assembler, validateUtf8, sink } = this.#options;
    if (assembler !== undefined) assembler.add(this.#text, bytes, start, end, ascii);
    else if (this.#text && validateUtf8) this.#check(bytes, start, end, ascii);
    sink.part(copyOut(bytes, start, end));
  }

  /** What undoes an extension knows only how much may come out, and not which option says so. */
  #inItsOwnWords(error: unknown): unknown {
    const renamed = this.#options.assembler === undefined && error instanceof LimitError;
    if (!renamed || error.option !== 'maxMessageBytes') return error;
    return tooBig('message', this.#maxBytes + 1, 'maxStreamBytes', this.#maxBytes);
  }

  #checkSize(): void {
    if (this.#size <= this.#maxBytes) return;
    const option = this.#options.assembler === undefined ? 'maxStreamBytes' : 'maxMessageBytes';
    throw tooBig('message', this.#size, option, this.#maxBytes);
  }

  #check(bytes: Buffer, start: number, end: number, ascii: boolean): void {
    this.#utf8 ??= new Utf8Validator();
    if (ascii) this.#utf8.pushAscii(end - start);
    else this.#utf8.push(bytes, start, end);
  }
}

const NONE: readonly Transform[] = Object.freeze([]);
