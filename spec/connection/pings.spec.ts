import { TimeoutError } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, startServer, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { openRaw } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { closeBody, VirtualTime } from 'rxwire/testing';
import { CLOSE, PING, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

describe('ping', () => {
  it('is cold, emits the round trip once and completes', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('client', { scheduler: clock, keepAlive: false });
    const ping$ = connection.ping('hello');
    await turns();
    expect(peer.frames).toHaveLength(0);
    const ping = collect(ping$);
    const frame = await peer.next();
    expect([frame.opcode, frame.payload.toString()]).toEqual([PING, 'hello']);
    clock.pass(42);
    for (let i = 0; i < 3; i++) peer.send(PONG, 'hello');
    await until(() => ping.done);
    expect(ping.values).toEqual([42]);
  });

  it('is acknowledged by a later Pong, and not by an earlier one or an unsolicited one', async () => {
    const { connection, peer } = memoryPeer('client');
    const pings = ['1', '2', '3'].map((payload) => collect(connection.ping(payload)));
    for (const payload of ['__proto__', 'constructor', '', 'x', '2']) peer.send(PONG, payload);
    await until(() => pings[1]!.done);
    expect(pings.map(({ done, values }) => [done, values.length])).toEqual([
      [true, 1],
      [true, 1],
      [false, 0],
    ]);
    peer.send(PONG, '1');
    peer.send(PONG, '3');
    await until(() => pings[2]!.done);
  });

  it('errors with a TimeoutError after timeoutMs, and a late Pong does nothing', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('client', { scheduler: clock, keepAlive: false });
    const ping = collect(connection.ping('p', { timeoutMs: 100 }));
    await peer.next();
    clock.pass(100);
    expect(ping.error).toBeInstanceOf(TimeoutError);
    expect(ping.error).toMatchObject({ option: 'timeoutMs', limitMs: 100 });
    peer.send(PONG, 'p');
    await turns();
    expect(connection.state).toBe('open');
    expect(clock.pending).toBe(0);
  });

  it('forgets the Ping and its timer when unsubscribed', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('client', { scheduler: clock, keepAlive: false });
    const ping = collect(connection.ping('p', { timeoutMs: 100 }));
    await peer.next();
    ping.stop();
    expect(clock.pending).toBe(0);
    const latencies = collect(connection.latency$);
    peer.send(PONG, 'p');
    await turns();
    expect(latencies.values).toEqual([]);
  });

  it('completes empty when the connection ends first, and after closing has begun', async () => {
    const { connection, peer } = memoryPeer('client');
    const waiting = collect(connection.ping('p', { timeoutMs: 100_000 }));
    await peer.next();
    connection.close();
    const late = collect(connection.ping('q'));
    expect(late).toMatchObject({ values: [], done: true, error: undefined });
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    await ended(connection);
    expect(waiting).toMatchObject({ values: [], done: true, error: undefined });
  });

  it('refuses wrong payloads and times', () => {
    const { connection } = memoryPeer('client');
    expect(() => connection.ping('ü'.repeat(63))).toThrow(RangeError);
    expect(() => connection.ping(200 as never)).toThrow(TypeError);
    expect(() => connection.ping(new Float32Array(4) as never)).toThrow(TypeError);
    expect(() => connection.ping('x', { timeoutMs: 0 })).toThrow(RangeError);
    expect(() => connection.ping('x', { timeoutMs: NaN })).toThrow(RangeError);
    expect(() => connection.ping('x', { timeout: 5 } as never)).toThrow(/timeoutMs/);
  });
});

describe('the answers to Pings', () => {
  it('come in order, one for each, with the same payload', async () => {
    const { peer } = memoryPeer('server');
    const payloads = ['', 'a', 'x'.repeat(125)];
    peer.write(Buffer.concat(payloads.map((payload) => peer.frame(PING, payload))));
    for (const payload of payloads) {
      expect(await peer.next()).toMatchObject({ opcode: PONG, payload: Buffer.from(payload) });
    }
  });

  it('stand between messages sent in answer, in their order', async () => {
    const { connection, peer } = memoryPeer('server');
    connection.messages$.subscribe(connection.outbox);
    peer.write(Buffer.concat([peer.frame(TEXT, '1'), peer.frame(PING, '2'), peer.frame(TEXT, '3')]));
    const got = [await peer.next(), await peer.next(), await peer.next()];
    expect(got.map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
      [TEXT, '1'],
      [PONG, '2'],
      [TEXT, '3'],
    ]);
  });

  it('are left to a function, or left out', async () => {
    const off = memoryPeer('server', { autoPong: false });
    off.peer.send(PING, 'p');
    const some = memoryPeer('server', { autoPong: (payload) => payload.length > 1 });
    const pings = collect(some.connection.pings$);
    some.peer.send(PING, 'p');
    some.peer.send(PING, 'pp');
    expect((await some.peer.next()).payload.toString()).toBe('pp');
    expect(pings.values).toHaveLength(2);
    await turns();
    expect(off.peer.frames).toHaveLength(0);
  });

  it('stop when closing has begun', async () => {
    const { connection, peer } = memoryPeer('server');
    connection.close();
    peer.send(PING, 'late');
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    await ended(connection);
    expect(peer.frames.map(({ opcode }) => opcode)).toEqual([CLOSE]);
  });

  it('are a bounded buffer for a peer that floods and does not read', async () => {
    const server = await startServer({ keepAlive: false });
    const arrivals = collect(server.connections$);
    const peer = await openRaw(server.url);
    const [connection] = arrivals.values;
    peer.stream.pause();
    const flood = Buffer.concat(Array.from({ length: 500 }, () => peer.frame(PING, 'x'.repeat(125))));
    let most = 0;
    for (let i = 0; i < 600; i++) {
      peer.write(flood);
      await turns(1);
      most = Math.max(most, connection!.bufferedBytes);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(256 * 1024);
    // The server reads no further, so that the flood stays where it comes from.
    expect(peer.stream.writableLength).toBeGreaterThan(1024 * 1024);
    peer.stream.resume();
    await until(() => peer.stream.writableLength === 0);
    peer.send(PING, 'last');
    await until(() => peer.frames.at(-1)?.payload.toString() === 'last', 'the newest Ping is answered');
    expect(connection!.state).toBe('open');
  }, 30_000);
});
