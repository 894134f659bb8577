import type { Observable } from 'rxjs';
import type { Opcode } from '../../protocol/opcodes.js';

/**
 * One frame of a message, as it arrives. It is used once: what has arrived before is held for whoever subscribes.
 */
export interface FrameStream {
  /** Whether it is the last of its message. */
  readonly fin: boolean;
  /** That of the message in its first frame, else `Opcode.continuation`. */
  readonly opcode: Opcode;
  /** The octets that its header announced: those on the wire, before extensions are undone. 0 to 2^53-1. */
  readonly length: number;
  /**
   * Its octets as they arrive: unmasked, with extensions undone, and checked if the message is text. A frame without octets gives one empty
   * chunk. Errors as the message does; unsubscribing drops the rest of this frame only. Subscribed a second time it errors with a TypeError.
   */
  readonly chunks$: Observable<Uint8Array>;
  /** Drops what is held of it and what comes. */
  discard(): void;
}

/**
 * One message, as it arrives: an Observable of frames, each an Observable of chunks; or only its chunks, or its text. RFC 6455 section 5.4.
 *
 * It is used once, in one of these ways; a second one errors with a TypeError. Nothing is delivered before; what has arrived is held, and
 * counts for the receive window, so a message that is not read holds the peer back. After that chunks are delivered on the socket's own
 * stack; only iterating asks for them one by one, and holds the peer back meanwhile.
 *
 * When the connection ends inside of the message, what has arrived is delivered first; then it errors: with ProtocolError, TextError or
 * LimitError if the peer broke a rule here, else with ConnectionClosedError.
 */
export interface MessageStream extends AsyncIterable<Uint8Array> {
  readonly type: 'text' | 'binary';
  /** Whether an extension has transformed it: `length` of its frames counts what was transformed. */
  readonly compressed: boolean;
  /** Its frames, empty ones included, each when its header has been read. Unsubscribing drops the frames that come, not those that were given. */
  readonly frames$: Observable<FrameStream>;
  /** Its octets as they arrive, whatever frames they come in. Unsubscribing drops the rest of this message only. */
  readonly chunks$: Observable<Uint8Array>;
  /**
   * Its octets as text, character by character whole. That of a binary message errors with a TextError where it is not UTF-8. Unsubscribing
   * drops the rest of this message only.
   */
  readonly text$: Observable<string>;
  /** Drops what is held of it and what comes; whoever takes it sees it complete. */
  discard(): void;
}
