import type { FrameDecoder } from './frame-decoder.js';
import type { Found } from './found.js';
import type { Message } from './message.js';

/** Reads messages out of what a {@link FrameDecoder} finds of them. It may take longer than a call for that. */
export interface MessageReader {
  /** Whether it takes nothing for now. */
  readonly busy: boolean;
  /** Whether it has something that has not been asked for, or will have. */
  readonly waiting: boolean;
  /** Takes a part of a message. Returns the message that it ends. @throws what the message fails with. */
  take(frames: FrameDecoder, found: Found): Message<string | Uint8Array> | undefined;
  /** What it has needed time for. @throws what the message fails with. */
  takeLate(): Message<string | Uint8Array> | undefined;
  /** Drops what it has. */
  stop(): void;
}
