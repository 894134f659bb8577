/**
 * One direction of a negotiated extension on one connection: what it does to payloads. RFC 6455 section 9.
 *
 * A transform may remember what has passed (a compressor's history), so each connection and direction has its own, and
 * payloads go through it in the order of the wire, one at a time.
 */
export interface Transform {
  /**
   * The most octets of a payload that `whole` is worth: a larger one goes through `open`, which may leave the event loop.
   * Default `Infinity`.
   */
  readonly wholeBytes?: number;

  /**
   * Transforms a whole payload, now. The payload is not changed and not kept; the result is the caller's, and may be the payload
   * itself. What throws leaves the transform as it was.
   *
   * @param maxBytes - The most octets the result may have.
   * @throws LimitError 1009 when it would have more; ProtocolError for a payload that cannot be transformed.
   */
  whole(payload: Uint8Array, maxBytes: number): Uint8Array;

  /** Begins a payload that comes in pieces. `whole` and `open` are not called again before its last piece is done. */
  open(maxBytes: number): TransformSession;

  /**
   * Whether a payload that this side sends is to be transformed at all. Default: each is.
   *
   * @param bytes - Octets of the payload.
   * @param compress - What the option of that name said for this message.
   */
  wants?(bytes: number, compress: boolean | undefined): boolean;

  /** For payloads that are sent to many: a form that any connection with the same parameters can send. */
  readonly shared?: SharedForm;
}

/** One payload on its way through a {@link Transform}. */
export interface TransformSession {
  /**
   * Takes the next piece. The piece must not change before `done`, and the next one must not be pushed before it.
   *
   * @param last - Whether the payload ends with it; the piece may be empty.
   * @param emit - Called with what comes out, any number of times; what it is called with is the caller's.
   * @param done - Called once, perhaps before `push` returns, with the error if there is one. The session is over then, and after `last`.
   */
  push(
    piece: Uint8Array,
    last: boolean,
    emit: (out: Uint8Array) => void,
    done: (error?: Error) => void,
  ): void;
  /** Drops the payload: nothing is called any more, and nothing is left. */
  abort(): void;
}

/** How a {@link Transform} makes what several connections can send. */
export interface SharedForm {
  /** Two transforms with the same key make the same octets of a payload. */
  readonly key: string;
  /** Transforms a payload as though nothing had passed before. */
  whole(payload: Uint8Array): Uint8Array;
  /** This connection sends the form that was made of `payload`. */
  sent(payload: Uint8Array): void;
}
