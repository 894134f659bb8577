import { of } from 'rxjs';
import { defragment } from '../../src/operators/index.js';
import { binary, ProtocolError, text } from '../../src/protocol/index.js';
import { hex } from '../support/hex.js';
import { keepsTheContract, marbles } from '../support/operator-contract.js';
import { frames } from './fragments.js';

const messages = { a: text('a'), b: text('b'), c: binary(hex('63')), t: text('together') };

describe('defragment', () => {
  keepsTheContract({ operator: () => defragment(), inputs: frames, outputs: messages });

  it('emits a message with its last frame, whatever control frames come between', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -f-p-m-p-l-a-|', frames);
      const subs = '            ^------------!';
      const expected = '        ---------t-a-|';
      expectObservable(source.pipe(defragment())).toBe(expected, messages);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('fails at a frame out of order, and leaves the source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a-l-b-|', frames);
      const subs = '            ^--!';
      const expected = '        -a-#';
      const error = new ProtocolError('continuation frame without a message to continue', { section: '5.4' });
      expectObservable(source.pipe(defragment())).toBe(expected, messages, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('fails where the source completes inside a message', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a-f-m-|', frames);
      const subs = '            ^------!';
      const expected = '        -a-----#';
      const error = new ProtocolError('the stream ended in the middle of a frame or a message', {
        section: '7.1.1',
        closeCode: 1006,
        code: 'RXWIRE_TRUNCATED',
      });
      expectObservable(source.pipe(defragment())).toBe(expected, messages, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('drops an unfinished message at a Close frame, and ignores what comes behind', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a-f-x-l-b-|', frames);
      const subs = '            ^----------!';
      const expected = '        -a---------|';
      expectObservable(source.pipe(defragment())).toBe(expected, messages);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it.each([
    [{ maxMessageBytes: 4 }, 1009],
    [{ maxFrameBytes: 2 }, 1009],
    [{ maxFragments: 2 }, 1008],
  ])('fails over the limits %j with %d', (limits, closeCode) => {
    let error: unknown;
    of(frames.f, frames.m, frames.l)
      .pipe(defragment({ limits }))
      .subscribe({ error: (thrown: unknown) => (error = thrown) });
    expect(error).toMatchObject({ name: 'LimitError', closeCode });
  });

  it('gives the octets of text on request', () => {
    const seen: unknown[] = [];
    of(frames.a)
      .pipe(defragment({ textAs: 'bytes' }))
      .subscribe((message) => seen.push(message));
    expect(seen).toEqual([{ type: 'text', data: hex('61') }]);
  });

  it('refuses wrong limits at once', () => {
    expect(() => defragment({ limits: { maxFragments: NaN } })).toThrow(RangeError);
  });
});
