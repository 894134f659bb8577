import fc from 'fast-check';
import '../support/seed.js';
import { maskingKeys, payloads } from 'rxwire/testing/arbitraries';
import { hex } from '../support/hex.js';
import {
  encodeFrame,
  firstByte,
  headerBytes,
  MAX_HEADER_BYTES,
  writeHeader,
} from '../../src/protocol/frame-encoder.js';
import { makeFrame, Opcode } from '../../src/protocol/index.js';
import { readMaskingKey } from '../../src/protocol/masking.js';

/** Length, and the header of a binary frame of it. */
const HEADERS: readonly (readonly [number, string])[] = [
  [0, '8200'],
  [1, '8201'],
  [125, '827d'],
  [126, '827e007e'],
  [127, '827e007f'],
  [65535, '827effff'],
  [65536, '827f0000000000010000'],
];

describe('encodeFrame', () => {
  it.each(HEADERS)('writes %d octets behind the minimal header %s', (length, header) => {
    const payload = new Uint8Array(length).fill(0xab);
    const bytes = Buffer.from(encodeFrame(makeFrame(Opcode.binary, payload)));
    const head = hex(header);
    expect(bytes.subarray(0, head.length)).toEqual(Buffer.from(head));
    expect(bytes.subarray(head.length)).toEqual(Buffer.from(payload));
    expect(headerBytes(length, false)).toBe(head.length);
    expect(headerBytes(length, true)).toBe(head.length + 4);
  });

  it.each(HEADERS)('writes %d octets behind header %s, the key and under the mask', (length, header) => {
    const payload = new Uint8Array(length).fill(0xab);
    const bytes = Buffer.from(
      encodeFrame(makeFrame(Opcode.binary, payload), readMaskingKey(hex('01020304'), 0)),
    );
    const head = Buffer.concat([hex(header), hex('01020304')]);
    head[1] = head[1]! | 0x80;
    expect(bytes.subarray(0, head.length)).toEqual(head);
    const unmasked = bytes.subarray(head.length).map((octet, index) => octet ^ ((index & 3) + 1));
    expect(Buffer.from(payload).equals(unmasked)).toBe(true);
  });

  it('writes FIN, the reserved bits and the opcode, right or wrong', () => {
    for (const fin of [true, false]) {
      for (let rsv = 0; rsv < 8; rsv++) {
        for (let opcode = 0; opcode < 16; opcode++) {
          const wanted = (fin ? 128 : 0) + rsv * 16 + opcode;
          expect(encodeFrame(makeFrame(opcode, '', { fin, rsv }))).toEqual(Uint8Array.of(wanted, 0));
          expect(firstByte(fin, rsv, opcode)).toBe(wanted);
        }
      }
    }
  });

  it('writes a control frame of more than 125 octets, as tests need it', () => {
    const bytes = encodeFrame(makeFrame(Opcode.ping, new Uint8Array(126)));
    expect(bytes.subarray(0, 4)).toEqual(hex('897e007e'));
  });

  it('writes a key of zeros too', () => {
    expect(encodeFrame(makeFrame(Opcode.ping, 'p'), 0)).toEqual(hex('8981 00000000 70'));
  });

  it('changes no payload, and gives memory that nothing else is in', () => {
    fc.assert(
      fc.property(payloads(70_000), fc.option(maskingKeys, { nil: undefined }), (payload, key) => {
        const before = payload.slice();
        const bytes = encodeFrame(
          makeFrame(Opcode.binary, payload),
          key === undefined ? undefined : readMaskingKey(key, 0),
        );
        expect(Buffer.compare(payload, before)).toBe(0);
        expect(bytes.buffer.byteLength).toBe(bytes.length);
      }),
    );
  });
});

describe('writeHeader', () => {
  it('writes lengths beyond 32 bits', () => {
    const target = Buffer.alloc(MAX_HEADER_BYTES + 1);
    const key = readMaskingKey(hex('0a0b0c0d'), 0);
    expect(writeHeader(target, 1, 0x82, Number.MAX_SAFE_INTEGER, key)).toBe(15);
    expect(target).toEqual(Buffer.from(hex('00 82 ff 001fffffffffffff 0a0b0c0d')));
    expect(writeHeader(target, 0, 0x82, 2 ** 32, undefined)).toBe(10);
    expect(target.subarray(0, 10)).toEqual(Buffer.from(hex('827f 0000000100000000')));
  });
});
