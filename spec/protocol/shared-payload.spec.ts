import fc from 'fast-check';
import '../support/seed.js';
import { framedBytes } from '../../src/protocol/frame-encoder.js';
import { SharedPayload } from '../../src/protocol/shared-payload.js';
import { wire } from '../support/wire-frames.js';

const contents = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(125, 126, 65_535, 65_536).map((size) => new Uint8Array(size).fill(7)),
);

describe('SharedPayload', () => {
  it('is its octets, and the frame that a server sends them in', () => {
    fc.assert(
      fc.property(contents, fc.constantFrom(1, 2), fc.constantFrom(0, 4), (content, opcode, rsv) => {
        const payload = new SharedPayload(content);
        const bytes = Buffer.from(content as Uint8Array);
        expect(bytes.equals(payload.bytes)).toBe(true);
        const frame = payload.frame(0x80 | (rsv << 4) | opcode);
        expect(wire(opcode, bytes, { rsv }).equals(frame!)).toBe(true);
      }),
    );
  });

  it('makes the frame for the first byte that it is asked for first, once, and none for another', () => {
    const payload = new SharedPayload('x');
    const frame = payload.frame(0x81);
    expect(payload.frame(0x81)).toBe(frame);
    expect(payload.frame(0x82)).toBeUndefined();
    expect(frame).toEqual(Buffer.from('810178', 'hex'));
  });

  it('copies octets', () => {
    const bytes = Uint8Array.of(1, 2);
    const payload = new SharedPayload(bytes);
    bytes.fill(0);
    expect([...payload.bytes]).toEqual([1, 2]);
  });
});

describe('framedBytes', () => {
  it('is the octets of all frames of a message', () => {
    const sizes = fc.oneof(fc.nat(700), fc.constantFrom(65_535, 65_536, 131_072));
    const bounds = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(65_536, Infinity));
    fc.assert(
      fc.property(sizes, bounds, fc.boolean(), (length, fragmentBytes, masked) => {
        const key = masked ? { key: [1, 2, 3, 4] as const } : {};
        let bytes = 0;
        for (let at = 0; at === 0 || at < length; at += fragmentBytes) {
          bytes += wire(2, Buffer.alloc(Math.min(fragmentBytes, length - at)), key).length;
        }
        expect(framedBytes(length, fragmentBytes, masked)).toBe(bytes);
      }),
    );
  });
});
