import { config, take } from 'rxjs';
import { collect } from '../support/collect.js';
import { ended, watchResources } from '../support/harness.js';
import { connectionOver, memoryPeer } from '../support/memory-peer.js';
import { FakeTransport } from '../support/fake-transport.js';
import { turns, until } from '../support/turns.js';
import { closeBody, WireReader } from 'rxwire/testing';
import { CLOSE, PING, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

describe('taps', () => {
  it('bytes$ shows what came, as it came, in memory of its own', async () => {
    const { connection, peer } = memoryPeer('server');
    const bytes = collect(connection.bytes$);
    const frame = peer.frame(TEXT, 'hello', { key: [1, 2, 3, 4] });
    peer.write(frame.subarray(0, 3), frame.subarray(3));
    await until(() => bytes.values.length === 2);
    connection.discard();
    await turns();
    expect(Buffer.concat(bytes.values)).toEqual(frame);
  });

  it('frames$ shows every frame unmasked, in order, and claims nothing', async () => {
    const { connection, peer } = memoryPeer('server');
    const frames = collect(connection.frames$);
    peer.send(TEXT, 'a', { fin: false, key: [9, 9, 9, 9] });
    peer.send(PING, 'p');
    peer.send(0, 'b');
    await until(() => frames.values.length === 3);
    expect(
      frames.values.map(({ opcode, fin, length, payload }) => [
        opcode,
        fin,
        length,
        Buffer.from(payload).toString(),
      ]),
    ).toEqual([
      [1, false, 1, 'a'],
      [9, true, 1, 'p'],
      [0, true, 1, 'b'],
    ]);
    const seen = collect(connection.messages$);
    await until(() => seen.values.length === 1);
  });

  it('frames$ begins with the next whole frame when subscribed inside one', async () => {
    const { connection, peer } = memoryPeer('server');
    const first = peer.frame(TEXT, 'x'.repeat(5000));
    peer.write(first.subarray(0, 1000));
    await turns();
    const frames = collect(connection.frames$);
    peer.write(first.subarray(1000));
    peer.send(TEXT, 'next');
    await until(() => frames.values.length > 0);
    await turns();
    expect(frames.values.map(({ length }) => length)).toEqual([4]);
  });

  it('sentFrames$ shows frames before masking, in the order of the wire', async () => {
    const transport = new FakeTransport();
    const connection = connectionOver('client', transport, { fragmentBytes: 50_000 });
    const sent = collect(connection.sentFrames$);
    connection.send('small');
    connection.send(Buffer.alloc(70_000, 1));
    connection.pong('p');
    await turns(1);
    const wire = new WireReader().push(transport.written);
    expect(sent.values.map(({ opcode, length }) => [opcode, length])).toEqual(
      wire.map(({ opcode, payload }) => [opcode, payload.length]),
    );
    expect(Buffer.from(sent.values[0]!.payload).toString()).toBe('small');
  });

  it('sentFrames$ shows a frame of announced length when it has ended, with the beginning of a long one', () => {
    const connection = connectionOver('client', new FakeTransport());
    const sent = collect(connection.sentFrames$);
    const sink = connection.openMessage('binary');
    const frame = sink.frame(5);
    frame.write(Uint8Array.of(1, 2, 3));
    expect(sent.values).toEqual([]);
    frame.write(Uint8Array.of(4, 5));
    const long = sink.frame(3 * 1024 * 1024);
    for (let i = 0; i < 3; i++) long.write(new Uint8Array(1024 * 1024).fill(i + 1));
    expect(sent.values.map(({ fin, opcode, length }) => [fin, opcode, length])).toEqual([
      [false, 2, 5],
      [false, 0, 3 * 1024 * 1024],
    ]);
    expect([...sent.values[0]!.payload]).toEqual([1, 2, 3, 4, 5]);
    expect(sent.values[1]!.payload).toEqual(new Uint8Array(1024 * 1024).fill(1));
    connection.terminate();
  });

  it('sentFrames$ lets its subscriber send, on this connection and on others, whatever the size', async () => {
    const transport = new FakeTransport();
    const other = new FakeTransport();
    const connection = connectionOver('client', transport);
    const mirror = connectionOver('client', other);
    let replies = 0;
    connection.sentFrames$.subscribe((frame) => {
      mirror.send(`saw ${frame.length}`);
      if (replies++ < 3) connection.send('r'.repeat(replies));
    });
    const order = collect(connection.sentFrames$);
    connection.send('first message');
    connection.send(Buffer.alloc(40_000));
    await turns(1);
    const wire = new WireReader().push(transport.written).map(({ payload }) => payload.length);
    expect([...wire].sort((a, b) => a - b)).toEqual([1, 2, 3, 13, 40_000]);
    expect(order.values.map(({ length }) => length)).toEqual(wire);
    const mirrored = new WireReader().push(other.written).map(({ payload }) => payload.toString());
    expect(mirrored).toEqual(wire.map((length) => `saw ${length}`));
  });

  it('pings$ and pongs$ show payloads, latency$ replays the last round trip', async () => {
    const { connection, peer } = memoryPeer('server');
    const pings = collect(connection.pings$);
    const pongs = collect(connection.pongs$);
    const latencies = collect(connection.latency$);
    peer.send(PING, 'one');
    peer.send(PONG, 'unsolicited');
    connection.ping('known').subscribe();
    await until(() => peer.frames.some(({ opcode }) => opcode === PING));
    peer.send(PONG, 'known');
    await until(() => pongs.values.length === 2);
    expect(Buffer.from(pings.values[0]!).toString()).toBe('one');
    expect(pongs.values.map((payload) => Buffer.from(payload).toString())).toEqual(['unsolicited', 'known']);
    expect(latencies.values).toHaveLength(1);
    expect(collect(connection.latency$).values).toEqual(latencies.values);
  });

  it('complete at the end, for those who come later too, and never replay', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.send(TEXT, 'x');
    peer.send(CLOSE, closeBody(1000));
    const early = collect(connection.frames$);
    peer.stream.end();
    await ended(connection);
    expect(early).toMatchObject({ done: true, error: undefined });
    for (const tap of ['bytes$', 'frames$', 'sentFrames$', 'pings$', 'pongs$', 'latency$'] as const) {
      expect(collect<unknown>(connection[tap])).toMatchObject({ values: [], done: true });
    }
    const late = memoryPeer('server');
    late.peer.stream.end();
    await ended(late.connection);
    expect(collect(late.connection.frames$).done).toBe(true);
  });

  it('a throw in a tap is reported by rxjs and touches neither parser nor other taps', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => void reported.push(error);
    try {
      const { connection, peer } = memoryPeer('server');
      const boom = (): never => {
        throw new Error('boom');
      };
      connection.bytes$.subscribe(boom);
      connection.frames$.subscribe(boom);
      connection.pings$.subscribe(boom);
      const frames = collect(connection.frames$.pipe(take(2)));
      const seen = collect(connection.messages$);
      peer.send(PING, 'p');
      peer.send(TEXT, 'x');
      await until(() => seen.values.length === 1 && reported.length === 5);
      expect(frames.values).toHaveLength(2);
      expect(connection.state).toBe('open');
    } finally {
      config.onUnhandledError = null;
    }
  });
});
