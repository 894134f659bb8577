import type { Observable } from 'rxjs';
import { failureOf } from '../protocol/extensions/failures.js';
import { type Applied, bitsOf } from '../protocol/extensions/outbound.js';
import type { TransformSession } from '../protocol/extensions/transform.js';
import { Fifo } from '../protocol/fifo.js';
import { Opcode } from '../protocol/opcodes.js';
import { type FrameSink, FrameSinkOf } from './frame-sink.js';
import type { MessageSink } from './message-sink.js';
import { OutgoingText } from './outgoing-text.js';
import type { SendLine } from './send-line.js';
import type { Sender } from './sender.js';
import { SinkError } from './sink-error.js';
import { Writable } from './writable.js';

/** What a message under way asks of its connection. */
export interface SinkOwner {
  readonly sender: Sender;
  readonly line: SendLine;
  /** Whether `bytes` more octets may be accepted; closes or throws by the policy if not. */
  admit(bytes: number): boolean;
  /** Whether fewer than the high-water mark are on their way. */
  check(): boolean;
  /** The same, with `held` octets of the message itself but without what waits behind it. */
  hasRoom(held: number): boolean;
  /** Calls `taken` when the transport has taken what it has by now; returns false if that is nothing. */
  whenWritten(taken: () => void): boolean;
  /** The message is sent, or given up before anything of it was. */
  onEnded(sink: OutgoingMessage): void;
  /** The message of which the peer has a part will not be finished. */
  onAborted(error: Error): void;
}

interface Step {
  readonly bytes: number;
  readonly run: () => void;
}

const NO_BYTES = new Uint8Array(0);

/** A message that is sent frame by frame: it waits for its turn, and then is inside the line to its end. */
export class OutgoingMessage implements MessageSink {
  readonly #owner: SinkOwner;
  readonly #opcode: number;
  readonly #compress: boolean | undefined;
  readonly #text: OutgoingText | undefined;
  /** What waits for the turn of the message, or for an extension. */
  readonly #steps: Fifo<Step> = new Fifo();
  #frame: FrameSinkOf | undefined;
  #ended = false;
  #dead = false;
  /** Whether there was no room for a frame of it. */
  #refused = false;
  readonly #writable = new Writable();
  /** Octets of the message that wait for its turn, or for an extension. */
  #held = 0;
  #looking = false;
  #itsTurn = false;
  /** Whether the peer has a part of it. */
  #begun = false;
  #busy = false;
  /** What transforms the message; undefined before it is decided. */
  #applied: readonly Applied[] | undefined;
  #session: TransformSession | undefined;

  constructor(owner: SinkOwner, type: 'text' | 'binary', compress: boolean | undefined) {
    this.#owner = owner;
    this.#opcode = type === 'text' ? Opcode.text : Opcode.binary;
    this.#compress = compress;
    this.#text = type === 'text' ? new OutgoingText() : undefined;
  }

  /** Stands in line. */
  begin(): void {
    const { line } = this.#owner;
    line.enter(0, () => {
      if (this.#dead) return;
      line.begin();
      this.#itsTurn = true;
      this.#run();
      this.#look();
    });
  }

  get writable$(): Observable<boolean> {
    return this.#writable.value$;
  }

  /** Whether it can never be sent whole any more. */
  get over(): boolean {
    return this.#dead || this.#refused;
  }

  write(frame: Uint8Array | string): boolean {
    this.#checkBetween();
    const bytes = this.#octets(frame);
    if (!this.#admit(bytes.length)) return false;
    this.#do(bytes.length, () => {
      this.#send(bytes, false);
    });
    return this.#check();
  }

  frame(length: number): FrameSink {
    this.#checkBetween();
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`length is ${String(length)}, expected an integer from 0 to 2^53-1`);
    }
    this.#decide(this.#compress ?? false);
    if (this.#applied?.length !== 0) {
      throw new SinkError('an extension transforms this message, so the length of its frames is not known');
    }
    const frame = new FrameSinkOf(length, {
      write: (chunk) => this.#writeChunk(chunk),
      ended: () => (this.#frame = undefined),
    });
    this.#do(0, () => {
      this.#announce(length);
    });
    if (length > 0) this.#frame = frame;
    return frame;
  }

  end(): void {
    this.#checkBetween();
    const rest = this.#text?.finish() ?? NO_BYTES;
    this.#ended = true;
    this.#do(rest.length, () => {
      this.#send(rest, true);
    });
  }

  abort(reason = 'the sender gave up a message'): void {
    if (this.#ended || this.#dead) return;
    this.#dead = true;
    this.#session?.abort();
    if (this.#begun || this.#busy) this.#owner.onAborted(new SinkError(reason, 'RXWIRE_ABORTED'));
    else this.#leave();
  }

  /** The connection sends no more data: what comes is dropped. */
  cut(): void {
    this.#dead = true;
    this.#session?.abort();
    this.#steps.drain();
    this.#hold(-this.#held);
    this.#writable.end();
  }

  /** Whether others wait for its end. */
  get inside(): boolean {
    return this.#itsTurn;
  }

  #leave(): void {
    this.#owner.onEnded(this);
    this.#writable.end();
    if (!this.#itsTurn) return;
    this.#itsTurn = false;
    this.#owner.line.end();
  }

  #admit(bytes: number): boolean {
    if (this.#dead) return false;
    if (this.#owner.admit(bytes)) return true;
    this.#refused = true;
    return false;
  }

  #checkBetween(): void {
    if (this.#ended) throw new SinkError('the message has ended');
    if (this.#frame === undefined) return;
    throw new SinkError(`a frame is announced of which ${String(this.#frame.remaining)} octets are missing`);
  }

  #octets(frame: unknown): Uint8Array {
    if (frame instanceof Uint8Array) return this.#text?.bytes(frame) ?? frame;
    if (typeof frame === 'string' && this.#text !== undefined) return this.#text.string(frame);
    const expected = this.#text === undefined ? 'a Uint8Array' : 'a string or a Uint8Array';
    throw new TypeError(`a frame of this message is of type ${typeof frame}, expected ${expected}`);
  }

  #writeChunk(chunk: Uint8Array): boolean {
    const bytes = this.#text?.bytes(chunk) ?? chunk;
    if (!this.#admit(bytes.length)) return false;
    this.#do(bytes.length, () => {
      this.#owner.sender.chunk(bytes);
    });
    return this.#check();
  }

  /** Whether there is room for more. As long as it waits for its turn, everything before it counts, too. */
  #check(): boolean {
    const all = this.#owner.check();
    const writable = this.#itsTurn ? this.#owner.hasRoom(this.#held) : all;
    if (this.#writable.turn(writable)) this.#writable.announce();
    if (!writable) this.#look();
    return writable;
  }

  /** Looks until there is room, whenever something of it has gone. */
  #look(): void {
    if (this.#looking || this.#dead || !this.#itsTurn || this.#writable.now) return;
    if (this.#owner.hasRoom(this.#held)) {
      this.#writable.turn(true);
      this.#writable.announce();
      return;
    }
    this.#looking = this.#owner.whenWritten(() => {
      this.#looking = false;
      this.#look();
    });
  }

  #announce(length: number): void {
    if (length === 0) this.#owner.sender.frameContent(false, this.#head(), NO_BYTES, true);
    else this.#owner.sender.announce(this.#head(), length);
  }

  /** Does something that sends `bytes` octets, in its turn and in order. */
  #do(bytes: number, run: () => void): void {
    if (this.#dead) return;
    this.#hold(bytes);
    this.#steps.push({ bytes, run });
    this.#run();
  }

  /** Octets of it wait, or no longer do. */
  #hold(bytes: number): void {
    this.#held += bytes;
    this.#owner.line.heldBytes += bytes;
  }

  #run(): void {
    while (this.#itsTurn && !this.#busy && !this.#dead) {
      const step = this.#steps.shift();
      if (step === undefined) return;
      this.#hold(-step.bytes);
      step.run();
    }
  }

  /** Decides what transforms the message, at its first frame. */
  #decide(compress: boolean | undefined): void {
    this.#applied ??= this.#owner.sender.packer?.extensions.ofMessage(Infinity, compress) ?? [];
  }

  /** The first byte of the next frame, without FIN. */
  #head(): number {
    const head = this.#begun ? Opcode.continuation : this.#opcode | (bitsOf(this.#applied ?? []) << 4);
    this.#begun = true;
    return head;
  }

  #send(bytes: Uint8Array, last: boolean): void {
    this.#decide(this.#compress);
    const [first] = this.#applied ?? [];
    if (first === undefined) {
      this.#pass(bytes, last, false);
      return;
    }
    this.#busy = true;
    const made: Uint8Array[] = [];
    this.#hold(bytes.length);
    const done = (error?: Error): void => {
      this.#hold(-bytes.length);
      this.#busy = false;
      if (this.#dead) return;
      if (error === undefined) this.#transformed(bytes.length, Buffer.concat(made), last);
      else this.#owner.onAborted(failureOf(error, 'what is sent'));
    };
    try {
      this.#session ??= first.transform.open(Infinity);
      // An extension reads them later than this turn, and may have remembered them by then.
      this.#session.push(Uint8Array.from(bytes), last, (out) => void made.push(out), done);
    } catch (error) {
      done(error as Error);
    }
  }

  /** @param plain - Octets that `bytes` were made of. */
  #transformed(plain: number, bytes: Uint8Array, last: boolean): void {
    this.#owner.sender.traffic.expandedOctets += plain - bytes.length;
    this.#pass(bytes, last, true);
    this.#run();
    this.#look();
  }

  #pass(bytes: Uint8Array, last: boolean, ours: boolean): void {
    const { sender } = this.#owner;
    const head = this.#head();
    if (sender.packer?.extensions.byFrame === true) {
      sender.packer.frame(last, head, bytes, ours, this.#compress);
    } else sender.frameContent(last, head, bytes, ours);
    if (last) this.#leave();
  }
}
