import type { ConnectionStats } from './connection-stats.js';
import type { MessageStream } from '../operators/streams/message-stream.js';
import type { Observable, Observer } from 'rxjs';
import type { CloseInfo, ConnectionState } from '../protocol/closing-handshake.js';
import type { Frame } from '../protocol/frame.js';
import type { Message, Outgoing } from '../protocol/message.js';
import type { Role } from '../protocol/opcodes.js';
import type { Project } from './consumer.js';
import type { Source } from './feed.js';
import type { MessageSink } from './message-sink.js';
import type { SendReport } from './send-source.js';
import type { HandshakeRequest, HandshakeResponse } from './handshake-facts.js';

/** How one message is sent. */
export interface SendOptions {
  /** What the message is to be. Default: strings are text, bytes are binary, a {@link Message} what it says. */
  readonly type?: 'text' | 'binary';
  /** Octets of its largest frame. Default the connection's `fragmentBytes`. */
  readonly fragmentBytes?: number;
  /** False sends it as it is, true compresses it, both where compression was agreed on. Default: as long messages are. */
  readonly compress?: boolean;
}

/** How a message is sent that is sent in parts. */
export interface OpenMessageOptions {
  /** False sends it as it is, true compresses it, both where compression was agreed on. Default: compressed, unless it announces a frame. */
  readonly compress?: boolean;
}

/**
 * An open WebSocket connection, of either role and over any transport. RFC 6455.
 *
 * A peer can never make it throw or error: what a peer does is a value. `messages$` completes, `closed$` says why.
 * After closing has begun `send` returns false, `ping` completes empty, `flush` resolves false.
 *
 * What nobody has claimed yet (by `messages$`, iteration or `discard`) is held in order up to the high-water mark,
 * then the socket is paused.
 */
export interface Connection<Context = undefined> extends AsyncIterable<Message>, AsyncDisposable {
  /** A random UUID, for logs. */
  readonly id: string;
  readonly role: Role;
  /** What the application attached to the connection when it was made. */
  readonly context: Context;
  readonly request: HandshakeRequest;
  readonly response: HandshakeResponse;
  /** The subprotocol both agreed on. RFC 6455 section 1.9. */
  readonly subprotocol: string | undefined;
  /** The names of the extensions in use. */
  readonly extensions: readonly string[];
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  /** Whether the transport is encrypted. */
  readonly secure: boolean;

  /**
   * Whole messages. Hot and multicast; never errors; completes when the connection has closed and what was held is delivered. The first
   * subscriber gets what was held, in a microtask after subscribing. Unsubscribing drops nothing: messages are held again.
   *
   * With `textAs: 'bytes'` the text messages in it are `Message<Uint8Array>`.
   */
  readonly messages$: Observable<Message>;
  /**
   * Messages one by one, with backpressure: what the loop has not taken is charged to the receive window. Ends when this side closed, or the
   * peer did with 1000, 1001 or no code; otherwise throws {@link ConnectionClosedError}. Breaking out closes nothing.
   */
  [Symbol.asyncIterator](): AsyncIterator<Message>;
  /**
   * Messages with work that takes time, and backpressure: like `mergeMap`, but each message is charged to the receive window until its
   * inner Observable has ended, and a full window holds the peer back. Completes behind the last message; an error of the work is this
   * Observable's own, and what was not started by then is held for others. Unsubscribing ends the work and closes nothing.
   *
   * @param project - What is done with a message; it returns nothing when nothing is to be waited for.
   * @param options.concurrency - How many messages are worked on at the same time. Default 1: in order.
   */
  consume<R>(project: Project<R, Message>, options?: { readonly concurrency?: number }): Observable<R>;
  /**
   * Messages as they arrive, each handed out when its first header has been read: for those that are too long to be held, or whose
   * beginning is of use before their end. One at a time, and in order. A message that only `streams$` takes when it begins is bounded by
   * `maxStreamBytes` (none) and not by `maxMessageBytes` and `maxFragments`; with `messages$`, `consume` or an iterator beside it everybody
   * gets it, and `maxMessageBytes` holds. What was held before the first subscription comes as streams of one frame.
   *
   * A stream that nobody reads holds its chunks, and at the high-water mark the peer is held back; after 10 s of that a line is logged.
   * Unsubscribing ends the claim and leaves the streams that were handed out as they are. Completes at the end, never errors: only an
   * unfinished stream does.
   */
  readonly streams$: Observable<MessageStream>;
  /** For a connection that only sends: reads on, drops data messages, and serves control frames. */
  discard(): void;

  /** Tap: the octets as they come, copied. Taps are hot, never claim, never replay, and complete at the end. */
  readonly bytes$: Observable<Uint8Array>;
  /**
   * Tap: every frame received, unmasked and before extensions. A frame over `maxFrameBytes`, which comes with `streams$` only, is shown with the
   * beginning of its payload.
   */
  readonly frames$: Observable<Frame>;
  /** Tap: every frame sent, before masking. One of announced length is shown at its end, with the first 1 MiB of its payload. */
  readonly sentFrames$: Observable<Frame>;
  /** Tap: payloads of the peer's Pings, after they were answered. */
  readonly pings$: Observable<Uint8Array>;
  /** Tap: payloads of the peer's Pongs. */
  readonly pongs$: Observable<Uint8Array>;
  /** Round trips in milliseconds, of keep-alive's Pings and others. Replays the last. */
  readonly latency$: Observable<number>;

  /** `next` sends, `complete` closes with 1000, `error` closes with 1011. Bound; a no-op after closing has begun. */
  readonly outbox: Observer<Outgoing>;
  /**
   * Queues one message; it leaves in the write at the end of this turn.
   *
   * @returns false when more than `sendHighWaterBytes` are on their way, when `overflow` dropped the message, or when the connection is
   * no longer open and nothing was sent.
   * @throws TypeError for what is neither text nor bytes; LimitError at `maxBufferedBytes` with `overflow: 'error'`; what the key of
   * `overflow: { latest }` throws; ExtensionError when an extension fails at it.
   */
  send(data: Outgoing, options?: SendOptions): boolean;
  /**
   * Begins a message that is sent frame by frame, or chunk by chunk. Other messages wait until it has ended; control frames pass between
   * its frames. `close()` waits for its end too, `closeTimeoutMs` at most; the peer's closing does not, and what is written then is dropped.
   *
   * @throws TypeError or RangeError for wrong options.
   */
  openMessage(type: 'text' | 'binary', options?: OpenMessageOptions): MessageSink;
  /**
   * Sends each value as a message when it is subscribed, and tells what came of it once the last is flushed, or the connection has ended. An
   * iterable, also an asynchronous one, is asked for the next only while fewer than `sendHighWaterBytes` are on their way; an Observable
   * pushes as it likes. The event loop goes on after 64 values of an iterable, or 5 ms. Never closes. Errors with what the source errors
   * with. Unsubscribing stops it, and so does the first value that is refused because the connection is closing.
   */
  sendAll(source: Source<Outgoing>): Observable<SendReport>;
  /**
   * Sends the values as the frames of one message when it is subscribed: an Observable, an iterable, Node's or the Web's stream. Tells what
   * came of it as `sendAll` does. When the source fails, or it is unsubscribed, after a part was sent, the connection is closed with 1011.
   */
  sendStream(
    type: 'text' | 'binary',
    source: Source<Uint8Array | string>,
    options?: OpenMessageOptions,
  ): Observable<SendReport>;
  /** Sends a frame as it is, with any opcode and any reserved bits: for tests, and for what has no other way. */
  sendFrame(frame: Frame): boolean;
  /** What has passed since it was open, as it is now; also after the end. */
  readonly stats: ConnectionStats;
  /** Resolves true when the operating system has everything sent so far and not dropped, false when the connection ended before. */
  flush(): Promise<boolean>;
  /** Octets accepted and not yet taken by the operating system. */
  readonly bufferedBytes: number;
  /** Whether fewer than `sendHighWaterBytes` are on their way: now, then on every change; completes at the end. */
  readonly writable$: Observable<boolean>;
  /**
   * Sends a Ping when subscribed; emits the round trip in milliseconds when its Pong, or a later one, comes, and completes. Completes
   * empty when the connection is no longer open or ends before. Unsubscribing forgets the Ping.
   *
   * @param payload - At most 125 octets. Default 4 random ones.
   * @param options.timeoutMs - Errors with a TimeoutError after so long. Default never.
   * @throws RangeError for a longer payload.
   */
  ping(payload?: Uint8Array | string, options?: { readonly timeoutMs?: number }): Observable<number>;
  /** Sends a Pong that nobody asked for. RFC 6455 section 5.5.3. @throws RangeError over 125 octets. */
  pong(payload?: Uint8Array | string): void;

  /**
   * Begins the closing handshake at once, behind everything sent before. Later calls change nothing.
   *
   * @param code - Default 1000. 1000 to 1003, 1007 to 1014 or 3000 to 4999.
   * @param reason - At most 123 octets of UTF-8.
   * @returns `closed$`: it only reports, and need not be subscribed.
   * @throws RangeError for another code or a longer reason.
   */
  close(code?: number, reason?: string): Observable<CloseInfo>;
  /**
   * Ends the transport at once, without a closing handshake. What is held can still be taken, as after any end. What came behind it and
   * does not fit the receive window is dropped and counted in `stats.discarded`: slow takers do not keep the connection from its end.
   */
  terminate(): void;
  readonly state: ConnectionState;
  /** The state now, then every change; completes after `'closed'`. */
  readonly state$: Observable<ConnectionState>;
  /** How the connection ended: one value, replayed, then complete. Never errors. */
  readonly closed$: Observable<CloseInfo>;
}
