import type { Observable } from 'rxjs';
import type { FrameSink } from './frame-sink.js';

/** One message that is sent frame by frame. RFC 6455 section 5.4. */
export interface MessageSink {
  /**
   * Sends one frame; its octets must not change until they are flushed.
   *
   * @param frame - Bytes, which for a text message have to be UTF-8 across its frames; or, for a text message, a string.
   * @returns false when more than `sendHighWaterBytes` are on their way, or nothing is sent any more.
   * @throws SinkError inside an announced frame and after the end; TypeError for what a frame of this message cannot be; LimitError as
   * `send`.
   */
  write(frame: Uint8Array | string): boolean;
  /**
   * Announces a frame whose payload comes chunk by chunk. Until all of it has come nothing else can be written, not even a Pong. The
   * message is not compressed.
   *
   * @param length - Octets, 0 to 2^53-1.
   * @throws RangeError for another length; SinkError inside an announced frame, after the end, and in a message that is transformed.
   */
  frame(length: number): FrameSink;
  /**
   * Whether there is room for more of this message: now, then on every change; completes when it has ended. What others send meanwhile waits
   * behind this message, so it does not count here, as it does for the connection's own `writable$`.
   */
  readonly writable$: Observable<boolean>;
  /** Ends the message with an empty frame. @throws SinkError as long as octets of a frame are missing, and after the end. */
  end(): void;
  /**
   * Gives the message up. What the peer has of it cannot be taken back, so the connection is closed with 1011 then.
   *
   * @param reason - Of the Close frame. Default a text that says as much.
   */
  abort(reason?: string): void;
}
