import { copyOut, takeOut } from './byte-ownership.js';
import { Found, FrameDecoder, type FrameDecoderOptions } from './frame-decoder.js';
import type { FrameTap } from './frame.js';
import { FrameCollector } from './frame-collector.js';
import { MessageCollector } from './message-collector.js';
import type { Message } from './message.js';
import { asciiText, checkUtf8, type TextAs, utf8Text } from './message-text.js';
import { Opcode } from './opcodes.js';
import { Utf8Validator } from './utf8.js';

const NO_BYTES = Buffer.alloc(0);

/** What a {@link MessageDecoder} is told about the connection. */
export interface MessageDecoderOptions extends FrameDecoderOptions {
  readonly textAs: TextAs;
  /** False hands out text unchecked: what is not UTF-8 becomes U+FFFD in strings. */
  readonly validateUtf8: boolean;
  /** Called with every Close, Ping and Pong at its place among the messages. */
  readonly onControl: (opcode: number, payload: Uint8Array) => void;
}

/** Told of every Close, Ping and Pong at its place among the messages. */
export interface ControlSink {
  onControl(opcode: number, payload: Uint8Array): void;
}

/**
 * Decodes messages out of bytes in one pass: frames, unmasking, UTF-8, joining. RFC 6455 sections 5 and 8.1.
 *
 * A message in a single frame that is in hand whole is made straight from the bytes. Text is checked as it arrives, so the first impossible
 * byte fails even in the middle of a frame. Holds at most one message, within the limits.
 */
export class MessageDecoder {
  /** Called with every frame while it is set; what is set in the middle of a frame begins with the next. */
  onFrame: FrameTap | undefined;
  /** Whether the last `next` stopped because it had gone through as many frames as it was to. */
  more = false;
  /** Told of control frames in place of `options.onControl`, while it is set. */
  controls: ControlSink | undefined;

  readonly #frames: FrameDecoder;
  readonly #options: MessageDecoderOptions;
  #parts: MessageCollector | undefined;
  #utf8: Utf8Validator | undefined;
  #ascii = true;
  #tapped: FrameCollector | undefined;
  #stopped = false;

  constructor(options: MessageDecoderOptions) {
    this.#options = options;
    this.#frames = new FrameDecoder(options);
  }

  /** Gives the decoder the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    this.#frames.push(chunk);
  }

  /** Whether bytes are in hand that `next` has not gone through. */
  get pending(): boolean {
    return this.#frames.pending;
  }

  /** Whether the stream may end here. */
  get atBoundary(): boolean {
    return this.#frames.atBoundary;
  }

  /** Whether it is as good as new: between two messages, with nothing in hand, and the stream goes on. */
  get idle(): boolean {
    return this.#frames.idle && this.#tapped === undefined;
  }

  /** Drops what is in hand and what will come. */
  stop(): void {
    this.#stopped = true;
    this.#frames.stop();
    this.#parts = undefined;
    this.#tapped = undefined;
  }

  /**
   * The next message, or undefined when more bytes are needed for one.
   *
   * @param controlOnly - Stop before the next data frame instead of beginning it; control frames are served.
   * @param most - Frames to go through at most that end no message: control frames and fragments. When there are `more`, it is to be
   * called again. Default all.
   * @throws ProtocolError, TextError or LimitError. Nothing is decoded any more after that.
   */
  next(controlOnly: boolean, most = Infinity): Message<string | Uint8Array> | undefined {
    this.more = false;
    try {
      return this.#next(controlOnly, most);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  #next(controlOnly: boolean, most: number): Message<string | Uint8Array> | undefined {
    const frames = this.#frames;
    for (let passed = 0; passed < most;) {
      if (controlOnly && frames.beforeDataFrame) return undefined;
      switch (frames.next()) {
        case Found.nothing:
          return undefined;
        case Found.frame: {
          if (this.onFrame !== undefined) this.#tapWhole();
          if (this.#stopped) return undefined;
          if (frames.opcode >= 0x8) {
            (this.controls ?? this.#options).onControl(
              frames.opcode,
              copyOut(frames.bytes, frames.start, frames.end),
            );
            passed++;
            break;
          }
          if (frames.fin && frames.opcode !== Opcode.continuation) return this.#single();
          this.#addPiece();
          if (frames.fin) return this.#joined();
          passed++;
          break;
        }
        case Found.head:
          if (this.onFrame !== undefined) this.#tapped = new FrameCollector(frames);
          (this.#parts ??= new MessageCollector()).expect(frames.length);
          break;
        case Found.piece:
          this.#tapped?.add(frames);
          this.#addPiece();
          break;
        case Found.end:
          this.#tapEnd();
          if (this.#stopped) return undefined;
          if (frames.fin) return this.#joined();
          passed++;
          break;
      }
    }
    this.more = true;
    return undefined;
  }

  /** A message in one frame. */
  #single(): Message<string | Uint8Array> {
    const { bytes, start, end, opcode } = this.#frames;
    if (opcode === Opcode.binary) return { type: 'binary', data: copyOut(bytes, start, end) };
    if (this.#options.textAs === 'string') {
      if (this.#frames.ascii) return { type: 'text', data: asciiText(bytes, start, end) };
      if (this.#options.validateUtf8) checkUtf8(bytes, start, end);
      return { type: 'text', data: utf8Text(bytes, start, end) };
    }
    if (this.#options.validateUtf8 && !this.#frames.ascii) checkUtf8(bytes, start, end);
    return { type: 'text', data: copyOut(bytes, start, end) };
  }

  #addPiece(): void {
    const { bytes, start, end, ascii, inText } = this.#frames;
    if (inText) {
      this.#ascii &&= ascii;
      if (this.#options.validateUtf8) this.#checkPiece(ascii);
    }
    (this.#parts ??= new MessageCollector()).add(bytes, start, end);
  }

  #checkPiece(ascii: boolean): void {
    const { bytes, start, end } = this.#frames;
    if (this.#utf8 === undefined && ascii) return;
    const utf8 = (this.#utf8 ??= new Utf8Validator(this.#parts?.size ?? 0));
    if (ascii) utf8.pushAscii(end - start);
    else utf8.push(bytes, start, end);
  }

  /** The message whose last frame has ended. */
  #joined(): Message<string | Uint8Array> {
    const whole = this.#parts?.take() ?? NO_BYTES;
    this.#parts = undefined;
    if (!this.#frames.inText) return { type: 'binary', data: takeOut(whole) };
    const utf8 = this.#utf8;
    const ascii = this.#ascii;
    this.#utf8 = undefined;
    this.#ascii = true;
    utf8?.finish();
    if (this.#options.textAs === 'bytes') return { type: 'text', data: takeOut(whole) };
    const make = ascii ? asciiText : utf8Text;
    return { type: 'text', data: make(whole, 0, whole.length) };
  }

  #tapWhole(): void {
    const frames = this.#frames;
    const { fin, rsv, opcode, length, bytes, start, end } = frames;
    const payload = copyOut(bytes, start, end);
    this.onFrame?.({ fin, rsv, opcode, length, payload });
    // The tap may have run another decoder, and so over the memory that was shown.
    frames.bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    frames.start = 0;
    frames.end = payload.length;
  }

  #tapEnd(): void {
    const tapped = this.#tapped;
    this.#tapped = undefined;
    if (tapped !== undefined) this.onFrame?.(tapped.frame());
  }
}
