import { firstValueFrom } from 'rxjs';
import type { Connection, MessageStream } from '../../src/index.js';
import { watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { Fed, HIGH } from './fed.js';
import { nextTurn, turns } from '../support/turns.js';
import { VirtualTime } from 'rxwire/testing';
import { WireReader } from 'rxwire/testing';
import { BINARY, PING, PONG, TEXT, wire } from '../support/wire-frames.js';

watchResources();

/** Hands out `connection`'s streams as they come. */
function streamsOf(connection: Connection): MessageStream[] {
  const streams: MessageStream[] = [];
  connection.streams$.subscribe((stream) => streams.push(stream));
  return streams;
}

describe('a stream that nobody reads', () => {
  it('holds the peer back at the high-water mark, and reading it lets the peer go on', () => {
    const fed = new Fed();
    const streams = streamsOf(fed.connection);
    for (let i = 0; i < 100; i++) fed.push(wire(i === 0 ? BINARY : 0, Buffer.alloc(872), { fin: i === 99 }));
    fed.write();
    // Each frame and each chunk of it counts 64 octets more: 1000 a fragment.
    expect([fed.paused, fed.left]).toEqual([true, 90]);
    let size = 0;
    streams[0]!.chunks$.subscribe((chunk) => (size += chunk.length));
    expect([fed.paused, size]).toEqual([false, 10 * 872]);
    fed.write();
    expect([fed.left, size]).toEqual([0, 100 * 872]);
  });

  it('holds no more than the mark and a chunk of one large frame', () => {
    const fed = new Fed();
    const streams = streamsOf(fed.connection);
    const frame = wire(BINARY, Buffer.alloc(1_000_000));
    for (let at = 0; at < frame.length; at += 1500) fed.push(frame.subarray(at, at + 1500));
    fed.write();
    expect(fed.paused).toBe(true);
    expect(fed.fed).toBeLessThanOrEqual(HIGH + 1500);
    let size = 0;
    streams[0]!.chunks$.subscribe((chunk) => (size += chunk.length));
    fed.write();
    expect(size).toBe(1_000_000);
  });

  it('holds no more than the mark of frames and chunks without octets', () => {
    const fed = new Fed({ receiveHighWaterMessages: 10 });
    const frames: boolean[] = [];
    fed.connection.frames$.subscribe(({ fin }) => frames.push(fin));
    const streams = streamsOf(fed.connection);
    fed.push(
      Buffer.concat(Array.from({ length: 100 }, (_, i) => wire(i === 0 ? TEXT : 0, '', { fin: false }))),
    );
    fed.write();
    expect(fed.paused).toBe(true);
    expect(frames).toHaveLength(5);
    streams[0]!.discard();
    expect(fed.paused).toBe(false);
    expect(frames).toHaveLength(100);
  });

  it('lets Pings be answered, between and behind the frames that are decoded', () => {
    const fed = new Fed({ receiveHighWaterMessages: 2 });
    streamsOf(fed.connection);
    fed.push(
      Buffer.concat([
        wire(TEXT, 'to', { fin: false }),
        wire(PING, '1'),
        wire(PING, '2'),
        wire(0, 'gether', { fin: false }),
        wire(PING, '3'),
      ]),
    );
    fed.write();
    const frames = new WireReader().push(fed.transport.written);
    expect(frames.map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
      [PONG, '1'],
      [PONG, '2'],
    ]);
  });

  it('is not taken for a silent peer by keep-alive', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('server', {
      receiveHighWaterMessages: 2,
      scheduler: clock,
      keepAlive: { intervalMs: 1000, timeoutMs: 1000 },
    });
    const streams = streamsOf(connection);
    peer.send(TEXT, 'to', { fin: false });
    peer.send(0, 'get', { fin: false });
    await turns();
    for (let i = 0; i < 20; i++) {
      clock.pass(1000);
      await turns(2);
    }
    expect(peer.frames).toEqual([]);
    expect(connection.state).toBe('open');
    streams[0]!.discard();
    peer.send(0, 'her');
    await turns();
    for (let i = 0; i < 3; i++) {
      clock.pass(1000);
      await turns(2);
    }
    expect(peer.frames.map(({ opcode }) => opcode)).toContain(PING);
  });

  it.each([
    ['untouched', true],
    ['taken in time', false],
  ])('is told of in the log after 10 s: %s', (_, untouched) => {
    const clock = new VirtualTime();
    const lines: string[] = [];
    const fed = new Fed({ scheduler: clock, logger: { warn: (line) => void lines.push(line) } });
    const streams = streamsOf(fed.connection);
    fed.push(wire(BINARY, Buffer.alloc(HIGH))).write();
    clock.pass(9999);
    expect(lines).toEqual([]);
    if (!untouched) streams[0]!.discard();
    clock.pass(1);
    expect(lines).toEqual(untouched ? [expect.stringMatching(/MessageStream.*discard\(\)/)] : []);
    clock.pass(100_000);
    expect(lines).toHaveLength(untouched ? 1 : 0);
  });

  it('is not complained of where somebody reads it slowly', async () => {
    const clock = new VirtualTime();
    const lines: string[] = [];
    const fed = new Fed({ scheduler: clock, logger: { warn: (line) => void lines.push(line) } });
    const streams = streamsOf(fed.connection);
    fed.push(wire(BINARY, Buffer.alloc(HIGH * 5), { fin: false }).subarray(0, 100)).write();
    const iterator = streams[0]![Symbol.asyncIterator]();
    fed.push(Buffer.alloc(HIGH)).write();
    expect(fed.paused).toBe(true);
    clock.pass(100_000);
    expect(lines).toEqual([]);
    await iterator.return?.();
  });
});

describe('a loop over a stream', () => {
  it('holds the peer back, and gets everything in order', async () => {
    const fed = new Fed();
    const total = 300;
    const payload = Buffer.alloc(500);
    for (let i = 0; i < total; i++) {
      payload.writeUInt32BE(i);
      fed.push(wire(i === 0 ? BINARY : 0, payload, { fin: i === total - 1 }));
    }
    const first = firstValueFrom(fed.connection.streams$);
    fed.write();
    let seen = 0;
    for await (const chunk of await first) {
      expect(Buffer.from(chunk).readUInt32BE()).toBe(seen++);
      expect(fed.fed - seen * 500).toBeLessThanOrEqual(HIGH + 504);
      fed.write();
      if (seen % 50 === 0) await nextTurn();
    }
    expect(seen).toBe(total);
    expect(fed.paused).toBe(false);
  });

  it('that is left drops the rest, and the next message comes', async () => {
    const fed = new Fed();
    const streams = streamsOf(fed.connection);
    for (let i = 0; i < 100; i++) fed.push(wire(i === 0 ? BINARY : 0, Buffer.alloc(900), { fin: i === 99 }));
    fed.push(wire(TEXT, 'next')).write();
    for await (const chunk of streams[0]!) {
      expect(chunk).toHaveLength(900);
      break;
    }
    fed.write();
    expect([fed.left, streams.length]).toEqual([0, 2]);
  });

  it('holds back those who read faster', async () => {
    const fed = new Fed();
    let fast = 0;
    fed.connection.streams$.subscribe(({ chunks$ }) => chunks$.subscribe((chunk) => (fast += chunk.length)));
    const slow = streamsOf(fed.connection);
    for (let i = 0; i < 100; i++) fed.push(wire(i === 0 ? BINARY : 0, Buffer.alloc(872), { fin: i === 99 }));
    fed.write();
    expect([fast, fed.paused]).toEqual([8720, true]);
    for await (const chunk of slow[0]!) {
      expect(chunk).toHaveLength(872);
      fed.write();
    }
    expect(fast).toBe(87_200);
  });
});
