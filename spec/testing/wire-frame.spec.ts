import fc from 'fast-check';
import { encodeFrame, makeFrame, readMaskingKey } from 'rxwire/protocol';
import { closeBody, maskWith, WIRE_KEY, wireFrame, wireHeader, WireReader } from 'rxwire/testing';
import { maskingKeys, payloads } from 'rxwire/testing/arbitraries';
import '../support/seed.js';

const frames = fc.record({
  opcode: fc.nat(15),
  fin: fc.boolean(),
  rsv: fc.nat(7),
  payload: payloads(70_000),
  key: fc.option(maskingKeys, { nil: undefined }),
});

describe('wireFrame', () => {
  it('writes what the encoder of the library writes', () => {
    fc.assert(
      fc.property(frames, ({ opcode, payload, fin, rsv, key }) => {
        const wanted = encodeFrame(
          makeFrame(opcode, payload, { fin, rsv }),
          key === undefined ? undefined : readMaskingKey(key, 0),
        );
        expect(wireFrame({ opcode, payload, fin, rsv, key }).equals(wanted)).toBe(true);
      }),
    );
  });

  it('writes what the reader reads, in any form of the length', () => {
    fc.assert(
      fc.property(frames, fc.constantFrom(16, 64, undefined), ({ key, ...frame }, lengthBits) => {
        const bits = lengthBits === 16 && frame.payload.length > 65535 ? 64 : lengthBits;
        const [read, ...none] = new WireReader().push(wireFrame({ ...frame, key, lengthBits: bits }));
        const { length } = frame.payload;
        const fewest = length < 126 ? 7 : length < 65536 ? 16 : 64;
        const payload = Buffer.from(frame.payload);
        expect(read!.payload.equals(payload)).toBe(true);
        expect({ ...read, payload }).toEqual({
          ...frame,
          payload,
          masked: key !== undefined,
          minimal: bits === undefined || bits === fewest,
          offset: 0,
        });
        expect(none).toEqual([]);
      }),
    );
  });

  it('writes the examples of RFC 6455 section 5.7', () => {
    const hex = (init: Parameters<typeof wireFrame>[0]): string => wireFrame(init).toString('hex');
    expect(hex({ opcode: 1, payload: 'Hello' })).toBe('810548656c6c6f');
    expect(hex({ opcode: 1, payload: 'Hello', masked: true })).toBe('818537fa213d7f9f4d5158');
    expect(hex({ opcode: 1, payload: 'Hel', fin: false })).toBe('010348656c');
    expect(hex({ opcode: 0, payload: 'lo' })).toBe('80026c6f');
  });

  it('writes a length that is not the payload’s, over 2^63 too, and a mask that is not wanted', () => {
    expect(wireHeader({ opcode: 2, declaredLength: 1n << 63n }).toString('hex')).toBe('827f8000000000000000');
    expect(wireFrame({ opcode: 2, payload: 'abc', declaredLength: 100 })).toHaveLength(5);
    expect(wireFrame({ opcode: 2, masked: true }).subarray(2)).toEqual(Buffer.from(WIRE_KEY));
    expect(wireFrame({ opcode: 2, key: [1, 2, 3, 4], masked: false })).toHaveLength(2);
  });

  it.each([
    { opcode: 16 },
    { opcode: 1.5 },
    { opcode: 1, rsv: 8 },
    { opcode: 1, key: [1, 2, 3] },
    { opcode: 1, declaredLength: 126, lengthBits: 7 as const },
    { opcode: 1, declaredLength: 65536, lengthBits: 16 as const },
    { opcode: 1, declaredLength: 1n << 64n },
    { opcode: 1, declaredLength: -1 },
  ])('refuses what does not fit: %p', (init) => {
    expect(() => wireFrame(init)).toThrow(RangeError);
  });
});

describe('maskWith', () => {
  it('undoes itself, and leaves what it is given', () => {
    fc.assert(
      fc.property(payloads(), maskingKeys, (payload, key) => {
        const before = Buffer.from(payload);
        const masked = maskWith(key, payload);
        expect(Buffer.from(payload).equals(before)).toBe(true);
        expect(maskWith(key, masked).equals(before)).toBe(true);
      }),
    );
  });
});

describe('closeBody', () => {
  it('is two octets and the reason', () => {
    expect(closeBody(1000, 'bye').toString('latin1')).toBe('\x03\xe8bye');
    expect(closeBody(65535)).toEqual(Buffer.of(255, 255));
    expect(() => closeBody(65536)).toThrow(RangeError);
  });
});
