import { of, take } from 'rxjs';
import { defragment, fragment } from '../../src/operators/index.js';
import { makeFrame, Opcode, text } from '../../src/protocol/index.js';
import { firehose, keepsTheContract, marbles } from '../support/operator-contract.js';

const frames = {
  a: makeFrame(Opcode.text, 'aa'),
  b: makeFrame(Opcode.ping, 'long enough'),
  c: makeFrame(Opcode.continuation, 'a fragment'),
  w: makeFrame(Opcode.text, 'hello'),
  x: makeFrame(Opcode.text, 'he', { fin: false }),
  y: makeFrame(Opcode.continuation, 'll', { fin: false }),
  z: makeFrame(Opcode.continuation, 'o'),
};

describe('fragment', () => {
  keepsTheContract({ operator: () => fragment(2), inputs: frames, outputs: frames });

  it('emits a message that is longer in frames of at most the size', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a-w-----b-|', frames);
      const subs = '            ^----------!';
      const expected = '        -a-(xyz)-b-|';
      expectObservable(source.pipe(fragment(2))).toBe(expected, frames);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('cuts no further than the frames are wanted', () => {
    const long = makeFrame(Opcode.binary, new Uint8Array(1000));
    const { source, emitted } = firehose(long, 10);
    let seen = 0;
    source.pipe(fragment(1), take(3)).subscribe(() => seen++);
    expect([seen, emitted()]).toEqual([3, 1]);
  });

  it('is undone by defragment', () => {
    const seen: unknown[] = [];
    of(frames.w)
      .pipe(fragment(1), defragment())
      .subscribe((message) => seen.push(message));
    expect(seen).toEqual([text('hello')]);
  });

  it('cuts nothing where there is no size', () => {
    const seen: unknown[] = [];
    of(frames.w)
      .pipe(fragment(Infinity))
      .subscribe((frame) => seen.push(frame));
    expect(seen).toEqual([frames.w]);
  });

  it.each([0, -1, 1.5, NaN])('refuses the size %d at once', (size) => {
    expect(() => fragment(size)).toThrow(`size is ${String(size)}, expected an integer of at least 1`);
  });
});
