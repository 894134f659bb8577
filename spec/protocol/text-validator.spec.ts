import { hex } from '../support/hex.js';
import type { Frame } from '../../src/protocol/frame.js';
import { makeFrame, Opcode } from '../../src/protocol/index.js';
import { TextValidator } from '../../src/protocol/text-validator.js';

const { continuation, text, binary, close, ping } = Opcode;
const more = { fin: false };

/** Which of the frames fails, and with which close code. */
function failure(frames: readonly Frame[]): [number, number] | undefined {
  const validator = new TextValidator();
  for (const [index, frame] of frames.entries()) {
    try {
      validator.check(frame);
    } catch (error) {
      return [index, (error as { closeCode: number }).closeCode];
    }
  }
  return undefined;
}

describe('TextValidator', () => {
  it.each([
    ['text', [makeFrame(text, 'aé€😀')]],
    [
      'a code point cut by frames',
      [makeFrame(text, hex('f09f'), more), makeFrame(continuation, hex('9880'))],
    ],
    [
      'control frames inside a message',
      [makeFrame(text, hex('c3'), more), makeFrame(ping, hex('ff')), makeFrame(continuation, hex('a9'))],
    ],
    ['octets of any kind', [makeFrame(binary, hex('ff'), more), makeFrame(continuation, hex('fe'))]],
    ['text behind octets', [makeFrame(binary, hex('ff')), makeFrame(text, 'a')]],
    ['Close frames', [makeFrame(close), makeFrame(close, hex('03e8 6f6b'))]],
  ])('takes %s', (_, frames) => {
    expect(failure(frames)).toBeUndefined();
  });

  it.each([
    [
      'the frame with the impossible octet',
      [makeFrame(text, 'a', more), makeFrame(continuation, hex('ff'), more)],
      1,
      1007,
    ],
    ['an impossible octet before the message ends', [makeFrame(text, hex('f490'), more)], 0, 1007],
    ['the end inside a code point', [makeFrame(text, hex('e282'), more), makeFrame(continuation)], 1, 1007],
    [
      'a surrogate cut by frames',
      [makeFrame(text, hex('ed'), more), makeFrame(continuation, hex('a0'), more)],
      1,
      1007,
    ],
    ['text behind octets', [makeFrame(binary, hex('ff')), makeFrame(text, hex('ff'))], 1, 1007],
    ['a close reason', [makeFrame(close, hex('03e8 ff'))], 0, 1007],
    ['a close code', [makeFrame(close, hex('03ed'))], 0, 1002],
  ])('fails at %s', (_, frames, index, closeCode) => {
    expect(failure(frames)).toEqual([index, closeCode]);
  });
});
