import { Defragmenter } from '../../src/protocol/defragmenter.js';
import type { Frame } from '../../src/protocol/frame.js';
import { makeFrame, Opcode } from '../../src/protocol/index.js';
import { type Limits, resolveLimits } from '../../src/protocol/limits.js';

const { continuation, text, binary, close, ping, pong } = Opcode;

function defragmenter(limits: Limits = {}, textAs: 'string' | 'bytes' = 'string'): Defragmenter {
  return new Defragmenter({ limits: resolveLimits(limits), textAs });
}

function pushAll(joiner: Defragmenter, frames: readonly Frame[]): unknown[] {
  return frames.map((frame) => joiner.push(frame));
}

const more = { fin: false };

describe('Defragmenter', () => {
  it('gives a message with the frame that ends it', () => {
    const frames = [
      makeFrame(text, 'a', more),
      makeFrame(continuation, 'b', more),
      makeFrame(continuation, 'c'),
    ];
    expect(pushAll(defragmenter(), frames)).toEqual([undefined, undefined, { type: 'text', data: 'abc' }]);
  });

  it('gives a message in one frame at once, of either type', () => {
    const octets = Uint8Array.of(1, 2, 3);
    expect(pushAll(defragmenter(), [makeFrame(text, 'é'), makeFrame(binary, octets)])).toEqual([
      { type: 'text', data: 'é' },
      { type: 'binary', data: octets },
    ]);
  });

  it('joins text that the frames cut inside a code point', () => {
    const [a, b] = [Uint8Array.of(0xf0, 0x9f), Uint8Array.of(0x98, 0x80)];
    const frames = [makeFrame(text, a, more), makeFrame(continuation, b)];
    expect(pushAll(defragmenter(), frames)[1]).toEqual({ type: 'text', data: '😀' });
  });

  it('gives the octets of text on request', () => {
    const joiner = defragmenter({}, 'bytes');
    const frames = [makeFrame(text, 'ab'), makeFrame(text, 'c', more), makeFrame(continuation, 'd')];
    expect(pushAll(joiner, frames)).toEqual([
      { type: 'text', data: Uint8Array.of(0x61, 0x62) },
      undefined,
      { type: 'text', data: Uint8Array.of(0x63, 0x64) },
    ]);
  });

  it('lets control frames pass inside a message', () => {
    const frames = [
      makeFrame(text, '', more),
      makeFrame(ping, 'p'),
      makeFrame(pong),
      makeFrame(continuation, 'b'),
    ];
    expect(pushAll(defragmenter(), frames).at(-1)).toEqual({ type: 'text', data: 'b' });
  });

  it('knows where frames may end', () => {
    const joiner = defragmenter();
    expect(joiner.atBoundary).toBe(true);
    joiner.push(makeFrame(text, '', more));
    expect(joiner.atBoundary).toBe(false);
    joiner.push(makeFrame(ping));
    expect(joiner.atBoundary).toBe(false);
    joiner.push(makeFrame(close));
    expect(joiner.atBoundary).toBe(true);
  });

  it('takes nothing behind a Close frame', () => {
    const frames = [makeFrame(close), makeFrame(text, 'late'), makeFrame(continuation, 'wrong')];
    expect(pushAll(defragmenter(), frames)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['a continuation of nothing', [makeFrame(continuation, 'a')], 1002],
    ['a message inside a message', [makeFrame(text, 'a', more), makeFrame(binary, 'b')], 1002],
    ['a frame over the limit', [makeFrame(text, 'abcdef')], 1009],
    [
      'fragments over the limit together',
      [makeFrame(text, 'abc', more), makeFrame(continuation, 'def')],
      1009,
    ],
    [
      'too many fragments',
      [makeFrame(text, '', more), ...Array.from({ length: 3 }, () => makeFrame(continuation, '', more))],
      1008,
    ],
  ])('fails at %s with %d', (_, frames, closeCode) => {
    const joiner = defragmenter({ maxMessageBytes: 5, maxFragments: 3 });
    pushAll(joiner, frames.slice(0, -1));
    expect(() => joiner.push(frames.at(-1)!)).toThrow(expect.objectContaining({ closeCode }));
  });

  it('keeps no larger memory alive than its message needs', () => {
    const memory = new Uint8Array(65536);
    const message = defragmenter().push(makeFrame(binary, memory.subarray(5, 6)));
    expect((message?.data as Uint8Array).buffer.byteLength).toBeLessThanOrEqual(16_384);
  });
});
