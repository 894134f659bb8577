import { from, of } from 'rxjs';
import { decodeFrames } from '../../src/operators/index.js';
import { type Frame, makeFrame, Opcode, ProtocolError } from '../../src/protocol/index.js';
import { byteByByte } from 'rxwire/testing';
import { hex } from '../support/hex.js';
import { keepsTheContract, marbles } from '../support/operator-contract.js';

const inputs = { a: hex('810161'), b: hex('8900'), c: hex('820163') };
const outputs = {
  a: makeFrame(Opcode.text, 'a'),
  b: makeFrame(Opcode.ping),
  c: makeFrame(Opcode.binary, 'c'),
};
const toClient = { role: 'client' } as const;

describe('decodeFrames', () => {
  keepsTheContract({ operator: () => decodeFrames(toClient), inputs, outputs });

  it('emits a frame with the chunk that ends it, and all frames of a chunk at once', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -h--r--m---|', { h: hex('8101'), r: hex('61'), m: hex('8900 820163') });
      const subs = '            ^----------!';
      const expected = '        ----a--(bc)|';
      expectObservable(source.pipe(decodeFrames(toClient))).toBe(expected, outputs);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('emits what came before a wrong frame, then the error, and leaves the source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a--x--b--|', { ...inputs, x: hex('8900 83') });
      const subs = '            ^---!';
      const expected = '        -a--(b#)';
      const error = new ProtocolError('opcode is 0x3, which is reserved', { section: '5.2' });
      expectObservable(source.pipe(decodeFrames(toClient))).toBe(expected, outputs, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('emits the Close frame, and ignores what comes behind it', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -x--b--|', { ...inputs, x: hex('8800 83') });
      const subs = '            ^------!';
      const expected = '        -x-----|';
      const close = makeFrame(Opcode.close);
      expectObservable(source.pipe(decodeFrames(toClient))).toBe(expected, { x: close });
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('emits fragments as they are', () => {
    const frames: Frame[] = [];
    from(byteByByte(hex('0181 01020304 60 8081 01020304 63')))
      .pipe(decodeFrames({ role: 'server' }))
      .subscribe((frame) => frames.push(frame));
    expect(frames).toEqual([
      makeFrame(Opcode.text, 'a', { fin: false }),
      makeFrame(Opcode.continuation, 'b'),
    ]);
  });

  it.each([
    ['81', 'RXWIRE_TRUNCATED'],
    ['810261', 'RXWIRE_TRUNCATED'],
    ['010161', undefined],
    ['8000', 'RXWIRE_PROTOCOL'],
    ['010161 010162', 'RXWIRE_PROTOCOL'],
    ['8803 03e8 ff', 'RXWIRE_TEXT'],
    ['8101 ff', undefined],
    ['8104 61616161', 'RXWIRE_LIMIT'],
    ['0102 6161 8002 6161', 'RXWIRE_LIMIT'],
  ])('of %s ends with the error %s', (wire, code) => {
    let error: { code?: string } | undefined;
    of(hex(wire))
      .pipe(decodeFrames({ ...toClient, limits: { maxMessageBytes: 3 } }))
      .subscribe({ error: (thrown: { code: string }) => (error = thrown) });
    expect(error?.code).toBe(code);
  });

  it('refuses wrong options at once', () => {
    expect(() => decodeFrames({ role: 'peer' as never })).toThrow(TypeError);
    expect(() => decodeFrames({ ...toClient, limits: { maxFragments: 0 } })).toThrow(RangeError);
  });
});
