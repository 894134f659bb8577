import type { Message, Outgoing } from '../../protocol/message.js';

/** What comes from a connection, whatever its option `textAs` is. */
export type Incoming = Message<string | Uint8Array>;

/** Makes values of messages. */
export interface Decoder<In> {
  /** A short name, for errors: `'json'`. */
  readonly name: string;
  /**
   * The value of one message, now or later. What it throws, or rejects with, refuses this message and no other; a {@link CodecError} is
   * passed on as it is.
   */
  decode(message: Incoming): In | PromiseLike<In>;
}

/** Makes messages of values. */
export interface Encoder<Out> {
  /** A short name, for errors: `'json'`. */
  readonly name: string;
  /** The message of one value. What it throws goes to whoever sends, as a {@link CodecError}. */
  encode(value: Out): Outgoing;
}

/** Both directions, each with a type of its own. */
export interface Codec<In, Out = In> extends Decoder<In>, Encoder<Out> {}
