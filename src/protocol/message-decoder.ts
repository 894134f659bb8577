import { asBuffer } from './as-buffer.js';
import { copyOut } from './byte-ownership.js';
import type { InboundExtensions } from './extensions/inbound.js';
import { ExtendedReader, type ExtendedReaderOwner } from './extensions/extended-reader.js';
import { FrameCollector } from './frame-collector.js';
import { onTheWire } from './fragment-sequence.js';
import { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.js';
import { Found } from './found.js';
import type { FrameTap } from './frame.js';
import { type AssemblyOptions, MessageAssembler } from './message-assembler.js';
import type { MessageReader } from './message-reader.js';
import { NOBODY, type PartSink } from './message-parts.js';
import { MessageSplitter } from './message-splitter.js';
import type { Message } from './message.js';
import { isMessageOpcode, Opcode } from './opcodes.js';
import { NOTHING_OWNED } from './owned-bits.js';
import type { Traffic } from './traffic.js';

/** What a {@link MessageDecoder} is told about the connection. */
export interface MessageDecoderOptions extends FrameDecoderOptions, AssemblyOptions {
  /** Called with every Close, Ping and Pong at its place among the messages. */
  readonly onControl: (opcode: number, payload: Uint8Array) => void;
}

/** Told of every Close, Ping and Pong at its place among the messages. */
export interface ControlSink {
  onControl(opcode: number, payload: Uint8Array): void;
}

/**
 * Decodes messages out of bytes in one pass: frames, unmasking, extensions, UTF-8, joining. RFC 6455 sections 5, 8.1 and 9.
 *
 * A message in a single frame that is in hand whole is made straight from the bytes. Text is checked as it arrives, so the first impossible
 * byte fails even in the middle of a frame. Holds at most one message, within the limits.
 */
export class MessageDecoder implements ExtendedReaderOwner {
  /**
   * Called with every frame while it is set; what is set in the middle of a frame begins with the next. A frame over `maxFrameBytes`, which
   * only comes where messages are taken part by part, is shown with the beginning of its payload.
   */
  onFrame: FrameTap | undefined;
  /** Called when the decoder is no longer {@link busy}: `next` is to be called again. */
  onReady: (() => void) | undefined;
  /** Whether the last `next` stopped because it had gone through as many frames as it was to. */
  more = false;
  /** Told of control frames in place of `options.onControl`, while it is set. */
  controls: ControlSink | undefined;

  readonly #frames: FrameDecoder;
  readonly #options: MessageDecoderOptions;
  readonly #assembler: MessageAssembler;
  #extensions: InboundExtensions | undefined;
  #extended: ExtendedReader | undefined;
  /** Hands out the message that is being received part by part, if it is one of those. */
  #splitter: MessageSplitter | undefined;
  /** Who reads the message that is being received, where that is not simply joining its octets. */
  #reader: MessageReader | undefined;
  /** Whether messages are simply joined. */
  #joins = true;
  #tapped: FrameCollector | undefined;
  #stopped = false;

  constructor(options: MessageDecoderOptions) {
    this.#options = options;
    this.#frames = new FrameDecoder(options);
    this.#assembler = new MessageAssembler(options);
  }

  /** What the connection's extensions do to what it receives; to be set between two messages. Default nothing. */
  set extensions(extensions: InboundExtensions | undefined) {
    this.#frames.owned = extensions?.owned ?? NOTHING_OWNED;
    this.#extensions = extensions;
    this.#extended =
      extensions &&
      new ExtendedReader(extensions, this.#assembler, this.#options.limits.maxMessageBytes, this);
    this.#setReader();
  }

  /** Takes the messages that begin while it is set part by part: in place of whole messages, or beside them. */
  get parts(): PartSink | undefined {
    return this.#frames.sequence.parts;
  }

  set parts(parts: PartSink | undefined) {
    this.#frames.sequence.parts = parts;
    this.#setReader();
  }

  /** Counts what is decoded. */
  get traffic(): Traffic {
    return this.#frames.traffic;
  }

  set traffic(traffic: Traffic) {
    this.#frames.traffic = traffic;
  }

  /** Gives the decoder the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    this.#frames.push(chunk);
  }

  /** Whether bytes are in hand that `next` has not gone through, or an extension has not. */
  get pending(): boolean {
    return this.#frames.pending || this.#reader?.waiting === true;
  }

  /** Whether an extension is at work: until it has done, no further data frame is decoded. */
  get busy(): boolean {
    return this.#reader?.busy === true;
  }

  /** Whether the stream may end here. */
  get atBoundary(): boolean {
    return this.#frames.atBoundary;
  }

  /** Whether it is as good as new: between two messages, with nothing in hand, and the stream goes on. */
  get idle(): boolean {
    return this.#frames.idle && this.#tapped === undefined && this.#reader?.waiting !== true;
  }

  /** Drops what is in hand and what will come. */
  stop(): void {
    this.#stopped = true;
    this.#frames.stop();
    this.#assembler.drop();
    this.#extended?.stop();
    this.#splitter?.stop();
    this.#tapped = undefined;
  }

  /**
   * The next message, or undefined when more bytes are needed for one, or while the decoder is `busy`.
   *
   * @param controlOnly - Stop before the next data frame instead of beginning it; control frames are served.
   * @param most - Frames to go through at most that end no message, and parts to hand out: when there are `more`, it is to be called
   * again. Default all.
   * @throws ProtocolError, TextError or LimitError. Nothing is decoded any more after that.
   */
  next(controlOnly: boolean, most = Infinity): Message<string | Uint8Array> | undefined {
    this.more = false;
    try {
      // Nearly every frame is a whole message, and nobody looks on.
      const run =
        this.#joins && this.onFrame === undefined && !controlOnly ? this.#frames.takeFromRun() : undefined;
      return run === undefined ? this.#next(controlOnly, most) : this.#assembler.ofRun(run);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** An extension has done what it was busy with. */
  onExtensionReady(): void {
    this.onReady?.();
  }

  #next(controlOnly: boolean, most: number): Message<string | Uint8Array> | undefined {
    const frames = this.#frames;
    if (this.#reader !== undefined) {
      const late = this.#reader.takeLate(controlOnly);
      this.#dropEndedSplitter();
      if (late !== undefined) return late;
    }
    for (let passed = 0; passed < most;) {
      const reader = this.#reader;
      // A Close frame waits behind a message that came before it.
      const stays = reader?.busy === true || reader?.behind === true;
      if (stays ? !frames.beforePingOrPong : controlOnly && this.#beforeData) {
        this.more = !controlOnly && reader?.behind === true && !reader.busy;
        return undefined;
      }
      const found = frames.next();
      if (found === Found.nothing) return undefined;
      if (found === Found.frame && this.onFrame !== undefined) this.#tapWhole();
      else if (found !== Found.frame) this.#tapPart(found);
      if (this.#stopped) return undefined;
      if (!isMessageOpcode(frames.opcode)) {
        if (this.#beside(found)) passed++;
        continue;
      }
      const message = this.#takeData(found);
      if (message !== undefined) return message;
      if (found === Found.frame || found === Found.end || this.#splitter !== undefined) passed++;
    }
    this.more = true;
    return undefined;
  }

  #setReader(): void {
    this.#reader = this.#splitter ?? this.#extended;
    this.#joins = this.#reader === undefined && this.#frames.sequence.parts === undefined;
  }

  /** Whether what comes next is of a message: of a new frame, or handed out as it comes. */
  get #beforeData(): boolean {
    return this.#frames.beforeDataFrame || (this.#splitter !== undefined && this.#frames.insidePayload);
  }

  #takeData(found: Found): Message<string | Uint8Array> | undefined {
    const frames = this.#frames;
    const { parts, partsOnly } = frames.sequence;
    if ((parts !== undefined || partsOnly) && beginsMessage(frames, found)) this.#split(parts ?? NOBODY);
    const splitter = this.#splitter;
    if (splitter === undefined) {
      return this.#extended === undefined ? this.#take(found) : this.#extended.take(frames, found);
    }
    const message = splitter.take(frames, found);
    this.#dropEndedSplitter();
    return message;
  }

  #dropEndedSplitter(): void {
    if (this.#splitter?.ended !== true) return;
    this.#splitter = undefined;
    this.#frames.sequence.partsOnly = false;
    this.#setReader();
  }

  /** The message that begins is handed out part by part. */
  #split(sink: PartSink): void {
    const { limits, validateUtf8 } = this.#options;
    const assembler = this.#frames.sequence.partsOnly ? undefined : this.#assembler;
    const options = { sink, assembler, extensions: this.#extensions, limits, validateUtf8 };
    this.#splitter = new MessageSplitter(options, this);
    this.#setReader();
  }

  /** Takes a part of a message. Returns the message that it ends. */
  #take(found: Found): Message<string | Uint8Array> | undefined {
    const frames = this.#frames;
    const { fin, inText, bytes, start, end, ascii } = frames;
    const assembler = this.#assembler;
    switch (found) {
      case Found.frame:
        if (fin && frames.opcode !== Opcode.continuation) {
          return assembler.whole(inText, bytes, start, end, ascii);
        }
        assembler.add(inText, bytes, start, end, ascii);
        return fin ? assembler.joined(inText) : undefined;
      case Found.head:
        assembler.expect(frames.length);
        return undefined;
      case Found.piece:
        assembler.add(inText, bytes, start, end, ascii);
        return undefined;
      default:
        return fin ? assembler.joined(inText) : undefined;
    }
  }

  /** Takes a frame that belongs to no message. Returns whether it is whole. */
  #beside(found: Found): boolean {
    const { opcode, bytes, start, end } = this.#frames;
    if (opcode === Opcode.close || opcode === Opcode.ping || opcode === Opcode.pong) {
      (this.controls ?? this.#options).onControl(opcode, copyOut(bytes, start, end));
      return true;
    }
    return this.#extended?.takeOwn(this.#frames, found) !== false;
  }

  #tapWhole(): void {
    const frames = this.#frames;
    const { fin, rsv, opcode, length, bytes, start, end } = frames;
    const payload = copyOut(bytes, start, end);
    this.onFrame?.({ fin, rsv, opcode, length, payload });
    // The tap may have run another decoder, and so over the memory that was shown.
    frames.bytes = asBuffer(payload);
    frames.start = 0;
    frames.end = payload.length;
  }

  #tapPart(found: Found): void {
    if (found === Found.head) {
      if (this.onFrame === undefined) return;
      const { maxFrameBytes } = this.#options.limits;
      this.#tapped = new FrameCollector(this.#frames, onTheWire(maxFrameBytes));
    } else if (found === Found.piece) {
      this.#tapped?.add(this.#frames);
    } else if (this.#tapped !== undefined) {
      const frame = this.#tapped.frame();
      this.#tapped = undefined;
      this.onFrame?.(frame);
    }
  }
}

/** Whether what was found is where a message begins. */
function beginsMessage({ opcode }: FrameDecoder, found: Found): boolean {
  return (found === Found.frame || found === Found.head) && opcode !== Opcode.continuation;
}
