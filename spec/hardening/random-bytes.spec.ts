import '../support/seed.js';
import fc from 'fast-check';
import { firstValueFrom } from 'rxjs';
import { collect } from '../support/collect.js';
import { ended, startServer, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { openRaw } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { closeOf, CLOSE, TEXT } from '../support/wire-frames.js';

watchResources();

/** What a peer's octets alone can bring about. */
const DOCUMENTED = [1002, 1007, 1008, 1009];

const noise = fc.uint8Array({ minLength: 1, maxLength: 300 });
/** Headers that are nearly right, so that more than the first rule is reached. */
const nearly = fc
  .array(
    fc.tuple(
      fc.constantFrom(0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a, 0x88, 0xc1),
      fc.uint8Array({ maxLength: 125 }),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((frames) =>
    Buffer.concat(
      frames.flatMap(([first, body]) => [Buffer.from([first, 0x80 | body.length, 0, 0, 0, 0]), body]),
    ),
  );

describe('random octets after the opening handshake', () => {
  for (const [name, bytes] of [
    ['noise', noise],
    ['nearly frames', nearly],
  ] as const) {
    it(`${name} end in a documented close code, whatever the chunks`, async () => {
      await fc.assert(
        fc.asyncProperty(bytes, fc.array(fc.nat(300), { maxLength: 4 }), async (octets, cuts) => {
          const { connection, peer } = memoryPeer('server', { dropTimeoutMs: 50 });
          const seen = collect(connection.messages$);
          const at = [0, ...cuts.map((cut) => cut % octets.length), octets.length].sort((a, b) => a - b);
          for (let i = 1; i < at.length; i++) peer.write(Buffer.from(octets.subarray(at[i - 1], at[i])));
          peer.stream.end();
          const info = await ended(connection);
          await until(() => seen.done);
          if (info.received === undefined) {
            expect(info.code).toBe(1006);
            if (info.sent !== undefined) expect(DOCUMENTED).toContain(info.sent.code);
          } else {
            expect(info.wasClean).toBe(true);
          }
          await turns(2);
          const closes = peer.frames.filter(({ opcode }) => opcode === CLOSE);
          expect(closes.map((frame) => closeOf(frame)[0] ?? 1005)).toEqual(
            info.sent === undefined ? [] : [info.sent.code],
          );
        }),
        { numRuns: 150 },
      );
    });
  }

  it('on many sockets leave the polite connection served', async () => {
    const server = await startServer({ dropTimeoutMs: 100 });
    const arrival = firstValueFrom(server.connections$);
    const polite = await openRaw(server.url);
    const connection = await arrival;
    connection.messages$.subscribe(connection.outbox);
    await fc.assert(
      fc.asyncProperty(noise, async (octets) => {
        const peer = await openRaw(server.url);
        peer.write(octets);
        peer.stream.end();
        await peer.whenEnded();
        polite.send(TEXT, 'there?');
        expect((await polite.next()).payload.toString()).toBe('there?');
      }),
      { numRuns: 50 },
    );
    await until(() => server.connections.size === 1);
  });
});
