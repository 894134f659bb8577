import { byteByByte } from 'rxwire/testing';
import { hex } from '../support/hex.js';
import { FrameReader } from '../../src/protocol/frame-reader.js';
import { type Frame, makeFrame, Opcode, resolveLimits } from '../../src/protocol/index.js';

function reader(): FrameReader {
  return new FrameReader({
    limits: resolveLimits(),
    mask: 'unmasked',
    applyMask: true,
    ownsInput: false,
  });
}

function readAll(from: FrameReader, chunks: readonly Uint8Array[]): Frame[] {
  const frames: Frame[] = [];
  for (const chunk of chunks) {
    from.push(chunk);
    for (let frame; (frame = from.next()) !== undefined;) frames.push(frame);
  }
  return frames;
}

describe('FrameReader', () => {
  const wire = hex('8901 70 0101 61 8002 6263 8200');
  const wanted = [
    makeFrame(Opcode.ping, 'p'),
    makeFrame(Opcode.text, 'a', { fin: false }),
    makeFrame(Opcode.continuation, 'bc'),
    makeFrame(Opcode.binary),
  ];

  it('reads whole frames, however the bytes are cut', () => {
    expect(readAll(reader(), [wire])).toEqual(wanted);
    expect(readAll(reader(), byteByByte(wire))).toEqual(wanted);
  });

  it('shows each to its tap before it gives it out', () => {
    const from = reader();
    const seen: string[] = [];
    from.onFrame = ({ opcode }) => seen.push(`tap ${opcode}`);
    from.push(wire);
    for (let frame; (frame = from.next()) !== undefined;) seen.push(`next ${frame.opcode}`);
    expect(seen.slice(0, 4)).toEqual(['tap 9', 'next 9', 'tap 1', 'next 1']);
  });

  it('goes no further than the next data frame on request', () => {
    const from = reader();
    from.push(wire);
    expect(from.next(true)?.opcode).toBe(Opcode.ping);
    expect(from.next(true)).toBeUndefined();
    expect(from.pending).toBe(true);
    expect(from.next()?.opcode).toBe(Opcode.text);
  });

  it('may end between two frames, even inside a message', () => {
    const from = reader();
    for (const [bytes, atBoundary] of [
      ['0101', false],
      ['61', true],
      ['80', false],
      ['00 8800', true],
    ] as const) {
      readAll(from, [hex(bytes)]);
      expect(from.atBoundary).toBe(atBoundary);
    }
  });

  it('reads nothing when it is stopped, and nothing behind an error', () => {
    const stopped = reader();
    readAll(stopped, [hex('8202 61')]);
    stopped.stop();
    expect(readAll(stopped, [hex('62 8200')])).toEqual([]);
    const failed = reader();
    failed.push(hex('8300 8200'));
    expect(() => failed.next()).toThrow('reserved');
    expect(failed.next()).toBeUndefined();
  });
});
