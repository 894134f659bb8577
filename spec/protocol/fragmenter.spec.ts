import fc from 'fast-check';
import '../support/seed.js';
import { checkFragmentBytes, fragments } from '../../src/protocol/fragmenter.js';
import { makeFrame, Opcode } from '../../src/protocol/index.js';

const { continuation, text, binary, ping } = Opcode;

describe('fragments', () => {
  it('cuts a message: opcode and reserved bits first, FIN last', () => {
    const frames = [...fragments(makeFrame(text, 'hello', { rsv: 4 }), 2)];
    expect(frames).toEqual([
      makeFrame(text, 'he', { fin: false, rsv: 4 }),
      makeFrame(continuation, 'll', { fin: false }),
      makeFrame(continuation, 'o'),
    ]);
  });

  it('gives frames of at most the size, together what was cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.integer({ min: 1, max: 60 }), (payload, size) => {
        const frames = [...fragments(makeFrame(binary, payload), size)];
        expect(frames).toHaveLength(Math.max(1, Math.ceil(payload.length / size)));
        expect(frames.every((frame) => frame.length <= size && frame.length === frame.payload.length)).toBe(
          true,
        );
        expect(frames.map(({ fin }) => fin).lastIndexOf(false)).toBe(frames.length - 2);
        expect(Buffer.concat(frames.map((frame) => frame.payload)).equals(payload)).toBe(true);
      }),
    );
  });

  it.each([
    ['fits exactly', makeFrame(text, 'ab')],
    ['is empty', makeFrame(binary)],
    ['is a control frame', makeFrame(ping, 'abcd')],
    ['begins a message', makeFrame(text, 'abcd', { fin: false })],
    ['continues one', makeFrame(continuation, 'abcd')],
  ])('passes a frame as it is that %s', (_, frame) => {
    const frames = [...fragments(frame, 2)];
    expect(frames).toHaveLength(1);
    expect(frames[0]).toBe(frame);
  });

  it('does not copy', () => {
    const payload = new Uint8Array(10);
    for (const frame of fragments(makeFrame(binary, payload), 4)) {
      expect(frame.payload.buffer).toBe(payload.buffer);
    }
  });
});

describe('checkFragmentBytes', () => {
  it.each([1, 65536, Infinity])('takes %d', (size) => {
    expect(checkFragmentBytes(size)).toBe(size);
  });

  it.each([0, -1, 1.5, NaN, -Infinity])('refuses %d, and names the option', (size) => {
    expect(() => checkFragmentBytes(size)).toThrow(RangeError);
    expect(() => checkFragmentBytes(size)).toThrow(`fragmentBytes is ${String(size)}`);
    expect(() => checkFragmentBytes(size, 'size')).toThrow(`size is ${String(size)}`);
  });
});
