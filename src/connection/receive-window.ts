import { type HeldStore, OVERHEAD_BYTES } from '../operators/streams/held-store.js';
import type { Message } from '../protocol/message.js';

/** A message that is kept, and what it is charged. */
export interface Kept {
  readonly message: Message<string | Uint8Array>;
  readonly bytes: number;
}

/** The marks between which a connection is read. */
export interface WindowOptions {
  readonly receiveHighWaterBytes: number;
  readonly receiveLowWaterBytes: number;
  readonly receiveHighWaterMessages: number;
}

/** Told when a {@link ReceiveWindow} is full, and when it has room again. */
export interface WindowOwner {
  onWindow(full: boolean): void;
}

/**
 * Counts what is kept for those who have not taken it yet: payload octets and 64 for each message, and messages; of a message that is taken
 * part by part, the frames and chunks that were not. At either high-water mark the connection is not read any more, until both are down to their low ones.
 */
export class ReceiveWindow implements HeldStore {
  readonly #options: WindowOptions;
  readonly #owner: WindowOwner;
  /** Messages, and parts of some, that were given back so far. */
  taken = 0;
  #bytes = 0;
  #messages = 0;
  #full = false;

  constructor(options: WindowOptions, owner: WindowOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  get full(): boolean {
    return this.#full;
  }

  /** Counts a message in. */
  charge(message: Message<string | Uint8Array>): Kept {
    const { data } = message;
    const bytes = (typeof data === 'string' ? Buffer.byteLength(data) : data.length) + OVERHEAD_BYTES;
    this.hold(bytes);
    return { message, bytes };
  }

  /** Counts a message out. */
  giveBack(kept: Kept): void {
    this.release(kept.bytes);
  }

  /** Counts a message, or a part of one, in. */
  hold(bytes: number): void {
    this.#bytes += bytes;
    this.#messages += 1;
    this.#update();
  }

  /** Counts it out. */
  release(bytes: number): void {
    this.#bytes -= bytes;
    this.#messages -= 1;
    this.taken++;
    this.#update();
  }

  #update(): void {
    const { receiveHighWaterBytes, receiveLowWaterBytes, receiveHighWaterMessages } = this.#options;
    const full = this.#full
      ? this.#bytes > receiveLowWaterBytes || this.#messages * 4 > receiveHighWaterMessages
      : this.#bytes >= receiveHighWaterBytes || this.#messages >= receiveHighWaterMessages;
    if (full === this.#full) return;
    this.#full = full;
    this.#owner.onWindow(full);
  }
}
