import type { Role } from '../protocol/index.js';
import { Utf8Judge } from './utf8-judge.js';
import { type WireHeader, WireParser } from './wire-parser.js';

/** A rule that an endpoint has broken. */
export interface WireViolation {
  /** Of RFC 6455, such as `'5.5'`; of RFC 7692 with its name before it. */
  readonly section: string;
  /** What came, and what was expected. */
  readonly message: string;
  /** Octets of the stream before the frame that breaks it. */
  readonly offset: number;
  /**
   * What a receiver fails the connection with: 1002 or 1007; 1006 for octets that end inside a frame or a message. Undefined for what comes after a Close
   * frame: that is not read.
   */
  readonly closeCode: number | undefined;
}

/** Who is judged, and what was agreed on. */
export interface WireCheckOptions {
  /** What the sender plays: a client is to mask its frames, a server is not to. RFC 6455 section 5.1. */
  readonly role: Role;
  /** The extensions in use, as `connection.extensions` names them. Default none. */
  readonly extensions?: readonly string[] | undefined;
}

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const DEFINED: readonly number[] = [CONTINUATION, TEXT, BINARY, CLOSE, 9, 10];
const NAMES: Readonly<Record<number, string>> = {
  0: 'a continuation frame',
  1: 'a text frame',
  2: 'a binary frame',
  8: 'a Close frame',
  9: 'a Ping',
  10: 'a Pong',
};
const RSV1 = 4;
const MOST_IN_CONTROL = 125n;
const MOST_IN_FRAME = (1n << 63n) - 1n;

/**
 * Judges all that one side of a connection sends after its opening handshake, by the rules of RFC 6455 for senders. It shares no code with
 * the library's decoder.
 *
 * A frame breaks each rule once; what comes after a frame is judged as though that had been right, so several violations may have one cause.
 * Any frame after the Close frame is one. With permessage-deflate a compressed message may begin with RSV1, and its text is not looked
 * into. Holds 125 octets and every violation.
 *
 * @example
 * ```ts
 * import { WireChecker, wireFrame } from 'rxwire/testing';
 *
 * const checker = new WireChecker({ role: 'client' });
 * checker.push(wireFrame({ opcode: 9, fin: false }));
 * for (const { section, message } of checker.violations) console.log(`${section}: ${message}`);
 * // 5.1: a Ping is not masked, a client masks every frame
 * // 5.5: a Ping is fragmented, control frames are whole
 * ```
 */
export class WireChecker {
  readonly #violations: WireViolation[] = [];
  readonly #masks: boolean;
  readonly #compresses: boolean;
  readonly #parser: WireParser;
  #header: WireHeader | undefined;
  #closed = false;
  #inMessage = false;
  /** The octets cannot be told apart any more. */
  #lost = false;
  #text: Utf8Judge | undefined;
  #reason: Utf8Judge | undefined;
  #close: number[] = [];

  constructor({ role, extensions = [] }: WireCheckOptions) {
    this.#masks = role === 'client';
    this.#compresses = extensions.includes('permessage-deflate');
    this.#parser = new WireParser({
      onHeader: (header) => {
        this.#begin(header);
      },
      onPayload: (octets) => {
        this.#take(octets);
      },
      onEnd: () => {
        this.#end();
      },
    });
  }

  /** All of them, in order. */
  get violations(): readonly WireViolation[] {
    return this.#violations;
  }

  /** @returns the violations that this chunk shows. */
  push(chunk: Uint8Array): readonly WireViolation[] {
    const before = this.#violations.length;
    if (!this.#lost) this.#parser.push(chunk);
    return this.#violations.slice(before);
  }

  /** No more octets come. @returns the violation that this is inside of a frame or a message, if it is. */
  end(): readonly WireViolation[] {
    const before = this.#violations.length;
    if (!this.#lost) {
      if (!this.#parser.between) this.#accuse('5.2', 'the octets end inside a frame', 1006);
      else if (this.#inMessage && !this.#closed) this.#accuse('5.4', 'the octets end inside a message', 1006);
    }
    this.#lost = true;
    return this.#violations.slice(before);
  }

  #begin(header: WireHeader): void {
    this.#header = header;
    const { opcode, fin } = header;
    const name = NAMES[opcode] ?? `a frame with opcode ${String(opcode)}`;
    const accuse = (section: string, what: string): void => {
      this.#accuse(section, `${name} ${what}`);
    };
    if (this.#closed) accuse('5.5.1', 'came after the Close frame, which is the last');
    this.#judgeBits(header, accuse);
    if (opcode >= CLOSE) {
      if (!fin) accuse('5.5', 'is fragmented, control frames are whole');
      if (header.length > MOST_IN_CONTROL) {
        accuse('5.5', `has ${String(header.length)} octets, at most 125 may be`);
      }
    } else if (opcode <= BINARY) {
      this.#judgeOrder(header, accuse);
    }
    if (opcode === CLOSE) {
      this.#close = [];
      this.#reason = new Utf8Judge();
    }
    if (header.length > MOST_IN_FRAME) {
      accuse('5.2', 'has a length whose first bit is set');
      this.#lost = true;
    }
  }

  #judgeBits(header: WireHeader, accuse: (section: string, what: string) => void): void {
    const { opcode, rsv, key } = header;
    const allowed = this.#compresses && (opcode === TEXT || opcode === BINARY) ? RSV1 : 0;
    if ((rsv & ~allowed) !== 0) {
      const section = this.#compresses && (rsv & ~RSV1) === 0 ? 'RFC 7692 6' : '5.2';
      accuse(section, `has the reserved bits ${String(rsv)}, nothing that was agreed on uses them there`);
    }
    if (!DEFINED.includes(opcode)) accuse('5.2', 'has a reserved opcode');
    if (this.#masks && key === undefined) accuse('5.1', 'is not masked, a client masks every frame');
    if (!this.#masks && key !== undefined) accuse('5.1', 'is masked, a server masks none');
    if (!header.minimal) accuse('5.2', `has a length of ${String(header.length)} that is not minimal`);
  }

  #judgeOrder(header: WireHeader, accuse: (section: string, what: string) => void): void {
    const { opcode, fin, rsv } = header;
    if (opcode === CONTINUATION && !this.#inMessage) {
      accuse('5.4', 'came where no message is to be continued');
    }
    if (opcode !== CONTINUATION && this.#inMessage) {
      accuse('5.4', 'came before the message before it had ended');
    }
    // What is compressed is judged by whoever inflates it.
    if (opcode !== CONTINUATION) {
      this.#text = opcode === TEXT && (rsv & RSV1) === 0 ? new Utf8Judge() : undefined;
    }
    this.#inMessage = !fin;
  }

  #take(octets: Buffer): void {
    const opcode = this.#header?.opcode ?? CONTINUATION;
    if (this.#lost) return;
    if (opcode <= BINARY) {
      if (this.#text?.push(octets) === false) this.#accuseText();
    } else if (opcode === CLOSE) {
      this.#takeClose(octets);
    }
  }

  #takeClose(octets: Buffer): void {
    const missing = 2 - this.#close.length;
    this.#close.push(...octets.subarray(0, missing));
    if (missing > 0 && this.#close.length === 2) this.#judgeCode(this.#close[0]! * 256 + this.#close[1]!);
    if (this.#reason?.push(octets.subarray(Math.max(0, missing))) === false) this.#accuseReason();
  }

  #judgeCode(code: number): void {
    const defined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
    if (defined || (code >= 3000 && code <= 4999)) return;
    this.#accuse('7.4', `a Close frame has the code ${String(code)}, which may not be sent`);
  }

  #end(): void {
    const opcode = this.#header?.opcode;
    if (opcode === CLOSE) {
      if (this.#close.length === 1) this.#accuse('5.5.1', 'a Close frame has one octet, a code has two');
      if (this.#reason?.whole === false) this.#accuseReason();
      this.#closed = true;
    } else if (this.#header?.fin === true && opcode !== undefined && opcode <= BINARY) {
      if (this.#text?.whole === false) this.#accuseText();
      this.#text = undefined;
    }
    this.#header = undefined;
  }

  #accuseText(): void {
    this.#text = undefined;
    this.#accuse('8.1', 'a text message is not UTF-8', 1007);
  }

  #accuseReason(): void {
    this.#reason = undefined;
    this.#accuse('8.1', 'a Close frame has a reason that is not UTF-8', 1007);
  }

  #accuse(section: string, message: string, closeCode = 1002): void {
    this.#violations.push({
      section,
      message,
      offset: this.#parser.frameOffset,
      closeCode: this.#closed ? undefined : closeCode,
    });
  }
}
