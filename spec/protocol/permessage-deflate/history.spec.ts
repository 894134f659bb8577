import fc from 'fast-check';
import '../../support/seed.js';
import { History } from '../../../src/protocol/permessage-deflate/history.js';

const sizes = fc.array(fc.oneof(fc.nat(20), fc.nat(700)), { maxLength: 30 });
const windows = fc.constantFrom(256, 512, 1024, 4096);

function counting(size: number, from: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, at) => (from + at) % 251));
}

describe('History', () => {
  it('is the end of everything that was added, as far as the window goes', () => {
    fc.assert(
      fc.property(windows, sizes, (windowBytes, added) => {
        const history = new History(windowBytes);
        let all = Buffer.alloc(0);
        for (const size of added) {
          const plain = counting(size, all.length);
          history.append(plain);
          all = Buffer.concat([all, plain]);
          expect(history.bytes ?? Buffer.alloc(0)).toEqual(all.subarray(-windowBytes));
        }
      }),
    );
  });

  it('takes memory as it is needed, at most the window, and none for nothing', () => {
    const history = new History(4096);
    history.append(Buffer.alloc(0));
    expect(history.bytes).toBeUndefined();
    for (const [added, held] of [
      [1, 256],
      [300, 512],
      [4000, 4096],
      [100_000, 4096],
    ] as const) {
      history.append(Buffer.alloc(added));
      expect(history.bytes?.buffer.byteLength).toBe(held);
    }
  });

  it('copies what is added', () => {
    const history = new History(256);
    const plain = Buffer.from('abc');
    history.append(plain);
    plain.fill(0);
    expect(history.bytes?.toString()).toBe('abc');
  });

  it('has copies that go their own way, and can become one of them', () => {
    const history = new History(256);
    history.append(Buffer.from('abc'));
    const copy = history.copy();
    copy.append(Buffer.from('def'));
    expect([history.bytes?.toString(), copy.bytes?.toString()]).toEqual(['abc', 'abcdef']);
    history.become(copy);
    history.append(Buffer.from('g'));
    expect(history.bytes?.toString()).toBe('abcdefg');
    expect(new History(256).copy().bytes).toBeUndefined();
  });
});
