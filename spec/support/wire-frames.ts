import { type WireFrame, wireFrame, type WireFrameInit } from '../../src/testing/index.js';

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** The key of nearly every spec: payloads stay legible in dumps. */
export const ZERO_KEY = [0, 0, 0, 0] as const;

/** What a Close frame says: `[code, reason]`, or `[]` for an empty one. */
export function closeOf(frame: WireFrame): [] | [number, string] {
  if (frame.opcode !== CLOSE) throw new Error(`expected a Close frame, the opcode is ${frame.opcode}`);
  if (frame.payload.length === 0) return [];
  return [frame.payload.readUInt16BE(0), frame.payload.toString('utf8', 2)];
}

/** A frame as a server sends it. */
export function wire(
  opcode: number,
  payload: Uint8Array | string = '',
  more: Partial<WireFrameInit> = {},
): Buffer {
  return wireFrame({ opcode, payload, ...more });
}
