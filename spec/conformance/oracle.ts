import type { Content, Role } from './case.js';
import { Utf8Reader } from './utf8-table.js';

/** What a receiver has to make of octets that are not compressed. */
export interface Verdict {
  readonly messages: Content[];
  readonly pongs: Uint8Array[];
  end:
    | { readonly is: 'open' }
    /** Within a frame or a message. */
    | { readonly is: 'unfinished' }
    | { readonly is: 'closed'; readonly code: number | undefined }
    /** After so many octets. */
    | { readonly is: 'failed'; readonly code: number; readonly at: number };
}

/** What the receiver allows. */
export interface Allowed {
  readonly maxMessageBytes?: number;
  readonly maxFragments?: number;
  /** Whether RSV1 may begin a message; what it begins is not looked into. */
  readonly rsv1?: boolean;
}

const MIB = 1024 * 1024;
const [PROTOCOL, NOT_UTF8, POLICY, TOO_BIG] = [1002, 1007, 1008, 1009];

class Failure {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

/** Thrown where there is no further octet. */
const OUT_OF_OCTETS = Symbol('out of octets');

/**
 * RFC 6455 read slowly: one octet after the other, every rule at the first octet that decides it. It shares nothing with
 * what it is compared with, and checks the cases against each other: what they say is to happen, and where.
 */
export function verdictOn(octets: Uint8Array, role: Role, allowed: Allowed = {}): Verdict {
  return new Oracle(octets, role, allowed).read();
}

class Oracle {
  readonly #octets: Uint8Array;
  readonly #role: Role;
  readonly #allowed: Allowed;
  readonly #verdict: Verdict = { messages: [], pongs: [], end: { is: 'open' } };
  #at = 0;
  #message:
    { type: Content['type']; data: number[]; frames: number; utf8: Utf8Reader | undefined } | undefined;

  constructor(octets: Uint8Array, role: Role, allowed: Allowed) {
    this.#octets = octets;
    this.#role = role;
    this.#allowed = allowed;
  }

  read(): Verdict {
    const verdict = this.#verdict;
    try {
      while (this.#at < this.#octets.length && verdict.end.is === 'open') this.#frame();
      if (verdict.end.is === 'open' && this.#message !== undefined) verdict.end = { is: 'unfinished' };
    } catch (error) {
      if (error instanceof Failure) verdict.end = { is: 'failed', code: error.code, at: this.#at };
      else if (error === OUT_OF_OCTETS) verdict.end = { is: 'unfinished' };
      else throw error;
    }
    return verdict;
  }

  #take(): number {
    const octet = this.#octets[this.#at];
    if (octet === undefined) throw OUT_OF_OCTETS;
    this.#at++;
    return octet;
  }

  #frame(): void {
    const first = this.#take();
    const [fin, rsv, opcode] = [first >= 0x80, (first >> 4) & 7, first & 15];
    if (![0, 1, 2, 8, 9, 10].includes(opcode)) throw new Failure(PROTOCOL);
    const begins = opcode === 1 || opcode === 2;
    if (rsv !== 0 && !(rsv === 4 && begins && this.#allowed.rsv1 === true)) throw new Failure(PROTOCOL);
    if (opcode >= 8 && !fin) throw new Failure(PROTOCOL);
    if (opcode < 8 && begins === (this.#message !== undefined)) throw new Failure(PROTOCOL);
    const second = this.#take();
    const masked = second >= 0x80;
    if (masked !== (this.#role === 'server')) throw new Failure(PROTOCOL);
    const marker = second & 0x7f;
    if (opcode >= 8 && (marker > 125 || (opcode === 8 && marker === 1))) throw new Failure(PROTOCOL);
    const length = this.#length(marker);
    if (opcode < 8) this.#enter(opcode, rsv, length);
    const key = masked ? [this.#take(), this.#take(), this.#take(), this.#take()] : [0, 0, 0, 0];
    if (opcode < 8) this.#data(length, key, fin);
    else this.#control(opcode, length, key);
  }

  #length(marker: number): number {
    if (marker < 126) return marker;
    let length = 0n;
    for (let i = 0; i < (marker === 126 ? 2 : 8); i++) length = (length << 8n) | BigInt(this.#take());
    if (length >= 1n << 63n || length < (marker === 126 ? 126n : 65536n)) throw new Failure(PROTOCOL);
    return Number(length);
  }

  #enter(opcode: number, rsv: number, length: number): void {
    const utf8 = opcode === 1 && rsv === 0 ? new Utf8Reader() : undefined;
    this.#message ??= { type: opcode === 1 ? 'text' : 'binary', data: [], frames: 0, utf8 };
    const { maxMessageBytes = MIB, maxFragments = Infinity } = this.#allowed;
    if (this.#message.data.length + length > maxMessageBytes) throw new Failure(TOO_BIG);
    if (++this.#message.frames > maxFragments) throw new Failure(POLICY);
  }

  #data(length: number, key: readonly number[], fin: boolean): void {
    const message = this.#message;
    if (message === undefined) throw new Error('data of no message');
    for (let i = 0; i < length; i++) {
      const octet = this.#take() ^ key[i % 4]!;
      message.data.push(octet);
      if (message.utf8?.take(octet) === false) throw new Failure(NOT_UTF8);
    }
    if (!fin) return;
    if (message.utf8?.whole === false) throw new Failure(NOT_UTF8);
    this.#message = undefined;
    this.#verdict.messages.push({ type: message.type, data: Buffer.from(message.data) });
  }

  #control(opcode: number, length: number, key: readonly number[]): void {
    const payload: number[] = [];
    for (let i = 0; i < length; i++) {
      payload.push(this.#take() ^ key[i % 4]!);
      if (opcode === 8 && i === 1 && !mayBeSent(codeOf(payload))) throw new Failure(PROTOCOL);
    }
    if (opcode === 9) this.#verdict.pongs.push(Buffer.from(payload));
    if (opcode !== 8) return;
    const utf8 = new Utf8Reader();
    if (!payload.slice(2).every((octet) => utf8.take(octet)) || !utf8.whole) throw new Failure(NOT_UTF8);
    this.#verdict.end = { is: 'closed', code: length === 0 ? undefined : codeOf(payload) };
  }
}

function codeOf([high = 0, low = 0]: readonly number[]): number {
  return high * 256 + low;
}

/** Section 7.4, and the registry that it set up. */
function mayBeSent(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)
  );
}
