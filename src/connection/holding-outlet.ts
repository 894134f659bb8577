import { caught } from '../operators/caught.js';
import type { Outgoing } from '../protocol/message.js';
import type { WriteCoalescer } from '../transport/write-coalescer.js';
import { HoldBack } from './hold-back.js';
import { LossyOutlet } from './lossy-outlet.js';
import type { OutletOptions, OutletOwner } from './outlet.js';
import { payloadBytes } from './payload-bytes.js';
import type { Sender } from './sender.js';

/** What a {@link HoldingOutlet} asks of its connection. */
export interface HoldingOwner extends OutletOwner {
  /** An extension failed at what is sent: nothing more is. */
  onExtensionFailure(error: Error): void;
}

/** An outlet that holds messages back above the high-water mark, so that others can take their place. */
export class HoldingOutlet extends LossyOutlet {
  readonly #hold: HoldBack;
  /** The key of a message, of which only the newest is held; undefined drops the oldest of all. */
  readonly #keyOf: ((message: Outgoing) => unknown) | undefined;

  constructor(sender: Sender, writes: WriteCoalescer, options: OutletOptions, owner: HoldingOwner) {
    super(sender, writes, options, owner);
    const { sendHighWaterBytes, maxBufferedBytes, overflow } = options;
    this.#keyOf = typeof overflow === 'object' ? overflow.latest : undefined;
    const rules = {
      sendHighWaterBytes,
      maxBufferedBytes,
      masked: sender.masks,
      dropsOldest: overflow === 'dropOldest',
      onFull: () => {
        this.overflow();
      },
    };
    this.#hold = new HoldBack(writes, rules, (error) => {
      owner.onExtensionFailure(error);
    });
    sender.line = this.#hold;
  }

  override get droppedMessages(): number {
    return this.#hold.droppedMessages;
  }

  override get droppedBytes(): number {
    return this.#hold.droppedBytes;
  }

  override get refusedMessages(): number {
    return this.#hold.refusedMessages;
  }

  override send(
    data: Outgoing,
    type?: 'text' | 'binary',
    fragmentBytes?: number,
    compress?: boolean,
  ): boolean {
    const hold = this.#hold;
    if (this.#keyOf !== undefined) {
      const key = this.#keyOf(data);
      if (caught(key)) throw new TypeError('overflow.latest returned a promise, expected a key');
      hold.key = key;
    }
    if (!hold.holdsMessages) return super.send(data, type, fragmentBytes, compress);
    const { refusedMessages } = hold;
    // The sender gives it to the line, which is `hold`.
    this.sender.message(data, type, fragmentBytes, compress);
    return hold.refusedMessages === refusedMessages ? this.check() : this.block();
  }

  override admit(bytes: number): boolean {
    return this.#hold.makePlace(bytes) || this.overflow();
  }

  protected override makePlace(data: Outgoing): boolean {
    // Nothing is held, or it would be held, too.
    if (this.fitsFlushed(data)) return true;
    this.#hold.refuse(payloadBytes(data));
    return this.block();
  }

  protected override overflow(): false {
    // Then the Close frame has a chance to get through.
    this.#hold.dropMessages();
    return super.overflow();
  }
}
