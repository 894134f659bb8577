import fc from 'fast-check';
import '../support/seed.js';
import { broadcast, type Connection, prepare, type SendOptions } from '../../src/index.js';
import { FakeTransport } from '../support/fake-transport.js';
import { watchResources } from '../support/harness.js';
import { type AnyOptions, connectionOver } from '../support/memory-peer.js';
import { agreedToy } from '../support/toy-extensions.js';
import { turns } from '../support/turns.js';
import { compressionOptions, negotiate } from './compressing.js';

watchResources();

/** What a member of the audience is like. */
const members = fc.record({
  role: fc.constantFrom('server' as const, 'server' as const, 'client' as const),
  fragmentBytes: fc.constantFrom(Infinity, Infinity, 100, 20_000),
  extension: fc.oneof(
    fc.constant(undefined),
    fc.constantFrom('message' as const, 'frame' as const),
    fc.tuple(compressionOptions, compressionOptions),
  ),
  looksOn: fc.boolean(),
  overflow: fc.constantFrom('close' as const, 'dropOldest' as const),
});
type Member = typeof members extends fc.Arbitrary<infer T> ? T : never;

const messages = fc.record({
  data: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(0, 2, 124, 126, 400, 3000, 66_000).map((size) => 'é'.repeat(size / 2)),
  ),
  options: fc
    .record(
      { compress: fc.boolean(), fragmentBytes: fc.constantFrom(99, 100_000), type: fc.constant('binary') },
      { requiredKeys: [] },
    )
    .map((options) => options as SendOptions),
  /** Whether a message frame by frame is begun before it, and ended behind it. */
  inside: fc.boolean(),
});

function extensionsOf({ role, extension }: Member) {
  if (extension === undefined) return [];
  if (typeof extension === 'string') return [agreedToy({ level: extension })];
  return negotiate(...extension)[role];
}

/** One that keeps what it writes, with a masking key that is always the same. */
function opened(member: Member): { connection: Connection; transport: FakeTransport; seen: unknown[] } {
  const { role, fragmentBytes, overflow, looksOn } = member;
  const transport = new FakeTransport();
  const options: AnyOptions = {
    fragmentBytes,
    overflow,
    maskingKey: role === 'client' ? () => Uint8Array.of(1, 2, 3, 4) : undefined,
  } as AnyOptions;
  const connection = connectionOver(role, transport, options, undefined, extensionsOf(member));
  const seen: unknown[] = [];
  if (looksOn) connection.sentFrames$.subscribe((frame) => seen.push(frame));
  return { connection, transport, seen };
}

describe('broadcast', () => {
  it('lets each connection send the very octets that its send would have sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(members, { minLength: 1, maxLength: 5 }),
        fc.array(messages, { minLength: 1, maxLength: 5 }),
        async (audience, course) => {
          const one = audience.map(opened);
          const other = audience.map(opened);
          for (const { data, options, inside } of course) {
            const sinks = inside
              ? [...one, ...other].map(({ connection }) => connection.openMessage('binary'))
              : [];
            for (const sink of sinks) sink.write(Buffer.from('part'));
            const everybody = one.map(({ connection }) => connection);
            const result = broadcast(everybody, data, options);
            expect(result).toEqual({ delivered: everybody.length, skipped: 0, dropped: 0, failed: [] });
            for (const { connection } of other) connection.send(prepare(data), options);
            for (const sink of sinks) sink.end();
            await turns(2);
          }
          // What is compressed frame by frame takes its time.
          await Promise.all([...one, ...other].map(({ connection }) => connection.flush()));
          one.forEach(({ transport, seen }, at) => {
            expect(transport.written.equals(other[at]!.transport.written)).toBe(true);
            expect(seen).toEqual(other[at]!.seen);
          });
          for (const { connection, transport } of [...one, ...other]) {
            connection.terminate();
            transport.lose();
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
