import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Deflater, Inflater, ZlibLanes } from '../../../src/protocol/permessage-deflate/index.js';

const CONNECTIONS = 100;
/** A full collection of a heap with a test runner in it may take a second on a busy machine. */
const PATIENCE_MS = 120_000;
const KIB = 1024;
const lanes = new ZlibLanes();

let collect: () => void;
beforeAll(() => {
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void;
});

/**
 * Octets of buffers when the collector finds nothing more: zlib's streams are let go of in later turns, and V8 frees in
 * other threads.
 */
async function octetsOfBuffers(): Promise<number> {
  let least = Infinity;
  for (let unchanged = 0; unchanged < 3; unchanged++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
    const { arrayBuffers } = process.memoryUsage();
    if (arrayBuffers < least) unchanged = 0;
    least = Math.min(least, arrayBuffers);
  }
  return least;
}

/** Octets of buffers that each connection holds after `make`. */
async function heldBy(make: () => unknown): Promise<number> {
  make();
  const before = await octetsOfBuffers();
  const held = Array.from({ length: CONNECTIONS }, make);
  const after = await octetsOfBuffers();
  expect(held).toHaveLength(CONNECTIONS);
  return (after - before) / CONNECTIONS;
}

const plain = Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * at) >>> 5));
const deflater = (windowBits: number, takeover = true): Deflater =>
  new Deflater({ windowBits, takeover, level: 1, memLevel: 5, thresholdBytes: 0, lanes });
const inflater = (windowBits: number, takeover = true): Inflater =>
  new Inflater({ windowBits, takeover, lanes });
const payload = deflater(15).whole(plain, Infinity);

describe('what is held for a connection between messages', () => {
  it.each([9, 12, 15])(
    'is a window of 2^%d octets each way, and next to nothing more',
    async (windowBits) => {
      const window = 1 << windowBits;
      for (const held of [
        await heldBy(() => {
          const transform = deflater(windowBits);
          transform.whole(plain, Infinity);
          return transform;
        }),
        await heldBy(() => {
          const transform = inflater(windowBits);
          transform.whole(payload, Infinity);
          return transform;
        }),
      ]) {
        expect(held).toBeGreaterThan(window - KIB);
        expect(held).toBeLessThan(window + KIB);
      }
    },
    PATIENCE_MS,
  );

  it(
    'is nothing before the first message, and nothing ever without takeover',
    async () => {
      expect(await heldBy(() => [deflater(15), inflater(15)])).toBeLessThan(KIB);
      const stateless = await heldBy(() => {
        const both = [deflater(15, false), inflater(15, false)] as const;
        both[0].whole(plain, Infinity);
        both[1].whole(payload, Infinity);
        return both;
      });
      expect(stateless).toBeLessThan(KIB);
    },
    PATIENCE_MS,
  );

  it(
    'is little after little',
    async () => {
      const small = await heldBy(() => {
        const transform = deflater(15);
        transform.whole(plain.subarray(0, 100), Infinity);
        return transform;
      });
      expect(small).toBeLessThan(KIB);
    },
    PATIENCE_MS,
  );
});
