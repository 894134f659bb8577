import { makeFrame, Opcode } from '../../src/protocol/index.js';

/** Frames for marbles: a, b and c are messages; f, m and l are the first, a middle and the last frame of one. */
export const frames = {
  a: makeFrame(Opcode.text, 'a'),
  b: makeFrame(Opcode.text, 'b'),
  c: makeFrame(Opcode.binary, 'c'),
  f: makeFrame(Opcode.text, 'to', { fin: false }),
  m: makeFrame(Opcode.continuation, 'get', { fin: false }),
  l: makeFrame(Opcode.continuation, 'her'),
  p: makeFrame(Opcode.ping, 'p'),
  x: makeFrame(Opcode.close),
};
