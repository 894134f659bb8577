import fc from 'fast-check';
import '../../support/seed.js';
import { maskingKeys } from 'rxwire/testing/arbitraries';
import { kernel as maybeKernel, KERNEL_INPUT_BYTES } from '../../../src/protocol/kernel/kernel.js';
import { copyOut } from '../../../src/protocol/byte-ownership.js';
import { encodeFrame, makeFrame, Opcode, readMaskingKey } from '../../../src/protocol/index.js';

if (maybeKernel === undefined) throw new Error('this Node has no WebAssembly with SIMD');
const kernel = maybeKernel;

const lengths = fc.oneof(fc.nat(64), fc.nat(1000), fc.constantFrom(65_535, 65_536, 65_537, 140_000));
const ascii = fc.boolean();

/** Octets that are all ASCII under the key, or all but one of them. */
function maskedText(
  length: number,
  key: Uint8Array,
  isAscii: boolean,
  spot: number,
): { wire: Buffer; plain: Buffer } {
  const plain = Buffer.alloc(length, 'text of no interest');
  if (!isAscii && length > 0) plain[spot % length] = 0xc3;
  return { plain, wire: Buffer.from(plain.map((octet, at) => octet ^ key[at & 3]!)) };
}

describe('Kernel.mask', () => {
  it('unmasks a range in place, whatever its length, and says whether it is ASCII', () => {
    fc.assert(
      fc.property(lengths, maskingKeys, ascii, fc.nat(), fc.nat(20), (length, key, isAscii, spot, at) => {
        const { wire, plain } = maskedText(length, key, isAscii, spot);
        const chunk = Buffer.concat([Buffer.alloc(at, 0xee), wire, Buffer.alloc(5, 0xee)]);
        const result = kernel.mask(chunk, at, at + length, readMaskingKey(key, 0));
        expect(result).toBe(isAscii || length === 0);
        expect(chunk.equals(Buffer.concat([Buffer.alloc(at, 0xee), plain, Buffer.alloc(5, 0xee)]))).toBe(
          true,
        );
      }),
    );
  });
});

describe('Kernel.maskIn', () => {
  it('unmasks a copy and leaves the chunk as it is', () => {
    fc.assert(
      fc.property(fc.nat(1000), maskingKeys, ascii, fc.nat(), (length, key, isAscii, spot) => {
        const { wire, plain } = maskedText(length, key, isAscii, spot);
        const before = Buffer.from(wire);
        const uses = kernel.uses;
        expect(kernel.maskIn(wire, 0, length, readMaskingKey(key, 0))).toBe(isAscii || length === 0);
        expect(kernel.uses).toBeGreaterThan(uses);
        expect(kernel.bytes.subarray(0, length).equals(plain)).toBe(true);
        expect(wire.equals(before)).toBe(true);
      }),
    );
  });
});

describe('Kernel.run', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 });

  it('lists the whole plain frames that a chunk begins with, unmasked', () => {
    fc.assert(
      fc.property(
        payloads,
        maskingKeys,
        fc.boolean(),
        fc.boolean(),
        fc.nat(9),
        (list, key, masked, cut, before) => {
          const number = masked ? readMaskingKey(key, 0) : undefined;
          const opcodes = list.map((_, index) => (index % 2 === 0 ? Opcode.text : Opcode.binary));
          const frames = list.map((payload, index) =>
            encodeFrame(makeFrame(opcodes[index]!, payload), number),
          );
          const last = frames.at(-1) ?? new Uint8Array(0);
          const rest = cut ? last.subarray(0, last.length - 1) : encodeFrame(makeFrame(Opcode.ping), number);
          const chunk = Buffer.concat([Buffer.alloc(before), ...frames, rest]);
          const count = kernel.run(chunk, before, chunk.length, masked, 4096);
          expect(count).toBe(list.length);
          expect(kernel.stopped).toBe(frames.reduce((sum, frame) => sum + frame.length, 0));
          for (const [index, payload] of list.entries()) {
            const facts = kernel.facts(index);
            const start = kernel.start(index);
            expect(kernel.bytes.subarray(start, start + (facts >> 2)).equals(payload)).toBe(true);
            expect((facts & 1) !== 0).toBe(opcodes[index] === Opcode.binary);
            expect((facts & 2) !== 0).toBe(payload.every((octet) => octet < 0x80));
          }
        },
      ),
    );
  });

  it.each([
    ['a fragment', '0100'],
    ['a continuation', '8000'],
    ['a control frame', '8900'],
    ['a reserved bit', 'c100'],
    ['a mask that may not be', '818000000000'],
    ['a length that is not minimal', '817e0001 00'],
    ['a 64-bit length', '817f0000000000000001 00'],
    ['a payload that is cut', '810261'],
    ['a header that is cut', '81'],
    ['a payload over the most', '810461616161'],
  ])('ends before %s, and leaves it to be judged', (_, wire) => {
    const chunk = Buffer.concat([Buffer.from('810161', 'hex'), Buffer.from(wire.replaceAll(' ', ''), 'hex')]);
    expect(kernel.run(chunk, 0, chunk.length, false, 3)).toBe(1);
    expect(kernel.stopped).toBe(3);
  });

  it('ends before a frame that is not masked and should be', () => {
    const chunk = Buffer.from('810161', 'hex');
    expect(kernel.run(chunk, 0, chunk.length, true, 100)).toBe(0);
  });
});

describe('the memory of the kernel', () => {
  it.each([1, 5000, 32_767, 32_768, KERNEL_INPUT_BYTES])(
    'is never handed out, not for %d octets',
    (length) => {
      kernel.bytes.fill(1);
      const out = copyOut(kernel.bytes, 0, length);
      expect(out.buffer).not.toBe(kernel.bytes.buffer);
      kernel.bytes.fill(2);
      expect(out.every((octet) => octet === 1)).toBe(true);
    },
  );
});
