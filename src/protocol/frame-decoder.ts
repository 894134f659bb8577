import { isAscii } from 'node:buffer';
import { asBuffer } from './as-buffer.js';
import { mayView } from './byte-ownership.js';
import { isWireCloseCode } from './close-code.js';
import { parseClose } from './close-status.js';
import { Fifo } from './fifo.js';
import { Found } from './found.js';
import { FragmentSequence } from './fragment-sequence.js';
import { headerBytes } from './frame-encoder.js';
import { FrameRun } from './frame-run.js';
import { FrameHeader } from './frame-header.js';
import type { MaskExpectation } from './frame-rules.js';
import type { ResolvedLimits } from './limits.js';
import { kernel, KERNEL_INPUT_BYTES } from './kernel/kernel.js';
import { isAsciiRange, mask, rotateMaskingKey, wordsOf } from './masking.js';
import { isControl, isMessageOpcode, Opcode } from './opcodes.js';
import { NOTHING_OWNED, type OwnedBits } from './owned-bits.js';
import { Traffic } from './traffic.js';

/** What a {@link FrameDecoder} is told about the connection. */
export interface FrameDecoderOptions {
  readonly limits: ResolvedLimits;
  readonly mask: MaskExpectation;
  /** False leaves masked payloads as they are: for captures and tests. */
  readonly applyMask: boolean;
  /** What negotiated extensions own of the first byte. Default nothing. */
  readonly owned?: OwnedBits;
  /** Whether pushed chunks may be written to (unmasked in place). They are copied otherwise. */
  readonly ownsInput: boolean;
}

const State = { header: 0, control: 1, payload: 2, end: 3, closed: 4 } as const;
type State = (typeof State)[keyof typeof State];

/** From here on the kernel unmasks faster than a loop over words, in spite of its copies. */
const KERNEL_MASK_BYTES = 128;
const MAX_CONTROL = 125;
const NO_BYTES = Buffer.alloc(0);

/**
 * Decodes frames by being asked: `push` gives it bytes, `next` takes one thing out of them. RFC 6455 section 5.
 *
 * Every rule is checked at the first byte that decides it, before anything is allocated. A data frame that is in hand whole is found
 * as one thing and costs no copy; of any other the head is found, then its pieces as they arrive, then its end.
 * Control frames are always found whole. After a Close frame and after an error nothing is found any more.
 *
 * What was found is in the fields: nothing is allocated for it. It is to be used at once, before `next` is called
 * again or any other decoder is: `bytes` may be memory that they share.
 */
export class FrameDecoder {
  fin = true;
  rsv = 0;
  opcode: number = Opcode.continuation;
  /** Octets of the payload of the frame, of which `start` to `end` may be a piece. */
  length = 0;
  /** The memory `start` and `end` count in. */
  bytes: Buffer = NO_BYTES;
  start = 0;
  end = 0;
  /** Whether `bytes[start, end)` is known to be ASCII. Only looked at in frames of a text message. */
  ascii = false;

  /** Counts what is found. */
  traffic: Traffic = new Traffic();
  /** The message that the data frames are of. */
  readonly sequence: FragmentSequence;
  readonly #options: FrameDecoderOptions;
  readonly #header: FrameHeader;
  #state: State = State.header;
  #inText = false;
  #chunk: Buffer = NO_BYTES;
  #words: Int32Array | undefined;
  #at = 0;
  /** The chunks behind this one: never empty. */
  #waiting: Fifo<Buffer> | undefined;
  /** Whether the payload is to be unmasked. */
  #masks = false;
  #key = 0;
  #remaining = 0;
  /** The payload of a control frame that chunks have cut. */
  #partial: Buffer = NO_BYTES;
  #filled = 0;
  readonly #run: FrameRun | undefined;

  constructor(options: FrameDecoderOptions) {
    this.#options = options;
    this.sequence = new FragmentSequence(options.limits);
    this.#header = new FrameHeader(options.mask, this.sequence);
    this.#header.owned = options.owned ?? NOTHING_OWNED;
    if (options.applyMask && options.mask !== 'either') {
      const { maxFrameBytes, maxMessageBytes } = options.limits;
      this.#run = new FrameRun(options.mask === 'masked', Math.min(maxFrameBytes, maxMessageBytes));
    }
  }

  /** Gives the decoder the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#state === State.closed) return;
    const owned = this.#options.ownsInput ? asBuffer(chunk) : Buffer.from(chunk);
    if (this.pending) (this.#waiting ??= new Fifo()).push(owned);
    else this.#enter(owned);
  }

  /** Whether bytes are in hand that `next` has not gone through. */
  get pending(): boolean {
    return this.#at < this.#chunk.length || this.#waiting !== undefined;
  }

  /** Whether a frame has begun and not ended. */
  get insideFrame(): boolean {
    if (this.#state === State.closed) return false;
    return this.#state !== State.header || this.#header.begun !== undefined || this.pending;
  }

  /** Whether the stream may end here: between two messages, or after a Close frame. */
  get atBoundary(): boolean {
    return this.#state === State.closed || (!this.insideFrame && !this.sequence.open);
  }

  /** Whether it is as good as new: between two messages, with nothing in hand, and the stream goes on. */
  get idle(): boolean {
    return this.#state === State.header && !this.insideFrame && !this.sequence.open;
  }

  /** Whether the next frame begins with bytes in hand and is a data frame. */
  get beforeDataFrame(): boolean {
    const next = this.#nextOpcode();
    return next !== undefined && !isControl(next);
  }

  /** Whether what `next` goes on with can only be a Ping or a Pong. */
  get beforePingOrPong(): boolean {
    if (this.#state === State.control) return true;
    const next = this.#nextOpcode();
    return next === Opcode.ping || next === Opcode.pong;
  }

  /** Whether the payload of a data frame goes on. */
  get insidePayload(): boolean {
    return this.#state === State.payload;
  }

  /** What extensions own of the first byte, from the next frame on. */
  set owned(owned: OwnedBits) {
    this.#header.owned = owned;
  }

  /** Whether what was found last belongs to a text message. */
  get inText(): boolean {
    return this.#inText;
  }

  /** Drops what is in hand and what will come. */
  stop(): void {
    this.#state = State.closed;
    this.#chunk = NO_BYTES;
    this.#at = 0;
    this.#words = undefined;
    this.#run?.reset();
    this.#waiting = undefined;
    this.#partial = NO_BYTES;
  }

  /**
   * Goes on to the next thing in the stream.
   *
   * @throws ProtocolError, TextError or LimitError; the decoder is stopped then.
   */
  next(): Found {
    try {
      return this.#next();
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /**
   * Goes on to the next frame if it is one of a run, and so a whole message, for those who need not know more of it: what was found
   * before stays in the fields.
   *
   * @returns the run, whose last frame it is.
   */
  takeFromRun(): FrameRun | undefined {
    const run = this.#run;
    const at = this.#at;
    if (this.#state !== State.header || this.#header.begun !== undefined || this.sequence.open) {
      return undefined;
    }
    // Parts have a limit of their own, which a run knows nothing of.
    if (this.sequence.parts !== undefined || run?.take(this.#chunk, at) !== true) return undefined;
    this.#at = run.chunkEnd;
    this.traffic.message(run.chunkEnd - at, run.length);
    return run;
  }

  #next(): Found {
    for (;;) {
      if (this.#at === this.#chunk.length && !this.#advance()) {
        return this.#state === State.end ? this.#finishFrame() : Found.nothing;
      }
      switch (this.#state) {
        case State.header:
          if (this.#showFromRun()) return Found.frame;
          this.#at = this.#header.read(this.#chunk, this.#at);
          if (this.#header.complete) return this.#begin();
          break;
        case State.control:
          if (this.#collectControl()) return Found.frame;
          break;
        case State.payload:
          return this.#takePiece();
        case State.end:
          return this.#finishFrame();
        case State.closed:
          this.stop();
          return Found.nothing;
      }
    }
  }

  /** The opcode of the next frame, if the last has ended and the first byte is in hand. */
  #nextOpcode(): number | undefined {
    if (this.#state !== State.header) return undefined;
    if (this.#at === this.#chunk.length) this.#advance();
    const first = this.#header.begun ?? this.#chunk[this.#at];
    return first === undefined ? undefined : first & 0x0f;
  }

  #enter(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
    this.#words = undefined;
    this.#run?.reset();
  }

  #advance(): boolean {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      // What was read is not kept alive by a decoder that waits for more.
      if (this.#chunk !== NO_BYTES) this.#enter(NO_BYTES);
      this.bytes = NO_BYTES;
      return false;
    }
    this.#enter(waiting.shift() ?? NO_BYTES);
    if (waiting.length === 0) this.#waiting = undefined;
    return true;
  }

  /** Shows the next frame of a run as what was found. */
  #showFromRun(): boolean {
    const run = this.takeFromRun();
    if (run === undefined) return false;
    this.fin = true;
    this.rsv = 0;
    this.length = run.length;
    this.opcode = run.binary ? Opcode.binary : Opcode.text;
    this.#inText = !run.binary;
    this.ascii = run.ascii;
    this.bytes = run.bytes;
    this.start = run.start;
    this.end = run.start + run.length;
    return true;
  }

  /** The header is read: the frame is found whole if its payload is in hand. */
  #begin(): Found {
    const { fin, rsv, opcode, length, key } = this.#header;
    this.fin = fin;
    this.rsv = rsv;
    this.opcode = opcode;
    this.length = length;
    this.#masks = this.#header.masked && key !== 0 && this.#options.applyMask;
    this.#key = key;
    if (opcode === Opcode.text) this.#inText = true;
    else if (opcode === Opcode.binary) this.#inText = false;
    const headerOctets = headerBytes(length, this.#header.masked);
    const at = this.#at;
    if (this.#chunk.length - at >= length) {
      this.#at = at + length;
      this.traffic.frame(fin, opcode, headerOctets, length);
      this.#show(at, this.#at, this.fin && opcode === Opcode.binary && rsv === 0);
      if (opcode === Opcode.close) this.#close();
      return Found.frame;
    }
    if (isControl(opcode)) {
      this.traffic.frame(fin, opcode, headerOctets, length);
      this.#partial = Buffer.allocUnsafeSlow(MAX_CONTROL);
      this.#filled = 0;
      this.#state = State.control;
      return this.#collectControl() ? Found.frame : Found.nothing;
    }
    this.traffic.begin(headerOctets);
    this.#remaining = length;
    this.#state = State.payload;
    return Found.head;
  }

  #takePiece(): Found {
    const at = this.#at;
    const count = Math.min(this.#remaining, this.#chunk.length - at);
    this.#at = at + count;
    this.traffic.piece(count);
    // Pieces of the first half are kept until it is worth while to give the frame its place; the others are copied there.
    const received = this.length - this.#remaining + count;
    this.#show(at, this.#at, received * 2 < this.length);
    this.#key = rotateMaskingKey(this.#key, count);
    this.#remaining -= count;
    if (this.#remaining === 0) this.#state = State.end;
    return Found.piece;
  }

  #finishFrame(): Found {
    this.#state = State.header;
    this.traffic.end(this.fin, this.opcode);
    this.start = this.end;
    return Found.end;
  }

  /**
   * Unmasks `chunk[start, end)` and shows it as what was found: in the chunk where a view of it may be handed out, else in the
   * kernel's memory, from which it is copied to where it stays.
   */
  #show(start: number, end: number, handedOut: boolean): void {
    const chunk = this.#chunk;
    this.bytes = chunk;
    this.start = start;
    this.end = end;
    if (!this.#masks) {
      this.ascii = this.#inText && isMessageOpcode(this.opcode) && this.#looksAscii(chunk, start, end);
    } else if (kernel === undefined || end - start < KERNEL_MASK_BYTES) {
      this.ascii = mask(chunk, (this.#words ??= wordsOf(chunk)), start, end, this.#key);
    } else if (
      end - start > KERNEL_INPUT_BYTES ||
      (this.#handsOut(handedOut) && mayView(chunk, end - start))
    ) {
      this.ascii = kernel.mask(chunk, start, end, this.#key);
    } else {
      this.ascii = kernel.maskIn(chunk, start, end, this.#key);
      this.bytes = kernel.bytes;
      this.start = 0;
      this.end = end - start;
    }
  }

  /** Whether octets are handed out as they are, and not joined first: parts always are. */
  #handsOut(whole: boolean): boolean {
    return whole || this.sequence.parts !== undefined;
  }

  #looksAscii(chunk: Buffer, start: number, end: number): boolean {
    if (end - start >= KERNEL_MASK_BYTES) return isAscii(chunk.subarray(start, end));
    return isAsciiRange(chunk, (this.#words ??= wordsOf(chunk)), start, end);
  }

  #collectControl(): boolean {
    const partial = this.#partial;
    const count = Math.min(this.length - this.#filled, this.#chunk.length - this.#at);
    this.#chunk.copy(partial, this.#filled, this.#at, this.#at + count);
    const before = this.#filled;
    this.#filled += count;
    this.#at += count;
    if (this.#masks) {
      mask(partial, wordsOf(partial), before, this.#filled, rotateMaskingKey(this.#key, before));
    }
    if (this.opcode === Opcode.close && this.#filled >= 2 && !isWireCloseCode(partial.readUInt16BE(0))) {
      parseClose(partial.subarray(0, this.#filled));
    }
    if (this.#filled < this.length) return false;
    this.bytes = partial;
    this.start = 0;
    this.end = this.length;
    this.#partial = NO_BYTES;
    this.#filled = 0;
    this.#state = State.header;
    if (this.opcode === Opcode.close) this.#close();
    return true;
  }

  /** A Close frame is checked like any other rule of section 5, and is the last thing found. */
  #close(): void {
    parseClose(this.bytes.subarray(this.start, this.end));
    this.#state = State.closed;
    this.#at = this.#chunk.length;
    this.#waiting = undefined;
  }
}
