import { jest } from '@jest/globals';
import fc from 'fast-check';
import '../support/seed.js';

// Where an engine has no WebAssembly, plain loops do the same work: here for a whole spec file.
jest.unstable_mockModule('../../src/protocol/kernel/kernel.js', () => ({
  kernel: undefined,
  KERNEL_INPUT_BYTES: 65536,
}));

const { chunkings, hostileBytes, maskingKeys, roles, wires } = await import('rxwire/testing/arbitraries');
const { byteByByte, chunk, wireTo } = await import('rxwire/testing');
const { byParts, describeMessage, inOnePass } = await import('../support/decoding.js');
const { makeFrame, Opcode } = await import('../../src/protocol/index.js');
const { kernel } = await import('../../src/protocol/kernel/kernel.js');

describe('without the kernel', () => {
  it('there is none here', () => {
    expect(kernel).toBeUndefined();
  });

  it('messages are decoded as they were sent', () => {
    fc.assert(
      fc.property(wires(), chunkings, ({ role, bytes, messages }, cutting) => {
        for (const decode of [inOnePass, byParts]) {
          const { events, error } = decode(chunk(bytes, cutting), { role });
          expect(error).toBeUndefined();
          expect(events.filter((event) => !/^p[io]ng:/.test(event))).toEqual(messages.map(describeMessage));
        }
      }),
    );
  });

  it('long messages are decoded as they were sent', () => {
    const lengths = fc.oneof(fc.nat(300), fc.nat(140_000));
    fc.assert(
      fc.property(
        fc.array(lengths, { maxLength: 4 }),
        roles,
        maskingKeys,
        chunkings,
        (sizes, role, key, cutting) => {
          const payloads = sizes.map((size, index) =>
            new Uint8Array(size).map((_, at) => (at * 7 + index) & 0xff),
          );
          const frames = payloads.map((payload) => makeFrame(Opcode.binary, payload));
          const { events } = inOnePass(chunk(wireTo(role, frames, [key]), cutting), { role });
          const wanted = payloads.map((payload) => `binary:${Buffer.from(payload).toString('hex')}`);
          expect(
            events.length === wanted.length && events.every((event, index) => event === wanted[index]),
          ).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('bytes of any kind mean the same however they are cut', () => {
    fc.assert(
      fc.property(hostileBytes, roles, chunkings, (bytes, role, cutting) => {
        const whole = inOnePass([bytes], { role });
        expect(inOnePass(chunk(bytes, cutting), { role })).toEqual(whole);
        expect(inOnePass(byteByByte(bytes), { role })).toEqual(whole);
      }),
    );
  });
});
