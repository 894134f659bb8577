import { validateText } from '../../src/operators/index.js';
import { makeFrame, Opcode, TextError } from '../../src/protocol/index.js';
import { hex } from '../support/hex.js';
import { firehose, keepsTheContract, marbles } from '../support/operator-contract.js';

const frames = {
  a: makeFrame(Opcode.text, 'é'),
  b: makeFrame(Opcode.ping, hex('ff')),
  c: makeFrame(Opcode.binary, hex('ff')),
  f: makeFrame(Opcode.text, hex('61c3'), { fin: false }),
  l: makeFrame(Opcode.continuation, hex('a9')),
  w: makeFrame(Opcode.continuation, hex('61'), { fin: false }),
  e: makeFrame(Opcode.continuation),
};

describe('validateText', () => {
  keepsTheContract({ operator: () => validateText(), inputs: frames, outputs: frames });

  it('passes text that frames cut inside a code point', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -f-b-l-f-l-|', frames);
      const subs = '            ^----------!';
      const expected = '        -f-b-l-f-l-|';
      expectObservable(source.pipe(validateText())).toBe(expected, frames);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it.each([
    ['a wrong octet', 'w', 'text is not valid UTF-8 at byte 2'],
    ['the end inside a code point', 'e', 'text ends inside a code point, at byte 2'],
  ])('fails at the frame with %s, and leaves the source', (_, wrong, words) => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot(`      -f-${wrong}-a-|`, frames);
      const subs = '            ^--!';
      const expected = '        -f-#';
      expectObservable(source.pipe(validateText())).toBe(expected, frames, new TextError(words));
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('stops a synchronous source at the error', () => {
    const { source, emitted } = firehose(makeFrame(Opcode.text, hex('ff')), 1000);
    let error: unknown;
    source.pipe(validateText()).subscribe({ error: (thrown: unknown) => (error = thrown) });
    expect(error).toBeInstanceOf(TextError);
    expect(emitted()).toBe(1);
  });
});
