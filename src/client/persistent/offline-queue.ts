import { payloadBytes } from '../../connection/payload-bytes.js';
import { Fifo } from '../../protocol/fifo.js';
import type { Outgoing } from '../../protocol/message.js';

/** What is held while there is no connection. */
export interface OfflineBounds {
  readonly maxBytes: number;
  readonly maxMessages: number;
  /** Whether a message for which there is no room takes the place of the oldest, and is not dropped itself. */
  readonly keepsNewest: boolean;
}

/** Messages that wait for a connection, in order and within bounds. */
export class OfflineQueue {
  readonly #bounds: OfflineBounds;
  readonly #messages = new Fifo<Outgoing>();
  #bytes = 0;

  constructor(bounds: OfflineBounds) {
    this.#bounds = bounds;
  }

  get length(): number {
    return this.#messages.length;
  }

  /** Octets of their payloads. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `'replaced'` when it is held and the oldest was dropped for it, `'dropped'` when it was itself. */
  add(data: Outgoing): 'held' | 'replaced' | 'dropped' {
    const { maxBytes, maxMessages, keepsNewest } = this.#bounds;
    const bytes = payloadBytes(data);
    const fits = this.length < maxMessages && this.#bytes + bytes <= maxBytes;
    if (!fits && !keepsNewest) return 'dropped';
    if (!fits) this.shift();
    this.#messages.push(data);
    this.#bytes += bytes;
    return fits ? 'held' : 'replaced';
  }

  /** The oldest, taken out. */
  shift(): Outgoing | undefined {
    const data = this.#messages.shift();
    if (data !== undefined) this.#bytes -= payloadBytes(data);
    return data;
  }
}
