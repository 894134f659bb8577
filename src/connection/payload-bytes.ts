import type { Outgoing } from '../protocol/message.js';
import { isArrayBuffer, isMessage } from '../protocol/outgoing.js';
import { PreparedMessage } from '../protocol/prepared-message.js';
import { lengthOf } from './packer.js';

/** Octets of the payload that `data` makes. */
export function payloadBytes(data: Outgoing): number {
  if (typeof data === 'string' || data instanceof Uint8Array) return lengthOf(data);
  if (data instanceof PreparedMessage || isMessage(data)) return lengthOf(data.data);
  return isArrayBuffer(data) ? data.byteLength : 0;
}

/** Whether `data` makes payloads of at most `room` octets. */
export function fits(data: Outgoing, room: number): boolean {
  // Octets are only counted where three for each UTF-16 unit would be too many.
  if (typeof data === 'string') return data.length * 3 <= room || Buffer.byteLength(data) <= room;
  if (data instanceof Uint8Array) return data.length <= room;
  if (data instanceof PreparedMessage) return data.data.length <= room;
  if (isMessage(data)) return fits(data.data, room);
  return !isArrayBuffer(data) || data.byteLength <= room;
}
