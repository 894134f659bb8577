import fc from 'fast-check';
import { createRequire } from 'node:module';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { watchResources } from '../support/harness.js';
import { seed } from '../support/seed.js';
import { describeNeeds } from '../support/skip.js';
import { childProcesses } from './child.js';

watchResources();

interface Order {
  /** Names of frames, and of pauses between them. */
  readonly steps: readonly string[];
  readonly client: string;
  readonly afterMs: number;
}

const { FRAMES } = createRequire(import.meta.url)('./http2-frames.cjs') as {
  FRAMES: Record<string, Uint8Array>;
};

const order: fc.Arbitrary<Order> = fc.record({
  steps: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...Object.keys(FRAMES)) },
      { weight: 1, arbitrary: fc.constantFrom('turn', 'later', 'end', 'destroy', 'reset') },
    ),
    { minLength: 1, maxLength: 6 },
  ),
  client: fc.constantFrom('wait', 'wait', 'close', 'terminate', 'unsubscribe', 'request'),
  afterMs: fc.nat(5),
});

const ORDERS = 300;
const SAME = 40;

describe('the process of a client over HTTP/2, and the collection of what is left', () => {
  const run = childProcesses();
  const outcome = (orders: readonly Order[], certificate?: object): ReturnType<typeof run> =>
    run('http2-orders-child.cjs', [], {
      nodeArgs: ['--expose-gc'],
      input: JSON.stringify({ orders, certificate }),
    });

  it.each([
    ['too many fields, then GOAWAY', ['many', 'goaway']],
    ['too many fields, then GOAWAY with an error', ['many', 'goawayCalm']],
    ['too many fields, a reset, then GOAWAY', ['many', 'resetCancel', 'goaway']],
    ['too many fields, then the end of the socket', ['many', 'end']],
    ['too many trailers, then GOAWAY', ['accepted', 'turn', 'trailersMany', 'goaway']],
    ['trailers that break off for DATA', ['accepted', 'later', 'trailersUnfinished', 'data']],
    ['trailers of a refusal that break off for DATA', ['refused', 'later', 'trailersUnfinished', 'data']],
    ['trailers that break off with the socket', ['accepted', 'later', 'trailersUnfinished', 'end']],
  ])(
    'it outlives %s',
    async (_, steps) => {
      const orders = ['wait', 'unsubscribe', 'request'].flatMap((client) =>
        Array.from({ length: SAME }, () => ({ steps, client, afterMs: 4 })),
      );
      const stdout = `outlived ${String(orders.length)}`;
      expect(await outcome(orders)).toEqual({ code: 0, stdout, stderr: '' });
    },
    60_000,
  );

  it('it outlives frames in any order', async () => {
    const orders = fc.sample(order, { seed, numRuns: ORDERS });
    expect(await outcome(orders)).toEqual({ code: 0, stdout: `outlived ${String(ORDERS)}`, stderr: '' });
  }, 120_000);

  describeNeeds(opensslNeed(), 'over TLS, where HTTP/1.1 is what is left', () => {
    it('it outlives what it falls back from', async () => {
      const known = ['resetHttp11', 'goawayHttp11'].map((last) => ['many', last]);
      const orders = [
        ...known.flatMap((steps) =>
          Array.from({ length: SAME }, () => ({ steps, client: 'wait', afterMs: 0 })),
        ),
        ...fc.sample(order, { seed, numRuns: ORDERS / 5 }),
      ];
      const stdout = `outlived ${String(orders.length)}`;
      expect(await outcome(orders, selfSigned())).toEqual({ code: 0, stdout, stderr: '' });
    }, 120_000);
  });
});
