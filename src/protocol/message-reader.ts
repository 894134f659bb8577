import type { FrameDecoder } from './frame-decoder.js';
import type { Found } from './found.js';
import type { Message } from './message.js';

/** Reads messages out of what a {@link FrameDecoder} finds of them. It may take longer than a call for that. */
export interface MessageReader {
  /** Whether it takes nothing for now. */
  readonly busy: boolean;
  /** Whether it takes nothing before it has gone through more of what it has, when it is next asked for what was late. */
  readonly behind?: boolean;
  /** Whether it has something that has not been asked for, or will have. */
  readonly waiting: boolean;
  /** Takes a part of a message. Returns the message that it ends. @throws what the message fails with. */
  take(frames: FrameDecoder, found: Found): Message<string | Uint8Array> | undefined;
  /**
   * What it has needed time for.
   *
   * @param controlOnly - Whether it is not to hand out more than it has.
   * @throws what the message fails with.
   */
  takeLate(controlOnly: boolean): Message<string | Uint8Array> | undefined;
  /** Drops what it has. */
  stop(): void;
}
