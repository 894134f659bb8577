import fc from 'fast-check';
import '../support/seed.js';
import { copyOut, takeOut } from '../../src/protocol/byte-ownership.js';

/** What a view of it may keep alive at most, for each of its octets. */
const VIEW_WASTE = 4;
const SHARED_BLOCK = 16_384;

describe('copyOut', () => {
  it('gives the octets of the range as a Uint8Array, not a Buffer', () => {
    const lengths = fc.oneof(fc.nat(40), fc.nat(3000), fc.nat(70_000));
    fc.assert(
      fc.property(lengths, fc.nat(100), fc.nat(70_000), (length, start, rest) => {
        const chunk = Buffer.allocUnsafeSlow(start + length + rest).map((_, at) => at & 0xff);
        const out = copyOut(Buffer.from(chunk.buffer), start, start + length);
        expect(Buffer.isBuffer(out)).toBe(false);
        expect(Buffer.compare(out, chunk.subarray(start, start + length))).toBe(0);
      }),
    );
  });

  it.each([1, 100, 1024, 1025, 2048, 2049, 8191, 8192, 8193, 16_000])(
    'does not keep a chunk of 64 KiB alive for %d octets',
    (length) => {
      const chunk = Buffer.allocUnsafeSlow(65536).fill(1);
      const out = copyOut(chunk, 10, 10 + length);
      expect(out.buffer).not.toBe(chunk.buffer);
      expect(out.buffer.byteLength).toBeLessThanOrEqual(Math.max(SHARED_BLOCK, length));
      chunk.fill(2);
      expect(out.every((octet) => octet === 1)).toBe(true);
    },
  );

  it('gives a view of a chunk that it is most of', () => {
    const chunk = Buffer.allocUnsafeSlow(65536);
    expect(copyOut(chunk, 100, 60_000).buffer).toBe(chunk.buffer);
    expect(takeOut(chunk).buffer).toBe(chunk.buffer);
  });

  it('keeps no more alive than a few times its size, or one small block', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.nat(70_000), (length, rest) => {
        const out = copyOut(Buffer.allocUnsafeSlow(length + rest), 0, length);
        expect(out.buffer.byteLength).toBeLessThanOrEqual(Math.max(SHARED_BLOCK, length * VIEW_WASTE));
      }),
    );
  });

  it('gives small ones places of their own, in steps of eight octets', () => {
    const chunk = Buffer.allocUnsafeSlow(65536).fill(7);
    const outs = Array.from({ length: 5000 }, (_, index) => copyOut(chunk, 0, (index % 50) + 1));
    for (const [index, out] of outs.entries()) {
      expect(out.byteOffset % 8).toBe(0);
      out.fill(index & 0xff);
    }
    expect(outs.every((out, index) => out.every((octet) => octet === (index & 0xff)))).toBe(true);
  });

  it('gives no octets from no memory', () => {
    expect(copyOut(Buffer.allocUnsafeSlow(65536), 9, 9)).toHaveLength(0);
  });
});
