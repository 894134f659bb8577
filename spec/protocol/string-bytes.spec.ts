import fc from 'fast-check';
import '../support/seed.js';
import { latin1Slice, utf8Slice, utf8Write } from '../../src/protocol/string-bytes.js';

const octets = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));

describe('strings and octets', () => {
  it('are converted as Buffer.toString does', () => {
    fc.assert(
      fc.property(octets, fc.nat(60), fc.nat(60), (bytes, a, b) => {
        const [from, to] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)];
        expect(latin1Slice(bytes, from, to)).toBe(bytes.toString('latin1', from, to));
        expect(utf8Slice(bytes, from, to)).toBe(bytes.toString('utf8', from, to));
      }),
    );
  });

  it('are converted as Buffer.from does, a lone surrogate to U+FFFD', () => {
    const unit = fc.constantFrom('a', 'é', '€', '😀', '\ud83d', '\ude00');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), fc.nat(5), (text, at) => {
        const wanted = Buffer.from(text);
        const target = Buffer.alloc(at + wanted.length + 3, 0xaa);
        expect(utf8Write(target, text, at)).toBe(wanted.length);
        expect(target.subarray(at, at + wanted.length)).toEqual(wanted);
        expect(target.subarray(at + wanted.length)).toEqual(Buffer.alloc(3, 0xaa));
      }),
    );
  });
});
