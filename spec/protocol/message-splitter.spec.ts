import { type NegotiatedExtension, Opcode, type Transform } from '../../src/protocol/index.js';
import { messageDecoder } from '../support/decoding.js';
import { BINARY, PING, wire } from '../support/wire-frames.js';

const RATIO = 1000;
/** The most octets of a transformed message that are undone before it is asked again whether more may come out. */
const SLICE_BYTES = 4096;

/** Makes a thousand octets of each, in pieces of any size; `later` runs what that takes. */
function inflating(later: (task: () => void) => void = (task) => task()): NegotiatedExtension {
  const transform: Transform = {
    wholeBytes: 10,
    whole: (payload) => Buffer.alloc(payload.length * RATIO),
    open: () => ({
      push: (piece, _last, emit, done) =>
        later(() => {
          emit(Buffer.alloc(piece.length * RATIO));
          done();
        }),
      abort: () => undefined,
    }),
  };
  return {
    name: 'inflating',
    rsv: 4,
    opcodes: [],
    level: 'message',
    parameters: [],
    inbound: () => transform,
  };
}

/** A decoder that counts what comes out of it part by part. */
function splitting(extension: NegotiatedExtension): {
  decoder: ReturnType<typeof messageDecoder>;
  out: { bytes: number; pings: number; frames: number; messages: number };
} {
  const out = { bytes: 0, pings: 0, frames: 0, messages: 0 };
  const decoder = messageDecoder({ role: 'client', extensions: [extension] }, (opcode) => {
    if (opcode === Opcode.ping) out.pings++;
  });
  decoder.parts = {
    wantsWhole: false,
    beginMessage: () => undefined,
    beginFrame: () => undefined,
    part: ({ length }) => (out.bytes += length),
    endFrame: () => out.frames++,
    endMessage: () => out.messages++,
  };
  return { decoder, out };
}

describe('a message that an extension has transformed, part by part', () => {
  const LENGTH = 20_000;

  it.each([
    ['in one frame', [LENGTH]],
    ['in several frames', [9000, 1, 10_999]],
  ])('is undone a little at a time, and not at all while only control frames may come: %s', (_, lengths) => {
    const { decoder, out } = splitting(inflating());
    lengths.forEach((length, i) => {
      const fin = i === lengths.length - 1;
      decoder.push(wire(i === 0 ? BINARY : 0, Buffer.alloc(length), { fin, rsv: i === 0 ? 4 : 0 }));
      decoder.push(wire(PING));
    });
    let calls = 0;
    do {
      const { bytes } = out;
      expect(decoder.next(true, 1)).toBeUndefined();
      expect(out.bytes).toBe(bytes);
      expect(decoder.next(false, 1)).toBeUndefined();
      expect(out.bytes - bytes).toBeLessThanOrEqual(SLICE_BYTES * RATIO);
      expect(++calls).toBeLessThan(100);
    } while (decoder.more);
    expect(out).toEqual({
      bytes: LENGTH * RATIO,
      pings: lengths.length,
      frames: lengths.length,
      messages: 1,
    });
    expect([decoder.pending, decoder.idle]).toEqual([false, true]);
  });

  it('lets Pings pass while there is more to undo', () => {
    const { decoder, out } = splitting(inflating());
    const frame = wire(BINARY, Buffer.alloc(LENGTH), { rsv: 4 });
    decoder.push(frame.subarray(0, 10));
    decoder.next(false, 1);
    decoder.push(Buffer.concat([frame.subarray(10), wire(PING), wire(BINARY)]));
    decoder.next(false, 1);
    expect(decoder.next(true, Infinity)).toBeUndefined();
    const { bytes } = out;
    expect(bytes).toBeLessThan(LENGTH * RATIO);
    expect(decoder.pending).toBe(true);
    for (let calls = 0; calls < 20; calls++) decoder.next(false, 1);
    expect(out).toEqual({ bytes: LENGTH * RATIO, pings: 1, frames: 2, messages: 2 });
  });

  it('does not go on by itself where it takes time', () => {
    const tasks: (() => void)[] = [];
    const { decoder, out } = splitting(inflating((task) => tasks.push(task)));
    decoder.push(wire(BINARY, Buffer.alloc(LENGTH), { rsv: 4 }));
    decoder.next(false, 1);
    expect([decoder.busy, tasks.length]).toEqual([true, 1]);
    decoder.next(false, 1);
    expect(tasks).toHaveLength(1);
    tasks.shift()?.();
    expect(decoder.busy).toBe(false);
    decoder.next(true, 1);
    expect([tasks.length, decoder.pending]).toEqual([0, true]);
    for (let i = 0; i < 10; i++) {
      decoder.next(false, 1);
      tasks.shift()?.();
    }
    expect(out).toMatchObject({ bytes: LENGTH * RATIO, messages: 1 });
  });
});
