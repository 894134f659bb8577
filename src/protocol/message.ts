import type { PreparedMessage } from './prepared-message.js';

/**
 * One whole message. RFC 6455 section 5.6.
 *
 * Text is a string, or its UTF-8 bytes where the option `textAs: 'bytes'` asks for that. `data` is the receiver's
 * for ever: no buffer behind it is used again. What is short shares memory with its neighbours: a text that is kept may keep 1 KiB
 * alive, and bytes 16 KiB.
 */
export type Message<Text = string> =
  { readonly type: 'text'; readonly data: Text } | { readonly type: 'binary'; readonly data: Uint8Array };

/**
 * What can be sent: a string as a text message, bytes as a binary one, and a {@link Message} as what it says
 * (a text message may be given as its UTF-8 bytes). Bytes must not change until they are flushed.
 */
export type Outgoing = string | Uint8Array | ArrayBuffer | Message<string | Uint8Array> | PreparedMessage;

/** A text message. */
export function text(data: string): Message {
  return { type: 'text', data };
}

/** A binary message. */
export function binary(data: Uint8Array): Message {
  return { type: 'binary', data };
}

/** Whether the message is text. */
export function isText<Text>(
  message: Message<Text>,
): message is { readonly type: 'text'; readonly data: Text } {
  return message.type === 'text';
}

/** Whether the message is binary. */
export function isBinary<Text>(
  message: Message<Text>,
): message is { readonly type: 'binary'; readonly data: Uint8Array } {
  return message.type === 'binary';
}
