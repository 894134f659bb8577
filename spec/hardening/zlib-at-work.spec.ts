import { constants, deflateRawSync } from 'node:zlib';
import { firstValueFrom } from 'rxjs';
import { type Connection, permessageDeflate, ProtocolError } from '../../src/index.js';
import { agreedExtensions } from '../../src/protocol/index.js';
import { collect } from '../support/collect.js';
import { ended, startPair, startServer, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { openRaw } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { BINARY, closeOf, TEXT } from '../support/wire-frames.js';
import { made } from '../properties/compressing.js';
import { countZlibHandles } from '../protocol/permessage-deflate/zlib-handles.js';
import { DeflatePeer } from './deflate-peer.js';

watchResources();

const PMD = 'permessage-deflate';
const OFFER = [`Sec-WebSocket-Extensions: ${PMD}`];
const HELLO = Buffer.from('f248cdc9c90700', 'hex');
/** Long before and behind compression: it leaves the event loop on either side. */
const NOISE = made({ kind: 'noise', size: 200_000, salt: 1 });
/** Long for the sender and short on the wire. */
const WORDY = 'all work and no play '.repeat(10_000);

function expectBeginning(
  received: readonly { readonly data: unknown }[],
  sent: readonly (string | Buffer)[],
): void {
  expect(received.length).toBeLessThanOrEqual(sent.length);
  for (const [index, { data }] of received.entries()) {
    const wanted = sent[index]!;
    const same =
      typeof wanted === 'string' ? data === wanted : wanted.equals(Buffer.from(data as Uint8Array));
    expect(same).toBe(true);
  }
}

describe('an end while zlib is at work', () => {
  /** How a side may end, and who is left with which code. */
  const ENDS: readonly (readonly [string, (pair: { client: Connection; accepted: Connection }) => void])[] = [
    ['the client terminates', ({ client }) => client.terminate()],
    ['the server terminates', ({ accepted }) => accepted.terminate()],
    [
      'both terminate',
      ({ client, accepted }) => {
        client.terminate();
        accepted.terminate();
      },
    ],
  ];

  it.each(ENDS)('leaves nothing behind: %s', async (_, end) => {
    using handles = countZlibHandles();
    const sent = [NOISE, WORDY, NOISE.subarray(0, 500)];
    for (let round = 0; round < 5; round++) {
      const pair = await startPair({ compression: true });
      const { client, accepted } = pair;
      const seen = [collect(client.messages$), collect(accepted.messages$)];
      for (const connection of [client, accepted]) {
        for (const data of sent) connection.send(data);
      }
      const flushes = [client.flush(), accepted.flush()];
      await turns(round * 2);
      end(pair);
      for (const connection of [client, accepted]) {
        expect(await ended(connection)).toMatchObject({ code: 1006 });
        expect(connection.bufferedBytes).toBe(0);
      }
      await Promise.all(flushes);
      await until(() => seen.every(({ done }) => done));
      // What did arrive is the beginning of what was sent.
      for (const { values } of seen) expectBeginning(values, sent);
    }
    await until(() => handles.open === 0);
    expect(handles.made).toBeGreaterThan(5);
  });

  it('leaves nothing behind: the socket is reset on either side of the message', async () => {
    using handles = countZlibHandles();
    const server = await startServer({ compression: true });
    const payload = deflateRawSync(NOISE, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    for (let round = 0; round < 5; round++) {
      const arrival = firstValueFrom(server.connections$);
      const raw = await openRaw(server.url, OFFER);
      const connection = await arrival;
      const seen = collect(connection.messages$);
      const peer = new DeflatePeer(raw, 'client');
      // All of it in even rounds, and the server's own message on its way.
      if (round % 2 === 0) peer.send(BINARY, payload);
      else raw.write(raw.frame(BINARY, payload, { rsv: 4 }).subarray(0, 100_000));
      connection.send(NOISE);
      await turns(round);
      raw.reset();
      expect(await ended(connection)).toMatchObject({ code: 1006 });
      await until(() => seen.done);
      expectBeginning(seen.values, [NOISE]);
    }
    await until(() => handles.open === 0);
    expect(server.connections.size).toBe(0);
  });
});

/** A connection of `role` in memory that compresses, and its peer by hand. */
function compressing(role: 'client' | 'server'): { connection: Connection; peer: DeflatePeer } {
  const agreed = agreedExtensions(PMD, [permessageDeflate()], role);
  const { connection, peer } = memoryPeer(role, { dropTimeoutMs: 100 }, agreed);
  return { connection, peer: new DeflatePeer(peer, role === 'client' ? 'server' : 'client') };
}

describe('a compressed message that is malformed', () => {
  const reserved = Buffer.concat([Buffer.of(0x07), NOISE.subarray(0, 99)]);

  it('ends its connection with 1007, says why, and harms nobody else', async () => {
    const server = await startServer({ compression: true, dropTimeoutMs: 100 });
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    const good = new DeflatePeer(await openRaw(server.url, OFFER), 'client');
    const arrival = firstValueFrom(server.connections$);
    const bad = new DeflatePeer(await openRaw(server.url, OFFER), 'client');
    const connection = await arrival;
    good.send(TEXT, HELLO);
    bad.send(TEXT, HELLO);
    bad.send(TEXT, reserved);
    bad.send(TEXT, HELLO);
    expect(closeOf(await bad.close())[0]).toBe(1007);
    await bad.peer.whenEnded();
    const { cause } = await ended(connection);
    expect(cause).toBeInstanceOf(ProtocolError);
    expect(cause).toMatchObject({ code: 'RXWIRE_INFLATE', section: 'RFC 7692 7.2.2' });
    expect(cause?.message).toMatch(/^compressed payload cannot be inflated: /);
    expect(bad.frames.filter(({ opcode }) => opcode === TEXT)).toHaveLength(1);
    good.send(TEXT, Buffer.from('f200110000', 'hex'));
    for (let i = 0; i < 2; i++) expect((await good.message()).payload.toString()).toBe('Hello');
    expect(server.connections.size).toBe(1);
  });

  it('does so at once where it is long, before its end has come', async () => {
    for (const role of ['client', 'server'] as const) {
      const { connection, peer } = compressing(role);
      const frame = peer.peer.frame(BINARY, Buffer.concat([reserved, NOISE]), { rsv: 4 });
      peer.peer.write(frame.subarray(0, 100_000));
      expect(closeOf(await peer.close())[0]).toBe(1007);
      peer.peer.stream.end();
      expect((await ended(connection)).cause).toMatchObject({ code: 'RXWIRE_INFLATE' });
    }
  });

  it('does so at the first octet of a long text that is not UTF-8', async () => {
    const { connection, peer } = compressing('server');
    const bytes = Buffer.concat([Buffer.alloc(80_000, 'a'), Buffer.of(0xff), NOISE]);
    const frame = peer.peer.frame(TEXT, deflateRawSync(bytes, { level: 0 }), { rsv: 4 });
    peer.peer.write(frame.subarray(0, 70_000), frame.subarray(70_000, 100_000));
    expect(closeOf(await peer.close())[0]).toBe(1007);
    peer.peer.stream.end();
    expect((await ended(connection)).cause).toMatchObject({ code: 'RXWIRE_TEXT' });
  });
});
