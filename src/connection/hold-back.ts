import { framedBytes } from '../protocol/frame-encoder.js';
import type { WriteCoalescer } from '../transport/write-coalescer.js';
import { Fifo } from '../protocol/fifo.js';
import { MAX_WAITING_MESSAGES, SendLine } from './send-line.js';

/** What a {@link HoldBack} goes by. */
export interface HoldBackRules {
  /** From so many octets with the transport on, messages are held back. */
  readonly sendHighWaterBytes: number;
  readonly maxBufferedBytes: number;
  /** Whether frames are masked: their headers are longer. */
  readonly masked: boolean;
  /** Whether the oldest message held makes place for a new one; if not, only one of the same key does. */
  readonly dropsOldest: boolean;
  /** A message does not fit, and that may not be because of the policy. */
  onFull(): void;
}

interface HeldMessage {
  /** Where it stands among tasks. */
  readonly place: number;
  readonly key: unknown;
  /** Octets of its payload, and of it in frames. */
  length: number;
  bytes: number;
  task: () => void;
}

interface HeldTask {
  readonly place: number;
  readonly bytes: number;
  readonly task: () => void;
}

/**
 * A line in which whole messages also wait for the transport, as they were sent: not framed, not compressed, so that they can still be
 * taken back. They go on in order as the transport takes what it has. What is no whole message (a flush, a Close frame, a message frame
 * by frame) keeps its place among them and is never dropped.
 */
export class HoldBack extends SendLine {
  /** The key of the message that is sent next; undefined for one that nothing takes the place of. */
  key: unknown = undefined;
  /** Messages that were dropped, and octets of their payloads. */
  droppedMessages = 0;
  droppedBytes = 0;
  /** Of these, the messages that were dropped as soon as they were sent. */
  refusedMessages = 0;
  readonly #writes: WriteCoalescer;
  readonly #rules: HoldBackRules;
  readonly #messages: Fifo<HeldMessage> = new Fifo();
  readonly #tasks: Fifo<HeldTask> = new Fifo();
  readonly #keyed: Map<unknown, HeldMessage> = new Map();
  /** Octets of the messages, in frames. */
  #messageBytes = 0;
  #place = 0;
  #handingOn = false;
  #waits = false;

  constructor(writes: WriteCoalescer, rules: HoldBackRules, onError: (error: Error) => void) {
    super(onError);
    this.#writes = writes;
    this.#rules = rules;
  }

  override get busy(): boolean {
    return this.#handingOn || this.#holdsSome || super.busy;
  }

  override get holdsMessages(): boolean {
    return this.busy || this.#buffered >= this.#rules.sendHighWaterBytes;
  }

  override enter(bytes: number, task: () => void): void {
    if (!this.#handingOn && !this.#holdsSome) {
      super.enter(bytes, task);
      return;
    }
    this.heldBytes += bytes;
    this.#tasks.push({ place: this.#place++, bytes, task });
    this.#handOn();
  }

  override message(length: number, fragmentBytes: number, task: () => void): void {
    const bytes = framedBytes(length, fragmentBytes, this.#rules.masked);
    const { key } = this;
    const before = key === undefined ? undefined : this.#keyed.get(key);
    if (!this.#makePlace(bytes, before?.bytes ?? 0) || (before === undefined && !this.#makeEntry())) {
      this.refuse(length);
      return;
    }
    this.heldBytes += bytes;
    this.#messageBytes += bytes;
    if (before === undefined) this.#push({ place: this.#place++, key, length, bytes, task });
    else this.#replace(before, length, bytes, task);
    this.#handOn();
  }

  /** Makes place for `bytes` octets that are no message. @returns whether that was possible. */
  makePlace(bytes: number): boolean {
    return this.#makePlace(bytes, 0);
  }

  /** A message of `length` octets is dropped instead of being sent. */
  refuse(length: number): void {
    this.refusedMessages++;
    this.#count(length);
    if (!this.#rules.dropsOldest) this.#rules.onFull();
  }

  override end(): void {
    super.end();
    this.#handOn();
  }

  override drop(): void {
    super.drop();
    this.cutMessages += this.#messages.length;
    this.#messages.drain();
    this.#tasks.drain();
    this.#keyed.clear();
    this.#messageBytes = 0;
  }

  /** Drops all messages, and counts them. */
  dropMessages(): void {
    while (this.#messages.length > 0) this.#dropOldest();
  }

  get #holdsSome(): boolean {
    return this.#messages.length > 0 || this.#tasks.length > 0;
  }

  get #buffered(): number {
    return this.#writes.bufferedBytes + this.heldBytes;
  }

  #push(message: HeldMessage): void {
    this.#messages.push(message);
    if (message.key !== undefined) this.#keyed.set(message.key, message);
  }

  /** The new one takes the place of the old one, so that a key that changes often is sent as often as the others. */
  #replace(held: HeldMessage, length: number, bytes: number, task: () => void): void {
    this.#count(held.length);
    this.heldBytes -= held.bytes;
    this.#messageBytes -= held.bytes;
    held.length = length;
    held.bytes = bytes;
    held.task = task;
  }

  /** @param less - Octets of what is dropped anyway. */
  #makePlace(bytes: number, less: number): boolean {
    const { maxBufferedBytes, dropsOldest } = this.#rules;
    const others = this.#buffered - less;
    if (others === 0 || others + bytes <= maxBufferedBytes) return true;
    if (!dropsOldest || others - this.#messageBytes + bytes > maxBufferedBytes) return false;
    while (this.#buffered + bytes > maxBufferedBytes) this.#dropOldest();
    return true;
  }

  /** Keeps the number of messages within its bound. */
  #makeEntry(): boolean {
    if (this.#messages.length < MAX_WAITING_MESSAGES) return true;
    if (this.#rules.dropsOldest) this.#dropOldest();
    return this.#rules.dropsOldest;
  }

  #dropOldest(): void {
    const oldest = this.#takeMessage();
    if (oldest !== undefined) this.#count(oldest.length);
  }

  #count(length: number): void {
    this.droppedMessages++;
    this.droppedBytes += length;
  }

  #takeMessage(): HeldMessage | undefined {
    const message = this.#messages.shift();
    if (message === undefined) return undefined;
    if (message.key !== undefined) this.#keyed.delete(message.key);
    this.heldBytes -= message.bytes;
    this.#messageBytes -= message.bytes;
    return message;
  }

  /** Sends what waits, as far as the transport has room, and looks again when the transport has taken that. */
  #handOn(): void {
    if (this.#handingOn) return;
    this.#handingOn = true;
    try {
      for (let task = this.#next(); task !== undefined; task = this.#next()) task();
    } catch (error) {
      this.drop();
      this.onError(error as Error);
    } finally {
      this.#handingOn = false;
    }
    // While somebody is inside a message, the end of that message goes on here.
    if (this.#waits || !this.#holdsSome || super.busy) return;
    this.#waits = true;
    this.#writes.whenTaken(() => {
      this.#waits = false;
      this.#handOn();
    });
  }

  /** What comes next, taken out; undefined if it has to wait still. */
  #next(): (() => void) | undefined {
    if (super.busy) return undefined;
    const task = this.#tasks.first;
    const message = this.#messages.first;
    if (task !== undefined && (message === undefined || task.place < message.place)) {
      this.#tasks.shift();
      this.heldBytes -= task.bytes;
      return task.task;
    }
    return message !== undefined && this.#hasRoom() ? this.#takeMessage()?.task : undefined;
  }

  #hasRoom(): boolean {
    const { sendHighWaterBytes } = this.#rules;
    if (this.#writes.bufferedBytes < sendHighWaterBytes) return true;
    // What has only been waiting for the end of the turn is not a sign of a slow peer.
    this.#writes.flush();
    return this.#writes.bufferedBytes < sendHighWaterBytes;
  }
}
