import { copyOut, takeOut } from './byte-ownership.js';
import type { FrameRun } from './frame-run.js';
import { MessageCollector } from './message-collector.js';
import type { Message } from './message.js';
import { asciiText, checkUtf8, type TextAs, utf8Text } from './message-text.js';
import { Utf8Validator } from './utf8.js';

const NO_BYTES = Buffer.alloc(0);

/** How messages are made of octets. */
export interface AssemblyOptions {
  readonly textAs: TextAs;
  /** False hands out text unchecked: what is not UTF-8 becomes U+FFFD in strings. */
  readonly validateUtf8: boolean;
}

/** Makes messages, out of octets in one place or in pieces. Text is checked as it arrives. RFC 6455 section 8.1. */
export class MessageAssembler {
  readonly #options: AssemblyOptions;
  #parts: MessageCollector | undefined;
  #utf8: Utf8Validator | undefined;
  #ascii = true;

  constructor(options: AssemblyOptions) {
    this.#options = options;
  }

  /** Octets of the message that have come. */
  get size(): number {
    return this.#parts?.size ?? 0;
  }

  /** The message that the frame taken last from a run is. @throws TextError */
  ofRun(run: FrameRun): Message<string | Uint8Array> {
    if (run.ascii && !run.binary && this.#options.textAs === 'string') {
      return { type: 'text', data: run.text() };
    }
    return this.whole(!run.binary, run.bytes, run.start, run.start + run.length, run.ascii);
  }

  /**
   * A message that is in one place: `bytes[start, end)`, which is copied where it may not be kept.
   *
   * @param ascii - Whether the octets are known to be ASCII.
   * @throws TextError
   */
  whole(
    text: boolean,
    bytes: Buffer,
    start: number,
    end: number,
    ascii: boolean,
  ): Message<string | Uint8Array> {
    if (!text) return { type: 'binary', data: copyOut(bytes, start, end) };
    const { textAs, validateUtf8 } = this.#options;
    if (ascii && textAs === 'string') return { type: 'text', data: asciiText(bytes, start, end) };
    if (validateUtf8 && !ascii) checkUtf8(bytes, start, end);
    return {
      type: 'text',
      data: textAs === 'string' ? utf8Text(bytes, start, end) : copyOut(bytes, start, end),
    };
  }

  /** A frame of `length` octets begins: see {@link MessageCollector.expect}. */
  expect(length: number): void {
    (this.#parts ??= new MessageCollector()).expect(length);
  }

  /** Takes the next piece of a message. @throws TextError at the first octet that cannot be part of a text. */
  add(text: boolean, bytes: Buffer, start: number, end: number, ascii: boolean): void {
    if (text) {
      this.#ascii &&= ascii;
      if (this.#options.validateUtf8) this.#check(bytes, start, end, ascii);
    }
    (this.#parts ??= new MessageCollector()).add(bytes, start, end);
  }

  /** The message whose last piece was added. Empties the assembler. @throws TextError */
  joined(text: boolean): Message<string | Uint8Array> {
    const whole = this.#parts?.take() ?? NO_BYTES;
    const utf8 = this.#utf8;
    const ascii = this.#ascii;
    this.drop();
    if (!text) return { type: 'binary', data: takeOut(whole) };
    utf8?.finish();
    if (this.#options.textAs === 'bytes') return { type: 'text', data: takeOut(whole) };
    const make = ascii ? asciiText : utf8Text;
    return { type: 'text', data: make(whole, 0, whole.length) };
  }

  /** Drops what has come. */
  drop(): void {
    this.#parts = undefined;
    this.#utf8 = undefined;
    this.#ascii = true;
  }

  #check(bytes: Buffer, start: number, end: number, ascii: boolean): void {
    if (this.#utf8 === undefined && ascii) return;
    const utf8 = (this.#utf8 ??= new Utf8Validator(this.size));
    if (ascii) utf8.pushAscii(end - start);
    else utf8.push(bytes, start, end);
  }
}
