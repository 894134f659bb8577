import { takeOut } from '../protocol/byte-ownership.js';
import type { Frame, FrameTap } from '../protocol/frame.js';
import { firstByte, headerBytes, MAX_HEADER_BYTES, writeHeader } from '../protocol/frame-encoder.js';
import { mask, wordsOf } from '../protocol/masking.js';
import { MessageCollector } from '../protocol/message-collector.js';
import type { Outgoing } from '../protocol/message.js';
import { checkText, isArrayBuffer, isMessage, notSendable } from '../protocol/outgoing.js';
import { PreparedMessage } from '../protocol/prepared-message.js';
import type { SharedPayload } from '../protocol/shared-payload.js';
import { Opcode } from '../protocol/opcodes.js';
import { utf8Write } from '../protocol/string-bytes.js';
import { Traffic } from '../protocol/traffic.js';
import { slab, SLAB_BYTES, SLAB_COPY_BYTES } from '../transport/slab.js';
import type { WriteCoalescer } from '../transport/write-coalescer.js';
import { AnnouncedFrame } from './announced-frame.js';
import { type Content, lengthOf, type PackedSink, type Packer } from './packer.js';
import type { SendLine } from './send-line.js';
import { SentFrames } from './sent-frames.js';

/** A string of this many UTF-16 units fits the slab whatever its characters: three octets each at most. */
const SLAB_CHARACTERS = Math.floor((SLAB_BYTES - MAX_HEADER_BYTES) / 3);

/** The FIN bit of a frame's first byte. */
const FIN = 0x80;

/** What a {@link Sender} is told about the connection. */
export interface SenderOptions {
  /** Makes masking keys, for a side that masks. */
  readonly nextKey: (() => number) | undefined;
  /** False sets the MASK bit and a key and leaves the payload as it is. */
  readonly applyMask: boolean;
  readonly fragmentBytes: number;
}

/** Encodes what is sent straight into the memory that is written. RFC 6455 section 6.1. */
export class Sender implements PackedSink {
  /** Lets extensions transform what is sent, where there are any. */
  packer: Packer | undefined;
  /** Where messages wait for the end of another; made when one takes its time for the first time. */
  line: SendLine | undefined;
  /** What has been sent. */
  readonly traffic: Traffic = new Traffic();
  readonly #writes: WriteCoalescer;
  readonly #options: SenderOptions;
  /** Made when somebody looks on for the first time. */
  #sent: SentFrames | undefined;
  #announced: AnnouncedFrame | undefined;

  constructor(writes: WriteCoalescer, options: SenderOptions) {
    this.#writes = writes;
    this.#options = options;
  }

  /** Called with every frame that is sent, while it is set. */
  set onFrame(tap: FrameTap | undefined) {
    if (this.#sent === undefined && tap === undefined) return;
    (this.#sent ??= new SentFrames()).onFrame = tap;
  }

  /** Those who look on, if there are any. */
  get #shows(): SentFrames | undefined {
    return this.#sent?.onFrame === undefined ? undefined : this.#sent;
  }

  /** Whether frames are masked. */
  get masks(): boolean {
    return this.#options.nextKey !== undefined;
  }

  /**
   * Sends one message.
   *
   * @param type - What the message is to be; default what `data` is.
   * @param compress - Whether to compress it; default as the extension wants.
   * @throws TypeError for what is neither text nor bytes, and for bytes that are to be text and are not UTF-8.
   */
  message(
    data: Outgoing,
    type?: 'text' | 'binary',
    fragmentBytes: number = this.#options.fragmentBytes,
    compress?: boolean,
  ): void {
    if (typeof data === 'string') {
      this.#message(type === 'binary' ? Opcode.binary : Opcode.text, data, fragmentBytes, compress);
    } else if (data instanceof Uint8Array) {
      if (type === 'text') checkText(data);
      this.#message(type === 'text' ? Opcode.text : Opcode.binary, data, fragmentBytes, compress);
    } else if (data instanceof PreparedMessage) {
      if (type === 'text' && data.type === 'binary') checkText(data.data);
      this.#message(
        (type ?? data.type) === 'text' ? Opcode.text : Opcode.binary,
        data,
        fragmentBytes,
        compress,
      );
    } else if (isMessage(data)) {
      this.message(data.data, type ?? data.type, fragmentBytes, compress);
    } else if (isArrayBuffer(data)) {
      this.message(new Uint8Array(data), type, fragmentBytes, compress);
    } else {
      throw notSendable(data);
    }
  }

  /** Sends a control frame, behind an announced frame if one is open; its payload is copied. */
  control(opcode: number, payload: Uint8Array): void {
    if (this.#announced !== undefined) {
      this.#announced.delay(opcode, Uint8Array.from(payload));
      return;
    }
    this.#bytes(firstByte(true, 0, opcode), payload);
    this.#sent?.show();
  }

  /** Sends a frame as it is given, wrong or not. */
  frame(frame: Frame): void {
    this.#bytes(firstByte(frame.fin, frame.rsv, frame.opcode), frame.payload);
    this.#sent?.show();
  }

  /** Runs `task` when everything sent so far is on its way to the transport: at once, unless somebody is inside a message. */
  inTurn(task: () => void, bytes = 0): void {
    if (this.line === undefined) task();
    else this.line.enter(bytes, task);
  }

  /** The transport is gone, or is to go: what waits is dropped. */
  drop(): void {
    this.packer?.abort();
    this.line?.drop();
  }

  /** Octets of messages that wait for their turn, or for an extension. */
  get heldBytes(): number {
    return this.line?.heldBytes ?? 0;
  }

  /** Whether a frame is announced of which octets remain: nothing else may be written then. */
  get insideFrame(): boolean {
    return this.#announced !== undefined;
  }

  /** Writes the header of a frame of `length` octets, over 0, which are written by {@link chunk}. */
  announce(first: number, length: number): void {
    const { nextKey, applyMask } = this.#options;
    this.#announced = new AnnouncedFrame(this.#writes, first, length, nextKey?.(), applyMask);
    this.traffic.begin(headerBytes(length, this.masks));
    if (this.#shows !== undefined) this.#announced.shown = new MessageCollector();
  }

  /** Writes the next octets of the announced frame, at most those that remain. */
  chunk(bytes: Uint8Array): void {
    const frame = this.#announced;
    if (frame === undefined) return;
    frame.write(bytes);
    this.traffic.piece(bytes.length);
    if (frame.remaining > 0) return;
    this.#announced = undefined;
    const { first, length, shown, delayed } = frame;
    this.traffic.end((first & FIN) !== 0, first & 0x0f);
    if (shown !== undefined) {
      this.#sent?.keep(first, length, takeOut(shown.take()));
      this.#sent?.show();
    }
    for (const [opcode, payload] of delayed) this.control(opcode, payload);
  }

  content(first: number, data: string | Uint8Array, fragmentBytes: number, ours: boolean): void {
    if (fragmentBytes !== Infinity) {
      const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
      if (bytes.length > fragmentBytes) {
        this.#fragments(first, bytes, fragmentBytes, ours);
        this.#sent?.show();
        return;
      }
    }
    if (typeof data === 'string') this.#string(first | FIN, data);
    else this.#bytes(first | FIN, data, ours);
    this.#sent?.show();
  }

  /** Sends what others send, too: the very frame that they send, if it is unmasked, whole, and nobody looks on. */
  shared(first: number, payload: SharedPayload, fragmentBytes: number): void {
    if (!this.masks && this.#shows === undefined && payload.bytes.length <= fragmentBytes) {
      const frame = payload.frame(first | FIN);
      if (frame !== undefined) {
        this.#count(first | FIN, payload.bytes.length, false);
        this.#writes.share(frame);
        return;
      }
    }
    this.content(first, payload.bytes, fragmentBytes, false);
  }

  frameContent(fin: boolean, first: number, payload: Uint8Array, ours: boolean): void {
    this.#bytes(fin ? first | FIN : first, payload, ours);
    this.#sent?.show();
  }

  #message(opcode: number, data: Content, fragmentBytes: number, compress: boolean | undefined): void {
    const { line } = this;
    if (line?.holdsMessages === true) {
      // What waits is as it was when it was sent, however its octets are used meanwhile.
      const kept = data instanceof Uint8Array ? Uint8Array.from(data) : data;
      line.message(lengthOf(kept), fragmentBytes, () => {
        this.#sendNow(opcode, kept, fragmentBytes, compress);
      });
    } else {
      this.#sendNow(opcode, data, fragmentBytes, compress);
    }
  }

  #sendNow(opcode: number, data: Content, fragmentBytes: number, compress: boolean | undefined): void {
    if (this.packer !== undefined) this.packer.message(opcode, data, fragmentBytes, compress);
    else if (data instanceof PreparedMessage) this.shared(opcode, data.plain, fragmentBytes);
    else this.content(opcode, data, fragmentBytes, false);
  }

  #fragments(head: number, bytes: Uint8Array, size: number, ours: boolean): void {
    for (let at = 0; at < bytes.length; at += size) {
      const first = at === 0 ? head : Opcode.continuation;
      const fin = at + size >= bytes.length ? FIN : 0;
      this.#bytes(first | fin, bytes.subarray(at, at + size), ours);
    }
  }

  /** Encodes a string into the slab, behind a header that is right if all of it is ASCII and moved up if not. */
  #string(first: number, text: string): void {
    if (text.length > SLAB_CHARACTERS) {
      this.#bytes(first, Buffer.from(text, 'utf8'), true);
      return;
    }
    const key = this.#options.nextKey?.();
    const masked = key !== undefined;
    const at = this.#writes.reserve(text.length * 3 + MAX_HEADER_BYTES);
    const bytes = slab.bytes;
    const guess = at + headerBytes(text.length, masked);
    const length = utf8Write(bytes, text, guess);
    const begin = at + headerBytes(length, masked);
    if (begin !== guess) bytes.copyWithin(begin, guess, guess + length);
    this.#finish(first, at, length, key);
  }

  #bytes(first: number, payload: Uint8Array, ours = false): void {
    const key = this.#options.nextKey?.();
    const { length } = payload;
    if (length <= SLAB_COPY_BYTES) {
      const at = this.#writes.reserve(length + MAX_HEADER_BYTES);
      slab.bytes.set(payload, at + headerBytes(length, key !== undefined));
      this.#finish(first, at, length, key);
      return;
    }
    this.#large(first, payload, key, ours);
  }

  /** The payload is in the slab: writes the header before it, and masks. */
  #finish(first: number, at: number, length: number, key: number | undefined): void {
    const begin = writeHeader(slab.bytes, at, first, length, key);
    const end = begin + length;
    this.#count(first, length, key !== undefined);
    this.#shows?.keep(first, length, Uint8Array.from(slab.bytes.subarray(begin, end)));
    if (key !== undefined && this.#options.applyMask) mask(slab.bytes, slab.words, begin, end, key);
    this.#writes.commit(end);
  }

  /** A large payload goes by reference, or by a masked copy: the caller's octets are never changed. */
  #large(first: number, payload: Uint8Array, key: number | undefined, ours: boolean): void {
    this.#shows?.keep(first, payload.length, Uint8Array.from(payload));
    this.#count(first, payload.length, key !== undefined);
    const header = Buffer.allocUnsafe(headerBytes(payload.length, key !== undefined));
    writeHeader(header, 0, first, payload.length, key);
    this.#writes.push(header);
    if (key === undefined || !this.#options.applyMask) {
      this.#writes.push(payload);
      return;
    }
    const bytes = ours ? payload : Buffer.from(payload);
    mask(bytes, wordsOf(bytes), 0, bytes.length, key);
    this.#writes.push(bytes);
  }

  #count(first: number, length: number, masked: boolean): void {
    this.traffic.frame((first & FIN) !== 0, first & 0x0f, headerBytes(length, masked), length);
  }
}
