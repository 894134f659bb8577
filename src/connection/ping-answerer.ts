import { Opcode } from '../protocol/opcodes.js';
import type { Transport } from '../transport/transport.js';
import { Hold, type Pump } from './pump.js';
import type { Sender } from './sender.js';

/** Pings that may go unanswered, but for the newest, before the peer that sends them is not read any more. */
const PATIENCE = 64;

/**
 * Answers Pings. RFC 6455 section 5.5.3: every one, in order, while the transport takes writes. While it does not, only the newest
 * waits for an answer, which the section allows: automatic Pongs are a buffer that the peer would control.
 */
export class PingAnswerer {
  readonly #sender: Sender;
  readonly #transport: Transport;
  readonly #pump: Pump;
  #newest: Uint8Array | undefined;
  #replaced = 0;

  constructor(sender: Sender, transport: Transport, pump: Pump) {
    this.#sender = sender;
    this.#transport = transport;
    this.#pump = pump;
  }

  answer(payload: Uint8Array): void {
    if (!this.#transport.needsDrain) {
      this.#sender.control(Opcode.pong, payload);
      return;
    }
    this.#newest = payload;
    if (++this.#replaced === PATIENCE) this.#pump.hold(Hold.pongs);
  }

  /** The transport takes writes again. */
  drained(): void {
    const newest = this.#newest;
    this.#newest = undefined;
    this.#replaced = 0;
    if (newest !== undefined) this.#sender.control(Opcode.pong, newest);
    this.#pump.release(Hold.pongs);
  }

  /** Closing has begun: nothing is answered any more. */
  stop(): void {
    this.#newest = undefined;
  }
}
