import fc from 'fast-check';
import '../support/seed.js';
import { MessageCollector } from '../../src/protocol/message-collector.js';

/** Runs `work` and tells how many octets of memory `Buffer.allocUnsafeSlow` gave meanwhile, and how often. */
function allocations(work: () => void): { bytes: number; count: number } {
  const { allocUnsafeSlow } = Buffer;
  let bytes = 0;
  let count = 0;
  Buffer.allocUnsafeSlow = (size) => {
    bytes += size;
    count++;
    return allocUnsafeSlow(size);
  };
  try {
    work();
  } finally {
    Buffer.allocUnsafeSlow = allocUnsafeSlow;
  }
  return { bytes, count };
}

function addAll(collector: MessageCollector, piece: Buffer, times: number): void {
  for (let i = 0; i < times; i++) collector.add(piece, 0, piece.length);
}

const ONE = Buffer.from('x');
const LARGE = Buffer.alloc(20_000, 'y');

describe('MessageCollector', () => {
  it('gives what it was given, whatever the pieces', () => {
    const sizes = fc.oneof(fc.nat(40), fc.constantFrom(1023, 1024, 1025, 16383, 16384, 20_000, 70_000));
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 12 }), (lengths) => {
        const collector = new MessageCollector();
        const pieces = lengths.map((length, index) => Buffer.alloc(length, index + 1));
        for (const piece of pieces) {
          const padded = Buffer.concat([Buffer.of(0), piece, Buffer.of(0)]);
          collector.add(padded, 1, padded.length - 1);
        }
        const whole = Buffer.concat(pieces);
        expect(collector.size).toBe(whole.length);
        expect(collector.take().equals(whole)).toBe(true);
        expect(collector.size).toBe(0);
      }),
    );
  });

  it('can be used again after it was emptied', () => {
    const collector = new MessageCollector();
    for (const word of ['first', '', 'second']) {
      collector.add(Buffer.from(word), 0, word.length);
      expect(collector.take().toString()).toBe(word);
    }
  });

  it('does not change what it gave before', () => {
    const collector = new MessageCollector();
    addAll(collector, ONE, 5);
    const first = collector.take();
    addAll(collector, Buffer.from('z'), 5);
    expect(first.toString()).toBe('xxxxx');
  });

  it('holds 100,000 pieces of one octet in a few objects and twice their size', () => {
    const collector = new MessageCollector();
    const { bytes, count } = allocations(() => addAll(collector, ONE, 100_000));
    expect(bytes).toBeLessThanOrEqual(2 * 100_000);
    expect(count).toBeLessThan(12);
    expect(collector.take()).toEqual(Buffer.alloc(100_000, 'x'));
  });

  it('holds little more than it got where large and small pieces alternate', () => {
    const collector = new MessageCollector();
    const { bytes } = allocations(() => {
      for (let i = 0; i < 100; i++) {
        collector.add(LARGE, 0, LARGE.length);
        collector.add(ONE, 0, 1);
      }
    });
    expect(bytes).toBeLessThanOrEqual(64 * 1024);
    const whole = collector.take();
    expect(whole).toHaveLength(100 * 20_001);
    for (let i = 1; i <= 100; i++) expect(whole[i * 20_001 - 1]).toBe(ONE[0]);
  });

  it('keeps no large chunk alive for a small part of it', () => {
    const collector = new MessageCollector();
    const chunk = Buffer.allocUnsafeSlow(1024 * 1024).fill('a');
    const { bytes } = allocations(() => collector.add(chunk, 0, 20_000));
    expect(bytes).toBeGreaterThanOrEqual(20_000);
    chunk.fill('b');
    expect(collector.take().equals(Buffer.alloc(20_000, 'a'))).toBe(true);
  });

  it('copies no large piece that is most of its chunk', () => {
    const collector = new MessageCollector();
    const { count } = allocations(() => collector.add(LARGE, 0, LARGE.length));
    expect(count).toBe(0);
    expect(collector.take().buffer).toBe(LARGE.buffer);
  });
});
