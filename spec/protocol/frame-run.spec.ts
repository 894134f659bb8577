import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { maskingKeys } from 'rxwire/testing/arbitraries';
import { encodeFrame } from '../../src/protocol/frame-encoder.js';
import { makeFrame } from '../../src/protocol/frame.js';
import { FrameRun } from '../../src/protocol/frame-run.js';
import { KERNEL_INPUT_BYTES, kernel } from '../../src/protocol/kernel/kernel.js';
import { readMaskingKey } from '../../src/protocol/masking.js';
import { Opcode } from '../../src/protocol/opcodes.js';
import '../support/seed.js';

/** Payloads on both sides of everything that is decided by their length or by what is in them. */
const payloads = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((text) => Buffer.from(text)),
  fc.nat(2000).map((length) => Buffer.alloc(length, 'a text')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => Buffer.from(text)),
);

describe('a run of frames', () => {
  it('has the text of each, whether or not those of its neighbours are asked for', () => {
    const frames = fc.array(fc.record({ payload: payloads, binary: fc.boolean(), asked: fc.boolean() }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(frames, fc.option(maskingKeys, { nil: undefined }), (list, key) => {
        const number = key && readMaskingKey(key, 0);
        const chunk = Buffer.concat(
          list.map(({ payload, binary }) =>
            encodeFrame(makeFrame(binary ? Opcode.binary : Opcode.text, payload), number),
          ),
        );
        const run = new FrameRun(key !== undefined, 4096);
        let at = 0;
        for (const { payload, binary, asked } of list) {
          expect(run.take(chunk, at)).toBe(true);
          at = run.chunkEnd;
          const ascii = payload.every((octet) => octet < 0x80);
          expect(run).toMatchObject({ binary, ascii, length: payload.length });
          if (asked && ascii && !binary) expect(run.text()).toBe(payload.toString());
        }
        expect(at).toBe(chunk.length);
      }),
    );
  });

  it('has the text that was there when somebody else uses the memory in between', () => {
    const frame = encodeFrame(makeFrame(Opcode.text, Buffer.from('the first')));
    const chunk = Buffer.concat([frame, encodeFrame(makeFrame(Opcode.text, Buffer.from('the other')))]);
    const run = new FrameRun(false, 4096);
    expect(run.take(chunk, 0)).toBe(true);
    expect(run.text()).toBe('the first');
    kernel?.maskIn(Buffer.alloc(KERNEL_INPUT_BYTES, 'x'), 0, KERNEL_INPUT_BYTES, 0);
    expect(run.take(chunk, run.chunkEnd)).toBe(true);
    expect(run.text()).toBe('the other');
  });

  it('keeps about a KiB alive for a short text, and no more', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const frame = encodeFrame(makeFrame(Opcode.text, Buffer.alloc(125, 'a text')));
    const chunk = Buffer.concat(Array.from({ length: 512 }, () => frame));
    const run = new FrameRun(false, 4096);
    const chunks = 1000;
    const kept: string[] = [];
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < chunks; i++) {
      run.reset();
      for (let at = 0; at < chunk.length; at = run.chunkEnd) {
        if (!run.take(chunk, at)) throw new Error('the run ends too early');
        const text = run.text();
        if (at === 0) kept.push(text);
      }
    }
    collect();
    expect((process.memoryUsage().heapUsed - before) / kept.length).toBeLessThan(2048);
  });
});
