import { asBuffer } from './as-buffer.js';
import { takeOut } from './byte-ownership.js';
import { FragmentSequence } from './fragment-sequence.js';
import type { Frame } from './frame.js';
import type { ResolvedLimits } from './limits.js';
import { MessageCollector } from './message-collector.js';
import type { Message } from './message.js';
import { type TextAs, utf8Text } from './message-text.js';
import { isControl, Opcode } from './opcodes.js';

/** Joins whole frames into messages, wherever they come from. RFC 6455 section 5.4. */
export class Defragmenter {
  readonly #sequence: FragmentSequence;
  readonly #textAs: TextAs;
  #text = false;
  #closed = false;
  #parts: MessageCollector | undefined;

  constructor(options: { readonly limits: ResolvedLimits; readonly textAs: TextAs }) {
    this.#sequence = new FragmentSequence(options.limits);
    this.#textAs = options.textAs;
  }

  /** Whether the frames may end here: between two messages, or after a Close frame. */
  get atBoundary(): boolean {
    return this.#closed || !this.#sequence.open;
  }

  /**
   * Takes the next frame and gives the message that it ends, if it does. Control frames end none; after a Close
   * frame nothing is taken any more.
   *
   * @throws ProtocolError 1002 for a frame out of order; LimitError 1009 for octets and 1008 for fragments.
   */
  push(frame: Frame): Message<string | Uint8Array> | undefined {
    if (this.#closed) return undefined;
    if (isControl(frame.opcode)) {
      this.#closed = frame.opcode === Opcode.close;
      return undefined;
    }
    const first = frame.opcode !== Opcode.continuation;
    this.#sequence.checkOpcode(frame.opcode);
    this.#sequence.admit(frame.fin, frame.payload.length);
    if (first) this.#text = frame.opcode === Opcode.text;
    const bytes = asBuffer(frame.payload);
    if (first && frame.fin) return this.#message(bytes);
    (this.#parts ??= new MessageCollector()).add(bytes, 0, bytes.length);
    if (!frame.fin) return undefined;
    const whole = this.#parts.take();
    this.#parts = undefined;
    return this.#message(whole);
  }

  #message(bytes: Buffer): Message<string | Uint8Array> {
    if (!this.#text) return { type: 'binary', data: takeOut(bytes) };
    if (this.#textAs === 'bytes') return { type: 'text', data: takeOut(bytes) };
    return { type: 'text', data: utf8Text(bytes, 0, bytes.length) };
  }
}
