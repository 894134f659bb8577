import '../support/seed.js';
import fc from 'fast-check';
import { violationRules, violations } from 'rxwire/testing/arbitraries';
import { ProtocolError } from '../../src/index.js';
import { ended, startServer, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { openRaw } from '../support/raw-peer.js';
import { turns } from '../support/turns.js';
import { CLOSE, closeOf, PING, TEXT } from '../support/wire-frames.js';

watchResources();

/** What is wrong at its first octets, and needs no end of the stream to be so. */
const rules = violationRules.filter((rule) => rule !== 'cut off');

describe('onViolation', () => {
  it('close: says so in a Close frame with the code of the rule, then ends the transport', async () => {
    await fc.assert(
      fc.asyncProperty(violations({ rules }), async ({ role, bytes, closeCode }) => {
        const { connection, peer } = memoryPeer(role, { keepAlive: false, autoPong: false });
        connection.discard();
        peer.write(bytes);
        const frames = [await peer.next()];
        expect(closeOf(frames[0]!)[0]).toBe(closeCode);
        peer.stream.end();
        expect(await ended(connection)).toMatchObject({ initiator: 'local', sent: { code: closeCode } });
      }),
      { numRuns: 100 },
    );
  });

  it('drop: ends the transport at once, without a Close frame, and tells which rule it was', async () => {
    await fc.assert(
      fc.asyncProperty(violations({ rules }), async ({ role, bytes, closeCode }) => {
        const options = { keepAlive: false, autoPong: false, onViolation: 'drop' } as const;
        const { connection, peer } = memoryPeer(role, options);
        connection.discard();
        peer.write(bytes);
        const info = await ended(connection);
        await peer.whenEnded();
        expect(peer.frames).toEqual([]);
        expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: 'local' });
        expect(info.sent).toBeUndefined();
        expect(info.cause).toBeInstanceOf(ProtocolError);
        expect(info.cause).toMatchObject({ closeCode });
      }),
      { numRuns: 100 },
    );
  });

  for (const role of ['client', 'server'] as const) {
    it(`drop: is a limit's way, too, on a ${role}, behind what was sent before`, async () => {
      const { connection, peer } = memoryPeer(role, { onViolation: 'drop', maxMessageBytes: 10 });
      connection.send('before');
      peer.send(TEXT, 'x'.repeat(11));
      expect(await ended(connection)).toMatchObject({ cause: { option: 'maxFrameBytes', limit: 10 } });
      expect(peer.frames.map(({ payload }) => payload.toString())).toEqual(['before']);
    });

    it(`a ${role} whose Close frame is answered with a violation drops, whatever was chosen`, async () => {
      const { connection, peer } = memoryPeer(role, { keepAlive: false });
      connection.close(4000);
      expect(closeOf(await peer.next())[0]).toBe(4000);
      peer.send(3);
      await peer.whenEnded();
      const info = await ended(connection);
      expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: 'local', sent: { code: 4000 } });
      expect(info.cause).toBeInstanceOf(ProtocolError);
      expect(peer.frames.filter(({ opcode }) => opcode === CLOSE)).toHaveLength(1);
    });
  }

  it('drop: cuts a socket before its peer has ended anything', async () => {
    const server = await startServer({ onViolation: 'drop', dropTimeoutMs: Infinity });
    const peer = await openRaw(server.url);
    peer.send(PING, 'x'.repeat(126), { fin: true });
    await peer.whenEnded();
    await turns();
    expect(server.connections.size).toBe(0);
    expect(peer.frames).toEqual([]);
  });
});
