import { isAscii } from 'node:buffer';
import { asBuffer } from '../as-buffer.js';
import { copyOut } from '../byte-ownership.js';
import { FrameCollector } from '../frame-collector.js';
import { type FrameDecoder } from '../frame-decoder.js';
import { Found } from '../found.js';
import { tooBig } from '../fragment-sequence.js';
import type { MessageAssembler } from '../message-assembler.js';
import { MessageCollector } from '../message-collector.js';
import type { Message } from '../message.js';
import type { MessageReader } from '../message-reader.js';
import { Opcode } from '../opcodes.js';
import type { InboundExtensions } from './inbound.js';
import { PackedMessage, type PackedMessageOwner } from './packed-message.js';
import type { Transform } from './transform.js';
import type { Traffic } from '../traffic.js';
import { undoAll, undoWhole } from './undo.js';

/** Who reads from a reader of messages that extensions have transformed. */
export interface ExtendedReaderOwner {
  readonly traffic: Traffic;
  onExtensionReady(): void;
}

/**
 * Reads the messages of a connection that has extensions: the frames that were transformed are undone, put together, and the message
 * is undone. Limits count what comes out.
 */
export class ExtendedReader implements MessageReader, PackedMessageOwner {
  readonly #extensions: InboundExtensions;
  readonly #assembler: MessageAssembler;
  readonly #maxBytes: number;
  readonly #owner: ExtendedReaderOwner;
  /** The message that is being received, if it was transformed. */
  #packed: PackedMessage | undefined;
  /** What has transformed the frame that is being received, and its octets. */
  #frameTransforms: readonly Transform[] = NONE;
  #frame: MessageCollector | undefined;
  /** A frame of an extension's own that comes in pieces. */
  #own: FrameCollector | undefined;
  #text = false;

  constructor(
    extensions: InboundExtensions,
    assembler: MessageAssembler,
    maxBytes: number,
    owner: ExtendedReaderOwner,
  ) {
    this.#extensions = extensions;
    this.#assembler = assembler;
    this.#maxBytes = maxBytes;
    this.#owner = owner;
  }

  get busy(): boolean {
    return this.#packed?.busy === true;
  }

  get waiting(): boolean {
    return (
      this.#packed !== undefined && (this.busy || this.#packed.ended || this.#packed.failure !== undefined)
    );
  }

  takeLate(): Message<string | Uint8Array> | undefined {
    const packed = this.#packed;
    if (packed === undefined) return undefined;
    if (packed.failure !== undefined) throw packed.failure;
    return packed.ended ? this.#joined() : undefined;
  }

  take(frames: FrameDecoder, found: Found): Message<string | Uint8Array> | undefined {
    switch (found) {
      case Found.frame:
        return this.#takeFrame(frames);
      case Found.head:
        this.#takeHead(frames);
        return undefined;
      case Found.piece:
        if (this.#frame === undefined) {
          return this.#add(frames.bytes, frames.start, frames.end, frames.ascii, false);
        }
        this.#frame.add(frames.bytes, frames.start, frames.end);
        this.#owner.traffic.expandedOctets -= frames.end - frames.start;
        return undefined;
      default:
        return this.#takeEnd(frames.fin);
    }
  }

  /** Takes a frame of an extension's own, or a part of one. Returns whether that ends it. */
  takeOwn(frames: FrameDecoder, found: Found): boolean {
    const { fin, rsv, opcode, length, bytes, start, end } = frames;
    switch (found) {
      case Found.frame:
        this.#extensions.receive({ fin, rsv, opcode, length, payload: copyOut(bytes, start, end) });
        return true;
      case Found.head:
        this.#own = new FrameCollector(frames);
        return false;
      case Found.piece:
        this.#own?.add(frames);
        return false;
      default: {
        const frame = this.#own?.frame();
        this.#own = undefined;
        if (frame !== undefined) this.#extensions.receive(frame);
        return true;
      }
    }
  }

  stop(): void {
    this.#packed?.abort();
    this.#packed = undefined;
    this.#frame = undefined;
    this.#own = undefined;
  }

  onUnpacked(out: Uint8Array): void {
    const bytes = asBuffer(out);
    this.#owner.traffic.expandedOctets += bytes.length;
    const size = this.#assembler.size + bytes.length;
    // Whoever does not keep to the limit is not let past it.
    if (size > this.#maxBytes) throw tooBig('message', size, 'maxMessageBytes', this.#maxBytes);
    this.#assembler.add(this.#text, bytes, 0, bytes.length, this.#text && isAscii(bytes));
  }

  onReady(): void {
    this.#owner.onExtensionReady();
  }

  #takeFrame(frames: FrameDecoder): Message<string | Uint8Array> | undefined {
    const { bytes, start, end, ascii, fin, opcode } = frames;
    this.#frameTransforms = this.#extensions.ofFrame(frames.rsv);
    const untouched = this.#frameTransforms.length === 0;
    if (opcode !== Opcode.continuation) {
      const transforms = this.#begin(frames);
      if (fin && untouched) return this.#whole(transforms, frames);
      this.#beginPacked(transforms);
    }
    if (untouched) return this.#add(bytes, start, end, ascii, fin);
    this.#owner.traffic.expandedOctets -= end - start;
    return this.#addUndone(bytes.subarray(start, end), fin);
  }

  #takeHead(frames: FrameDecoder): void {
    this.#frameTransforms = this.#extensions.ofFrame(frames.rsv);
    if (frames.opcode !== Opcode.continuation) this.#beginPacked(this.#begin(frames));
    if (this.#frameTransforms.length > 0) {
      this.#frame = new MessageCollector();
    } else if (this.#packed === undefined) {
      this.#assembler.expect(frames.length);
    }
  }

  #takeEnd(fin: boolean): Message<string | Uint8Array> | undefined {
    const frame = this.#frame;
    this.#frame = undefined;
    if (frame !== undefined) return this.#addUndone(frame.take(), fin);
    return this.#add(NO_BYTES, 0, 0, true, fin);
  }

  /** A message begins. Returns what has transformed all of it. */
  #begin(frames: FrameDecoder): readonly Transform[] {
    this.#text = frames.inText;
    return this.#extensions.ofMessage(frames.rsv);
  }

  #beginPacked(transforms: readonly Transform[]): void {
    if (transforms.length > 0) this.#packed = new PackedMessage(transforms, this.#maxBytes, this);
  }

  /** A message in one frame that is in hand, and was not transformed by the frame. */
  #whole(
    transforms: readonly Transform[],
    { bytes, start, end, ascii }: FrameDecoder,
  ): Message<string | Uint8Array> | undefined {
    if (transforms.length === 0) return this.#assembler.whole(this.#text, bytes, start, end, ascii);
    const { traffic } = this.#owner;
    traffic.expandedOctets -= end - start;
    const out = undoWhole(transforms, bytes.subarray(start, end), this.#maxBytes);
    if (out !== undefined) {
      const undone = asBuffer(out);
      traffic.expandedOctets += undone.length;
      return this.#assembler.whole(this.#text, undone, 0, undone.length, this.#text && isAscii(undone));
    }
    const packed = new PackedMessage(transforms, this.#maxBytes, this);
    this.#packed = packed;
    packed.addLong(bytes, start, end);
    return this.takeLate();
  }

  /** Adds octets that no frame's transform has to be undone of. Returns the message that ends with them, unless that takes time. */
  #add(
    bytes: Buffer,
    start: number,
    end: number,
    ascii: boolean,
    last: boolean,
  ): Message<string | Uint8Array> | undefined {
    const packed = this.#packed;
    if (packed !== undefined) {
      this.#owner.traffic.expandedOctets -= end - start;
      packed.add(bytes, start, end, last);
      return this.takeLate();
    }
    const size = this.#assembler.size + end - start;
    if (size > this.#maxBytes) throw tooBig('message', size, 'maxMessageBytes', this.#maxBytes);
    this.#assembler.add(this.#text, bytes, start, end, ascii);
    return last ? this.#assembler.joined(this.#text) : undefined;
  }

  /** Adds a frame that extensions have transformed. Frames are always undone at once. */
  #addUndone(payload: Uint8Array, last: boolean): Message<string | Uint8Array> | undefined {
    const left = this.#maxBytes - this.#assembler.size;
    const out = asBuffer(undoAll(this.#frameTransforms, payload, left));
    this.#owner.traffic.expandedOctets += out.length;
    return this.#add(out, 0, out.length, this.#text && isAscii(out), last);
  }

  #joined(): Message<string | Uint8Array> {
    this.#packed = undefined;
    return this.#assembler.joined(this.#text);
  }
}

const NO_BYTES = Buffer.alloc(0);
const NONE: readonly Transform[] = Object.freeze([]);
