import { LimitError, ProtocolError } from './errors.js';
import type { ResolvedLimits } from './limits.js';
import type { PartSink } from './message-parts.js';
import { Opcode } from './opcodes.js';

/**
 * The order and the size of the data frames of a connection. RFC 6455 section 5.4: a message starts with a text
 * or binary frame, goes on with continuation frames, and ends with the frame that has FIN.
 *
 * Whether a message is open is a fact of its own here, never inferred from what it holds: fragments may be empty.
 */
export class FragmentSequence {
  /** Whether a message has begun and not ended. */
  open = false;
  /** Takes messages part by part while it is set. */
  parts: PartSink | undefined;
  /** Whether the message is only taken part by part: decided when it begins, and its limits with it. */
  partsOnly = false;
  readonly #limits: ResolvedLimits;
  #bytes = 0;
  #fragments = 0;
  #transformed = false;

  constructor(limits: ResolvedLimits) {
    this.#limits = limits;
  }

  /** @throws ProtocolError 1002 when a data frame of this opcode may not come now. */
  checkOpcode(opcode: number): void {
    if (opcode === Opcode.continuation) {
      if (!this.open) {
        throw new ProtocolError('continuation frame without a message to continue', { section: '5.4' });
      }
    } else if (this.open) {
      throw new ProtocolError('new data frame inside a fragmented message, expected a continuation frame', {
        section: '5.4',
      });
    }
  }

  /**
   * Counts the data frame whose header says `fin` and `length`.
   *
   * @param transformed - Whether an extension has transformed its payload: what that makes of it is judged when it is undone.
   * @throws LimitError 1009 for octets, 1008 for fragments.
   */
  admit(fin: boolean, length: number, transformed = false): void {
    const { maxFrameBytes, maxMessageBytes, maxFragments } = this.#limits;
    const { open } = this;
    this.#transformed = transformed || (open && this.#transformed);
    if (!open) this.partsOnly = this.parts?.wantsWhole === false;
    if (this.partsOnly) {
      this.#admitPart(fin, length);
      return;
    }
    this.#check('frame', length, 'maxFrameBytes', maxFrameBytes);
    const bytes = open ? this.#bytes + length : length;
    this.#check('message', bytes, 'maxMessageBytes', maxMessageBytes);
    const fragments = open ? this.#fragments + 1 : 1;
    if (fragments > maxFragments) {
      throw new LimitError(
        `message has more than ${String(maxFragments)} fragments, the limit of maxFragments`,
        { option: 'maxFragments', limit: maxFragments, closeCode: 1008 },
      );
    }
    this.open = !fin;
    this.#bytes = bytes;
    this.#fragments = fragments;
  }

  /** Judges a frame that belongs to no message: one of an extension's own. @throws LimitError 1009. */
  admitAlone(length: number): void {
    const { maxFrameBytes } = this.#limits;
    if (length > maxFrameBytes) throw tooBig('frame', length, 'maxFrameBytes', maxFrameBytes);
  }

  /** Counts a data frame of a message that nobody joins. */
  #admitPart(fin: boolean, length: number): void {
    const { maxStreamFrameBytes, maxStreamBytes } = this.#limits;
    const option = maxStreamFrameBytes < maxStreamBytes ? 'maxFrameBytes' : 'maxStreamBytes';
    this.#check('frame', length, option, maxStreamFrameBytes);
    const bytes = this.open ? this.#bytes + length : length;
    this.#check('message', bytes, 'maxStreamBytes', maxStreamBytes);
    this.open = !fin;
    this.#bytes = bytes;
  }

  #check(what: string, length: number, option: string, limit: number): void {
    if (length <= limit || (this.#transformed && length <= onTheWire(limit))) return;
    throw tooBig(what, length, option, limit);
  }
}

/** What a limit allows to a payload that an extension has transformed: what cannot be compressed becomes longer. */
export function onTheWire(limit: number): number {
  return limit + limit / 8 + 1024;
}

/** The error for `bytes` octets, or more, where `limit` are allowed. */
export function tooBig(what: string, bytes: number, option: string, limit: number): LimitError {
  return new LimitError(
    `${what} is at least ${String(bytes)} bytes, over the limit of ${String(limit)} (${option})`,
    { option, limit, closeCode: 1009 },
  );
}
