import { VirtualTimeScheduler } from 'rxjs';
import { type Connection, LimitError, makeFrame, Opcode } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, startPair, startServer, watchResources } from '../support/harness.js';
import { connectionOver, memoryConnections, memoryPeer } from '../support/memory-peer.js';
import { FakeTransport } from '../support/fake-transport.js';
import { openRaw } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { WireReader } from 'rxwire/testing';
import { TEXT } from '../support/wire-frames.js';

watchResources();

describe('one write a turn', () => {
  it('writes all that is sent in a turn at once, and replies at the end of a run', async () => {
    const transport = new FakeTransport();
    // On a clock that stands still no run is too long, and none is cut.
    const connection = connectionOver('server', transport, { scheduler: new VirtualTimeScheduler() });
    for (let i = 0; i < 100; i++) connection.send(`message ${i}`);
    expect(transport.calls).toHaveLength(0);
    await turns(1);
    expect(transport.calls).toHaveLength(1);
    connection.messages$.subscribe(connection.outbox);
    const { peer } = memoryPeer('server');
    transport.incoming.next(Buffer.concat(Array.from({ length: 100 }, () => peer.frame(TEXT, 'echo'))));
    expect(transport.calls).toHaveLength(2);
    expect(new WireReader().push(transport.written)).toHaveLength(200);
  });

  it('keeps the octets of many connections apart in one turn', async () => {
    const transports = Array.from({ length: 5 }, () => new FakeTransport());
    const connections = transports.map((transport) => connectionOver('client', transport));
    for (let i = 0; i < 200; i++) {
      connections.forEach((connection, c) => connection.send(`${c}:${i}:${'x'.repeat((i * 37) % 3000)}`));
    }
    await turns(1);
    transports.forEach((transport, c) => {
      const frames = new WireReader().push(transport.written);
      expect(frames.map(({ payload }) => payload.toString().split(':', 2).join(':'))).toEqual(
        Array.from({ length: 200 }, (_, i) => `${c}:${i}`),
      );
    });
  });

  it('keeps order between small messages, large ones and Pongs', async () => {
    const { client, server } = memoryConnections();
    const seen = collect(server.messages$);
    const sent: string[] = [];
    for (let i = 0; i < 60; i++) {
      const data = `${i}:${'y'.repeat(i % 7 === 0 ? 40_000 : i)}`;
      sent.push(data);
      client.send(data);
      if (i % 5 === 0) server.pong('between');
    }
    await until(() => seen.values.length === sent.length);
    expect(seen.values.map(({ data }) => data)).toEqual(sent);
  });
});

describe('writable$', () => {
  it('tells of room that was made while more was sent', async () => {
    const transport = new FakeTransport();
    transport.takes = false;
    const connection = connectionOver('server', transport, { sendHighWaterBytes: 100 });
    const { values } = collect(connection.writable$);
    expect(connection.send('x'.repeat(150))).toBe(false);
    await turns(1);
    connection.send('y'.repeat(150));
    await turns(1);
    transport.takeFirst();
    expect(values).toEqual([true, false]);
    while (transport.untaken > 0) {
      transport.takeFirst();
      await turns(1);
    }
    expect(values).toEqual([true, false, true]);
  });
});

describe('flush and bufferedBytes', () => {
  it('resolves true when all is with the operating system', async () => {
    const { client, accepted } = await startPair();
    const seen = collect(accepted.messages$);
    client.send(Buffer.alloc(1_000_000));
    expect(await client.flush()).toBe(true);
    expect(client.bufferedBytes).toBe(0);
    expect(await client.flush()).toBe(true);
    await until(() => seen.values.length === 1);
  });

  it('counts what was accepted and not taken, headers too, through to 0', async () => {
    const transport = new FakeTransport();
    transport.takes = false;
    const connection = connectionOver('server', transport);
    connection.send('12345');
    expect(connection.bufferedBytes).toBe(7);
    connection.send(Buffer.alloc(40_000));
    expect(connection.bufferedBytes).toBe(7 + 40_004);
    await turns(1);
    expect(connection.bufferedBytes).toBe(7 + 40_004);
    const flushed = connection.flush();
    transport.take();
    await turns(1);
    transport.take();
    expect(await flushed).toBe(true);
    expect(connection.bufferedBytes).toBe(0);
  });

  it('resolves false when the connection ends first, for every flush that waits', async () => {
    const transport = new FakeTransport();
    transport.takes = false;
    const connection = connectionOver('server', transport);
    connection.send('x');
    const flushes = [connection.flush(), connection.flush()];
    transport.lose();
    expect(await Promise.all(flushes)).toEqual([false, false]);
    expect(connection.bufferedBytes).toBe(0);
  });

  it('resolves false after closing has begun', async () => {
    const { connection } = memoryPeer('server');
    connection.close();
    expect(await connection.flush()).toBe(false);
  });
});

describe('the marks of the way out', () => {
  it('send returns false above sendHighWaterBytes, and writable$ tells both changes', async () => {
    const transport = new FakeTransport();
    transport.takes = false;
    const connection = connectionOver('server', transport, { sendHighWaterBytes: 1000 });
    const writable = collect(connection.writable$);
    expect(connection.send(Buffer.alloc(500))).toBe(true);
    expect(connection.send(Buffer.alloc(500))).toBe(false);
    expect(writable.values).toEqual([true, false]);
    await turns(1);
    transport.take();
    await turns(1);
    transport.take();
    await until(() => writable.values.length === 3);
    expect(writable.values).toEqual([true, false, true]);
    expect(connection.send('x')).toBe(true);
    transport.lose();
    expect(writable.done).toBe(true);
  });

  it('shows every subscriber of writable$ one order, also when one sends from within', async () => {
    const transport = new FakeTransport();
    transport.takes = false;
    const connection = connectionOver('server', transport, { sendHighWaterBytes: 100 });
    connection.writable$.subscribe((writable) => {
      if (writable && transport.calls.length < 4) connection.send(Buffer.alloc(200));
    });
    const second = collect(connection.writable$);
    for (let i = 0; i < 6; i++) {
      await turns(1);
      transport.take();
    }
    await turns();
    expect(second.values.at(-1)).toBe(true);
    for (let i = 1; i < second.values.length; i++) expect(second.values[i]).not.toBe(second.values[i - 1]);
  });

  it('closes with 1013 at maxBufferedBytes, and the sender is told by values only', async () => {
    const server = await startServer({ maxBufferedBytes: 200_000, logger: {} });
    let accepted: Connection | undefined;
    server.connections$.subscribe((connection) => (accepted = connection));
    const peer = await openRaw(server.url);
    peer.stream.pause();
    while (accepted!.state === 'open') {
      accepted!.send(Buffer.alloc(50_000));
      expect(accepted!.bufferedBytes).toBeLessThan(270_000);
      await turns(1);
    }
    expect(accepted!.send('more')).toBe(false);
    expect(await ended(accepted!)).toMatchObject({
      sent: { code: 1013 },
      cause: { option: 'maxBufferedBytes' },
    });
    peer.stream.resume();
  });

  it.each([
    ['error', 0],
    ['dropNewest', 2],
  ] as const)('bounds what waits behind an open message in messages too (%s)', (overflow, unsent) => {
    const { connection } = memoryPeer('server', { overflow });
    connection.openMessage('text');
    for (let i = 0; i < 65_536; i++) connection.send('');
    const more = (): boolean => connection.send('');
    if (overflow === 'error') expect(more).toThrow('more than 65536 messages wait to be sent');
    else expect([more(), more()]).toEqual([false, false]);
    expect(connection.stats.unsent).toBe(unsent);
    connection.terminate();
  });

  it('throws a LimitError with overflow error, and stays open', async () => {
    const { connection } = memoryPeer('server', { maxBufferedBytes: 100, overflow: 'error' });
    connection.send(Buffer.alloc(90));
    expect(() => connection.send(Buffer.alloc(90))).toThrow(LimitError);
    expect(() => connection.sendFrame(makeFrame(Opcode.binary, Buffer.alloc(90)))).toThrow(LimitError);
    await turns();
    expect(connection.state).toBe('open');
    expect(connection.send('again')).toBe(true);
  });

  it('counts the octets of a string, not its characters', () => {
    const { connection } = memoryPeer('server', { maxBufferedBytes: 1000, overflow: 'error' });
    connection.send(Buffer.alloc(500));
    expect(() => connection.send('€'.repeat(300))).toThrow(LimitError);
  });

  it('takes one message of any size when nothing is buffered', async () => {
    const { connection, peer } = memoryPeer('server', { maxBufferedBytes: 10, overflow: 'error' });
    connection.send(Buffer.alloc(5000));
    expect((await peer.next()).payload).toHaveLength(5000);
  });
});
