import type { Outgoing } from '../protocol/message.js';
import { LossyOutlet } from './lossy-outlet.js';
import { payloadBytes } from './payload-bytes.js';

/** An outlet that drops, and counts, messages for which there is no room. */
export class DroppingOutlet extends LossyOutlet {
  #messages = 0;
  #bytes = 0;

  override get droppedMessages(): number {
    return this.#messages;
  }

  override get droppedBytes(): number {
    return this.#bytes;
  }

  override get refusedMessages(): number {
    return this.#messages;
  }

  protected override makePlace(data: Outgoing): boolean {
    if (!this.lineIsFull && this.fitsFlushed(data)) return true;
    this.#messages++;
    this.#bytes += payloadBytes(data);
    return this.block();
  }
}
