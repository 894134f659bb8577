import { type Connection, type Message } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { decoded } from '../support/decoded.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { openRaw } from '../support/raw-peer.js';
import { startServer } from '../support/harness.js';
import { turns, until } from '../support/turns.js';
import { closeBody, VirtualTime } from 'rxwire/testing';
import { BINARY, CLOSE, closeOf, PING, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

describe('the receive window', () => {
  it('holds as many messages as its mark when one chunk brings many more', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 10 });
    const frames = decoded(connection);
    peer.write(Buffer.concat(Array.from({ length: 1000 }, () => peer.frame(TEXT, 'x'))));
    await turns();
    expect(frames.count).toBe(10);
  });

  it('holds octets up to its mark and one message, 64 octets counted for each', async () => {
    const { connection, peer } = memoryPeer('server', {
      receiveHighWaterBytes: 1000,
      receiveLowWaterBytes: 0,
    });
    const frames = decoded(connection);
    for (let i = 0; i < 100; i++) peer.send(BINARY, Buffer.alloc(136));
    await turns();
    expect(frames.count).toBe(5);
  });

  it('takes one message of any size when nothing is held', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterBytes: 100 });
    const frames = decoded(connection);
    peer.send(BINARY, Buffer.alloc(50_000));
    peer.send(BINARY, Buffer.alloc(50_000));
    await until(() => frames.count === 1);
    await turns();
    expect(frames.count).toBe(1);
    const seen = collect(connection.messages$);
    await until(() => seen.values.length === 2);
  });

  it('pauses the socket, so that the peer cannot write more than the kernel holds, and goes on when claimed', async () => {
    const server = await startServer({ receiveHighWaterBytes: 10_000 });
    let accepted: Connection | undefined;
    server.connections$.subscribe((connection) => (accepted = connection));
    const peer = await openRaw(server.url);
    const total = 600;
    const frame = peer.frame(BINARY, Buffer.alloc(60_000));
    for (let i = 0; i < total; i++) peer.write(frame);
    await turns(200);
    expect(peer.stream.writableLength).toBeGreaterThan(0);
    const frames = decoded(accepted!);
    await turns(50);
    expect(frames.count).toBe(0);
    const seen = collect(accepted!.messages$);
    await until(() => seen.values.length === total);
  });

  it('never holds more than the mark for a loop that takes its time', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 8 });
    const frames = decoded(connection);
    const total = 200;
    peer.write(Buffer.concat(Array.from({ length: total }, (_, i) => peer.frame(TEXT, String(i)))));
    let taken = 0;
    let most = 0;
    for await (const message of connection) {
      expect(message.data).toBe(String(taken++));
      most = Math.max(most, frames.count - taken);
      if (taken % 10 === 0) await turns(2);
      if (taken === total) break;
    }
    expect(most).toBeLessThanOrEqual(8);
  });

  it('counts each claim: the slowest loop holds the peer back', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 10 });
    const frames = decoded(connection);
    const fast = connection[Symbol.asyncIterator]();
    const slow = connection[Symbol.asyncIterator]();
    peer.write(Buffer.concat(Array.from({ length: 100 }, () => peer.frame(TEXT, 'x'))));
    await turns();
    const held = frames.count;
    expect(held).toBeLessThanOrEqual(10);
    for (let i = 0; i < held; i++) await fast.next();
    await turns();
    const next: Promise<IteratorResult<Message>> = fast.next();
    let came = false;
    void next.then(() => (came = true));
    await turns();
    if (frames.count === held) expect(came).toBe(false);
    await slow.return?.();
    await next;
    await fast.return?.();
  });

  it('serves control frames behind what it holds', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 1 });
    const pongs = collect(connection.pongs$);
    peer.write(
      Buffer.concat([
        peer.frame(TEXT, 'held'),
        peer.frame(PING, 'p'),
        peer.frame(PONG, 'q'),
        peer.frame(TEXT, 'later'),
      ]),
    );
    expect((await peer.next()).payload.toString()).toBe('p');
    expect(pongs.values).toHaveLength(1);
    const seen = collect(connection.messages$);
    await until(() => seen.values.length === 2);
  });

  it('answers a Close frame behind what it holds, and sees the transport end without a timer', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 1, scheduler: clock });
    peer.write(Buffer.concat([peer.frame(TEXT, 'held'), peer.frame(CLOSE, closeBody(1000, 'done'))]));
    expect(closeOf(await peer.next())).toEqual([1000, 'done']);
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({ code: 1000, wasClean: true });
    const seen = collect(connection.messages$);
    await until(() => seen.done);
    expect(seen.values).toHaveLength(1);
  });

  it('does the same over TCP', async () => {
    const clock = new VirtualTime();
    const server = await startServer({ receiveHighWaterMessages: 1, scheduler: clock });
    let accepted: Connection | undefined;
    server.connections$.subscribe((connection) => (accepted = connection));
    const peer = await openRaw(server.url);
    peer.write(Buffer.concat([peer.frame(TEXT, 'held'), peer.frame(CLOSE, closeBody(1000))]));
    await peer.next();
    peer.stream.end();
    expect(await ended(accepted!)).toMatchObject({ code: 1000, wasClean: true });
  });

  it('terminates at once although nobody takes what it holds', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 1, scheduler: clock });
    peer.write(Buffer.concat(Array.from({ length: 50 }, () => peer.frame(TEXT, 'x'))));
    await turns();
    connection.terminate();
    await turns();
    expect(connection.state).toBe('closed');
  });

  it('reads on after close(), to the peer’s Close frame behind any number of messages', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 2, scheduler: clock });
    for (let i = 0; i < 100; i++) peer.send(TEXT, 'x');
    await turns();
    connection.close(1000);
    peer.send(CLOSE, closeBody(1000));
    await peer.next();
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({ code: 1000, wasClean: true, initiator: 'local' });
  });

  it('says after 10 s that nobody takes the messages, and names discard()', async () => {
    const clock = new VirtualTime();
    const warnings: string[] = [];
    const { peer } = memoryPeer('server', {
      receiveHighWaterMessages: 1,
      scheduler: clock,
      keepAlive: false,
      logger: { warn: (message) => void warnings.push(message) },
    });
    peer.send(TEXT, 'x');
    await turns();
    clock.pass(9999);
    expect(warnings).toEqual([]);
    clock.pass(1);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('discard()');
  });
});

describe('drainTimeoutMs', () => {
  it('cuts what nobody takes after the end, and says how much', async () => {
    const clock = new VirtualTime();
    const warnings: string[] = [];
    const { connection, peer } = memoryPeer('server', {
      scheduler: clock,
      drainTimeoutMs: 500,
      logger: { warn: (message) => void warnings.push(message) },
    });
    peer.write(
      Buffer.concat([peer.frame(TEXT, 'x'), peer.frame(TEXT, 'y'), peer.frame(CLOSE, closeBody(1000))]),
    );
    peer.stream.end();
    await ended(connection);
    let done = false;
    connection.whenDone(() => (done = true));
    clock.pass(499);
    expect(done).toBe(false);
    clock.pass(1);
    expect(done).toBe(true);
    expect(warnings.join()).toContain('2 messages');
    expect(collect(connection.messages$)).toMatchObject({ values: [], done: true });
    expect(clock.pending).toBe(0);
  });

  it('bounds the wait for undecoded octets behind what is held when the transport is lost', async () => {
    const clock = new VirtualTime();
    const { connection, peer, transport } = memoryPeer('server', {
      scheduler: clock,
      drainTimeoutMs: 500,
      receiveHighWaterMessages: 1,
    });
    peer.write(Buffer.concat(Array.from({ length: 5 }, () => peer.frame(TEXT, 'x'))));
    await turns();
    transport.destroy();
    await turns();
    clock.pass(500);
    await turns();
    expect(connection.state).toBe('closed');
    clock.pass(500);
    expect(clock.pending).toBe(0);
  });
});
