import fc from 'fast-check';
import type { TrafficStats } from '../../src/index.js';
import { deflateFrame } from '../../src/index.js';
import { FakeTransport } from '../support/fake-transport.js';
import { ended, startPair, watchResources } from '../support/harness.js';
import { connectionOver, memoryConnections, memoryPeer } from '../support/memory-peer.js';
import { seed } from '../support/seed.js';
import { turns, until } from '../support/turns.js';
import { BINARY, TEXT } from '../support/wire-frames.js';

watchResources();

const NONE: TrafficStats = { octets: 0, frames: 0, messages: 0, payloadOctets: 0, messageOctets: 0 };

describe('stats', () => {
  it('begin at nothing, and count headers, payloads, frames and messages', async () => {
    const { connection, peer } = memoryPeer('server');
    expect(connection.stats).toEqual({ received: NONE, sent: NONE, unsent: 0, discarded: 0 });
    connection.messages$.subscribe();
    peer.send(TEXT, 'abc', { fin: false });
    peer.send(9, 'ping');
    peer.send(0, 'de');
    peer.send(BINARY, Buffer.alloc(200));
    await until(() => connection.stats.received.messages === 2);
    expect(connection.stats.received).toEqual({
      octets: 6 + 3 + (6 + 4) + (6 + 2) + (8 + 200),
      frames: 4,
      messages: 2,
      payloadOctets: 205,
      messageOctets: 205,
    });
    connection.send('ü');
    const pong = 2 + 4;
    expect(connection.stats.sent).toEqual({
      octets: pong + 4,
      frames: 2,
      messages: 1,
      payloadOctets: 2,
      messageOctets: 2,
    });
  });

  it('are the same at both ends, and what the messages have', async () => {
    const message = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('x'.repeat(70_000), new Uint8Array(40_000)),
    );
    const send = fc.record({
      message,
      compress: fc.option(fc.boolean(), { nil: undefined }),
      fragmentBytes: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
    });
    const way = fc.constantFrom({ compression: true }, { compression: false });
    await fc.assert(
      fc.asyncProperty(fc.array(send, { maxLength: 8 }), way, async (sends, options) => {
        const { client, accepted } = await startPair(options, options);
        let taken = 0;
        let octets = 0;
        let messages = 0;
        accepted.bytes$.subscribe((bytes) => (octets += bytes.length));
        accepted.messages$.subscribe(({ data }) => {
          messages++;
          taken += Buffer.byteLength(data);
        });
        for (const { message: data, ...more } of sends) client.send(data, withoutUndefined(more));
        await until(() => messages === sends.length);
        const { sent } = client.stats;
        expect(accepted.stats.received).toEqual(sent);
        expect(sent).toMatchObject({ octets, messages, messageOctets: taken });
        client.terminate();
        await Promise.all([ended(client), ended(accepted)]);
      }),
      { seed, numRuns: 30 },
    );
  });

  it('count what extensions of frames make of messages', async () => {
    const options = { compression: false, extensions: [deflateFrame()] };
    const { client, accepted } = await startPair(options, options);
    accepted.messages$.subscribe();
    client.send('a'.repeat(5000), { fragmentBytes: 2000 });
    await until(() => accepted.stats.received.messages === 1);
    const { received } = accepted.stats;
    expect(received).toEqual(client.stats.sent);
    expect(received).toMatchObject({ messageOctets: 5000, frames: 3 });
    expect(received.payloadOctets).toBeLessThan(1000);
  });

  it('count what is compressed frame by frame', async () => {
    const { client, accepted } = await startPair({ compression: true }, { compression: true });
    accepted.streams$.subscribe((message) => message.chunks$.subscribe());
    const sink = client.openMessage('text', { compress: true });
    for (let i = 0; i < 3; i++) sink.write('again and again and again '.repeat(20));
    sink.end();
    await until(() => accepted.stats.received.messages === 1);
    const { received } = accepted.stats;
    expect(received).toEqual(client.stats.sent);
    expect(received).toMatchObject({ frames: 4, messageOctets: 3 * 26 * 20 });
    expect(received.payloadOctets).toBeLessThan(200);
  });

  it('count a frame of announced length as it is written, and streams as they come', async () => {
    const { client, server } = memoryConnections();
    server.streams$.subscribe((message) => message.chunks$.subscribe());
    const sink = client.openMessage('binary');
    const frame = sink.frame(1000);
    frame.write(new Uint8Array(400));
    expect(client.stats.sent).toMatchObject({ octets: 8 + 400, frames: 0, messages: 0 });
    await until(() => server.stats.received.octets === 408);
    expect(server.stats.received).toEqual(client.stats.sent);
    frame.write(new Uint8Array(600));
    sink.end();
    await until(() => server.stats.received.messages === 1);
    expect(server.stats.received).toEqual(client.stats.sent);
    expect(server.stats.received).toMatchObject({ frames: 2, messages: 1, messageOctets: 1000 });
  });

  it('count what was to be sent when closing had begun, and what did not get its turn', async () => {
    const transport = new FakeTransport();
    const connection = connectionOver('server', transport);
    connection.openMessage('text').write('half');
    connection.send('behind it');
    expect(connection.stats.unsent).toBe(0);
    transport.lose();
    connection.send('too late');
    connection.outbox.next('too late');
    await turns(1);
    expect(connection.stats.unsent).toBe(3);
  });

  it('count what a policy has dropped', () => {
    const transport = new FakeTransport();
    transport.takes = false;
    const connection = connectionOver('server', transport, { maxBufferedBytes: 100, overflow: 'dropNewest' });
    for (let i = 0; i < 5; i++) connection.send('x'.repeat(60));
    expect(connection.stats).toMatchObject({ unsent: 4, sent: { messages: 1 } });
  });

  it('count what nobody was given', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.send(TEXT, 'before');
    await until(() => connection.stats.received.messages === 1);
    connection.discard();
    peer.send(TEXT, 'after');
    await until(() => connection.stats.discarded === 2);
  });
});

function withoutUndefined<T extends object>(given: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
