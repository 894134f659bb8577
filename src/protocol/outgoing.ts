import { isUtf8 } from 'node:buffer';
import type { Message, Outgoing } from './message.js';
import { PreparedMessage } from './prepared-message.js';

/** Whether `data` is a message to be sent: text as a string or as octets, or octets. */
export function isMessage(data: unknown): data is Message<string | Uint8Array> {
  if (typeof data !== 'object' || data === null || !('type' in data) || !('data' in data)) return false;
  const { type, data: content } = data;
  return (
    (type === 'text' || type === 'binary') && (typeof content === 'string' || content instanceof Uint8Array)
  );
}

export function isArrayBuffer(data: unknown): data is ArrayBuffer {
  return Object.prototype.toString.call(data) === '[object ArrayBuffer]';
}

/** @throws TypeError for octets that cannot be text. */
export function checkText(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw new TypeError('text given as bytes is not valid UTF-8');
}

/** The error for what is neither text nor octets. */
export function notSendable(value: unknown): TypeError {
  return new TypeError(
    `cannot send ${describe(value)}, expected a string, a Uint8Array, an ArrayBuffer or a message`,
  );
}

/**
 * `data` as a message for many.
 *
 * @param type - What the message is to be. Default what `data` is.
 * @throws TypeError for what is neither text nor octets, and for octets that are to be text and are not UTF-8.
 */
export function preparedOf(data: Outgoing, type?: 'text' | 'binary'): PreparedMessage {
  if (data instanceof PreparedMessage) {
    if (type === undefined || type === data.type) return data;
    if (type === 'text') checkText(data.data);
    return new PreparedMessage(type, data.data, data.compress);
  }
  if (typeof data === 'string') return new PreparedMessage(type ?? 'text', data, undefined);
  if (data instanceof Uint8Array) {
    if (type === 'text') checkText(data);
    return new PreparedMessage(type ?? 'binary', data, undefined);
  }
  if (isMessage(data)) return preparedOf(data.data, type ?? data.type);
  if (isArrayBuffer(data)) return preparedOf(new Uint8Array(data), type);
  throw notSendable(data);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return `a value of type ${typeof value}`;
  const { constructor } = value as { constructor?: { name?: string } };
  return `an object of class ${constructor?.name ?? 'unknown'}`;
}
