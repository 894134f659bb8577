import type { Content, End, Exchange, FramePart, Part, Place } from './case.js';
import { closeBody } from '../../src/testing/index.js';
import { BINARY, CLOSE, PING, PONG, TEXT } from '../support/wire-frames.js';

export const CONTINUATION = 0;

export const PROTOCOL_ERROR: readonly number[] = [1002];
export const NOT_UTF8: readonly number[] = [1007];
export const POLICY: readonly number[] = [1008];
export const TOO_BIG: readonly number[] = [1009];

type More = Omit<FramePart, 'opcode' | 'payload'>;

export function textFrame(payload: Uint8Array | string, more: More = {}): FramePart {
  return { opcode: TEXT, payload: Buffer.from(payload as Uint8Array), ...more };
}

export function binaryFrame(payload: Uint8Array | string, more: More = {}): FramePart {
  return { opcode: BINARY, payload: Buffer.from(payload as Uint8Array), ...more };
}

export function continuation(payload: Uint8Array | string, more: More = {}): FramePart {
  return { opcode: CONTINUATION, payload: Buffer.from(payload as Uint8Array), ...more };
}

export function ping(payload: Uint8Array | string = '', more: More = {}): FramePart {
  return { opcode: PING, payload: Buffer.from(payload as Uint8Array), ...more };
}

export function pong(payload: Uint8Array | string = '', more: More = {}): FramePart {
  return { opcode: PONG, payload: Buffer.from(payload as Uint8Array), ...more };
}

/** A Close frame; without a code its payload is empty. */
export function close(code?: number, reason = '', more: More = {}): FramePart {
  return { opcode: CLOSE, payload: code === undefined ? Buffer.alloc(0) : closeBody(code, reason), ...more };
}

export function frameOf({ type, data }: Content, more: More = {}): FramePart {
  return { opcode: type === 'text' ? TEXT : BINARY, payload: data, ...more };
}

/** A message in frames with these payloads. */
export function fragments(type: Content['type'], payloads: readonly (Uint8Array | string)[]): FramePart[] {
  return payloads.map((payload, i) => ({
    opcode: i > 0 ? CONTINUATION : type === 'text' ? TEXT : BINARY,
    payload: Buffer.from(payload as Uint8Array),
    fin: i === payloads.length - 1,
  }));
}

/** A message in frames of so many octets, the last one of fewer. */
export function fragmentsOf({ type, data }: Content, octets: number): FramePart[] {
  const payloads: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < data.length; at += octets) payloads.push(data.subarray(at, at + octets));
  return fragments(type, payloads);
}

/** The messages come back. */
export function echo(...messages: Content[]): Exchange {
  return { send: messages.map((message) => frameOf(message)), messages };
}

export const open = (): End => ({ is: 'open' });

export function failed(
  codes: readonly number[],
  place: Place,
  send: readonly Part[],
  more: Partial<Extract<End, { is: 'failed' }>> = {},
): End {
  return { is: 'failed', codes, place, send, ...more };
}

export function closed(code: number | undefined, ...send: readonly Part[]): End {
  return { is: 'closed', code, send };
}

/** `words` of several cases, as an id. */
export function slug(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Three digits: ids are in order when they are sorted. */
export function three(number: number): string {
  return String(number).padStart(3, '0');
}
