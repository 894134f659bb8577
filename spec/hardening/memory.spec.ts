import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Connection } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { startServer, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { openRaw } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { BINARY, closeOf, TEXT } from '../support/wire-frames.js';

watchResources();

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Octets outside of the heap that are in use. */
async function outside(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await turns(2);
    gc();
  }
  return process.memoryUsage().arrayBuffers;
}

describe('memory', () => {
  it('is not given for what a header only announces', async () => {
    const peers = Array.from({ length: 200 }, () => memoryPeer('server', { keepAlive: false }));
    const before = await outside();
    for (const { peer } of peers) peer.write(Buffer.from('82ff000000000010000000000000', 'hex'));
    expect((await outside()) - before).toBeLessThan(200 * 8 * 1024);
    expect(peers.every(({ connection }) => connection.state === 'open')).toBe(true);
  });

  it('is bounded by what was received, however it was cut', async () => {
    const { peer } = memoryPeer('server');
    const before = await outside();
    const frame = peer.frame(BINARY, Buffer.alloc(200_000));
    for (let i = 0; i < 100_000; i++) peer.write(frame.subarray(i, i + 1));
    await turns(20);
    expect((await outside()) - before).toBeLessThan(1024 * 1024);
  });

  it('of a socket read is not kept by the small messages in it', async () => {
    const server = await startServer({ keepAlive: false });
    const kept: unknown[] = [];
    server.connections$.subscribe((connection: Connection) => {
      connection.messages$.subscribe(({ data }) => kept.push(data));
    });
    const peer = await openRaw(server.url);
    const before = await outside();
    for (let i = 0; i < 1000; i++) {
      peer.write(Buffer.concat([peer.frame(BINARY, 'x'), peer.frame(TEXT, 'y'.repeat(20_000))]));
      if (i % 50 === 0) await turns(2);
    }
    await until(() => kept.length === 2000);
    const octets = kept.filter((data) => data instanceof Uint8Array);
    kept.length = 0;
    expect((await outside()) - before).toBeLessThan(2 * 1024 * 1024);
    expect(octets).toHaveLength(1000);
  });

  it('of fragments is bounded in number: 1008 at maxFragments, for empty ones too', async () => {
    const { peer } = memoryPeer('server', { dropTimeoutMs: 100 });
    peer.send(TEXT, 'a', { fin: false });
    const empty = Buffer.concat(Array.from({ length: 10_000 }, () => peer.frame(0, '', { fin: false })));
    for (let i = 0; i < 14; i++) peer.write(empty);
    expect(closeOf(await peer.nextButPing())[0]).toBe(1008);
  });

  for (const [name, header] of [
    ['one octet over the limit', '82ff000000000010000100000000'],
    ['2^31 octets', '82ff000000008000000000000000'],
    ['2^53 octets', '82ff002000000000000000000000'],
  ] as const) {
    it(`is refused with 1009 at the header that announces ${name}`, async () => {
      const { connection, peer } = memoryPeer('server', { dropTimeoutMs: 100 });
      const seen = collect(connection.messages$);
      peer.write(Buffer.from(header, 'hex'));
      expect(closeOf(await peer.next())[0]).toBe(1009);
      peer.stream.end();
      await until(() => seen.done);
      expect(seen.values).toEqual([]);
    });
  }
});

describe('many clients that do not answer the Close frame', () => {
  it('do not hold up the server longer than the grace it was given', async () => {
    const server = await startServer({ closeTimeoutMs: 60_000 });
    const peers = [];
    for (let i = 0; i < 50; i++) peers.push(await openRaw(server.url));
    await server.close({ graceMs: 100 });
    for (const peer of peers) {
      expect(closeOf(await peer.next())[0]).toBe(1001);
      await peer.whenEnded();
    }
  });
});
