import { LimitError, listen, type ReceiveRateOptions } from '../../src/index.js';
import { closeBody, VirtualTime, WireReader, wireFrame } from 'rxwire/testing';
import { letsThroughWhatABucketDoes } from '../support/bucket.js';
import { collect } from '../support/collect.js';
import { FakeTransport } from '../support/fake-transport.js';
import { ended, startPair, watchResources } from '../support/harness.js';
import { type AnyOptions, connectionOver } from '../support/memory-peer.js';
import { turns, until } from '../support/turns.js';
import { CLOSE, closeOf, PING, TEXT, ZERO_KEY } from '../support/wire-frames.js';

watchResources();

const frame = (opcode: number, payload: string | Uint8Array, fin = true): Buffer =>
  wireFrame({ opcode, payload, key: ZERO_KEY, fin });

/** A server's connection whose peer is what the test writes, on a clock of its own. */
function rated(receiveRate: ReceiveRateOptions, options: AnyOptions = {}) {
  const clock = new VirtualTime();
  const transport = new FakeTransport();
  const connection = connectionOver('server', transport, {
    scheduler: clock,
    keepAlive: false,
    receiveRate,
    ...options,
  });
  return {
    clock,
    transport,
    connection,
    write: (...frames: Buffer[]) => {
      transport.incoming.next(Buffer.concat(frames));
    },
    /** Whether the transport is to be read. */
    get paused() {
      return transport.events.findLast((event) => event === 'pause' || event === 'resume') === 'pause';
    },
    sent: () => new WireReader().push(transport.written),
  };
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
const texts = (count: number): Buffer[] => numbers(count).map((text) => frame(TEXT, text));

describe('receiveRate', () => {
  it('lets through what a bucket of that size lets through, at that moment, in order, and loses nothing', () => {
    letsThroughWhatABucketDoes((rate) => {
      const { clock, connection, write, transport } = rated(rate);
      const { values } = collect(connection.messages$);
      return {
        clock,
        passed: () => values.map(({ data }) => String(data)),
        give: (texts) => {
          write(...texts.map((text) => frame(TEXT, text)));
        },
        ended: () => {
          connection.terminate();
          transport.lose();
        },
      };
    });
  });

  it('does not read while it waits, and has no timer while it does not', () => {
    const { clock, connection, write, transport } = rated({ messages: 3 });
    const { values } = collect(connection.messages$);
    write(...texts(2));
    expect([clock.pending, transport.events]).toEqual([0, []]);
    write(...texts(2));
    expect([values.length, clock.pending, transport.events]).toEqual([3, 1, ['pause']]);
    clock.pass(334);
    // It has what there was in hand, and nothing is left for another one.
    expect([values.length, transport.events]).toEqual([4, ['pause', 'pause']]);
    clock.pass(2000);
    expect([values.length, clock.pending, transport.events.at(-1)]).toEqual([4, 0, 'resume']);
  });

  it('counts what streams$ takes, too', () => {
    const { clock, connection, write } = rated({ messages: 2 });
    const { values } = collect(connection.streams$);
    values.forEach((stream) => stream.discard());
    write(...texts(5));
    expect(values.length).toBe(2);
    clock.pass(1000);
    expect(values.length).toBe(4);
  });

  it('bounds a flood of Pings, and of fragments, by frames', () => {
    const { clock, connection, write, sent, ...rest } = rated({ frames: 10 });
    const { values } = collect(connection.messages$);
    write(...Array.from({ length: 200 }, (_, i) => frame(PING, String(i))));
    // What had come is answered, and nothing is read until that would have been allowed.
    expect(rest.transport.events).toEqual(['pause']);
    clock.pass(19_000);
    expect(rest.transport.events).toEqual(['pause']);
    clock.pass(200);
    expect(rest.transport.events).toEqual(['pause', 'resume']);
    clock.pass(1000);
    write(...Array.from({ length: 30 }, (_, i) => frame(i === 0 ? TEXT : 0, 'x', i === 29)));
    expect(values.length).toBe(0);
    clock.pass(2000);
    expect(values.length).toBe(1);
    expect(sent().every(({ opcode }) => opcode === 0xa)).toBe(true);
  });

  it('takes a message of more bytes than there are, and waits for it afterwards', () => {
    const { clock, connection, write } = rated({ bytes: 1000 });
    const { values } = collect(connection.messages$);
    // 8 octets of header and 5000, of which the bucket had 1000.
    write(frame(TEXT, 'x'.repeat(4992)), frame(TEXT, 'next'));
    expect(values.length).toBe(1);
    clock.pass(4000);
    expect(values.length).toBe(1);
    clock.pass(1);
    expect(values.length).toBe(2);
  });

  it('holds nothing back from a peer that closes, nor when this side does', async () => {
    const one = rated({ messages: 1 });
    const first = collect(one.connection.messages$);
    one.write(...texts(3));
    one.connection.close();
    expect([first.values.length, one.clock.pending > 0]).toEqual([3, true]);
    one.write(frame(CLOSE, closeBody(1000)));
    one.transport.lose();
    expect(await ended(one.connection)).toMatchObject({ wasClean: true });
    one.clock.pass(60_000);
    expect(one.clock.pending).toBe(0);

    const other = rated({ messages: 1 });
    const second = collect(other.connection.messages$);
    other.write(...texts(1), frame(PING, ''), frame(CLOSE, closeBody(1000)));
    other.transport.lose();
    expect(await ended(other.connection)).toMatchObject({ code: 1000, wasClean: true });
    expect(second.values.length).toBe(1);
  });

  it('hands out what it held when the transport was lost, at its pace for drainTimeoutMs, then at once', async () => {
    const { clock, connection, write, transport } = rated({ messages: 1 }, { drainTimeoutMs: 3500 });
    const { values } = collect(connection.messages$);
    write(...texts(10));
    transport.lose(new Error('reset'));
    expect(values.length).toBe(1);
    clock.pass(3000);
    expect([values.length, connection.state]).toEqual([4, 'open']);
    clock.pass(500);
    expect(values.length).toBe(10);
    expect(await ended(connection)).toMatchObject({ code: 1006 });
    clock.pass(60_000);
    expect(clock.pending).toBe(0);
  });

  it('is no silence that keep-alive would blame the peer for', () => {
    const { clock, connection, write } = rated(
      { messages: 1, perMs: 600_000 },
      { keepAlive: { intervalMs: 1000, timeoutMs: 1000 } },
    );
    write(...texts(1));
    clock.pass(500_000);
    expect(connection.state).toBe('open');
  });

  it.each<[string, ReceiveRateOptions, () => Buffer[], string]>([
    ['messages', { messages: 5 }, () => texts(6), 'receiveRate.messages'],
    ['frames', { frames: 5 }, () => texts(6).fill(frame(PING, '')), 'receiveRate.frames'],
    ['bytes', { bytes: 100 }, () => [frame(TEXT, 'x'.repeat(90)), frame(TEXT, 'x')], 'receiveRate.bytes'],
    ['messages in all', { messages: 5, perMs: Infinity }, () => texts(6), 'receiveRate.messages'],
  ])(
    "closes with 1008 who sends more %s than it may, with onExcess 'close'",
    async (_, rate, flood, option) => {
      const { connection, write, transport, sent, clock } = rated({ ...rate, onExcess: 'close' });
      const { values } = collect(connection.messages$);
      const frames = flood();
      write(...frames.slice(0, -1));
      expect(connection.state).toBe('open');
      write(frames.at(-1)!, ...texts(100));
      expect(connection.state).toBe('closing');
      // The one that was too much had been decoded; what stands behind it is not.
      expect(values.length).toBeLessThanOrEqual(frames.length);
      await turns(1);
      expect(closeOf(sent().at(-1)!)[0]).toBe(1008);
      transport.lose();
      const { cause } = await ended(connection);
      expect(cause).toBeInstanceOf(LimitError);
      expect(cause).toMatchObject({ option });
      clock.pass(60_000);
      expect(clock.pending).toBe(0);
    },
  );

  it('does not close who keeps to it', () => {
    const { clock, connection, write } = rated({ messages: 5, onExcess: 'close' });
    const { values } = collect(connection.messages$);
    for (let i = 0; i < 20; i++) {
      write(...texts(5));
      clock.pass(1000);
    }
    expect([values.length, connection.state, clock.pending]).toEqual([100, 'open', 0]);
  });

  it('slows a peer down over sockets', async () => {
    const { client, accepted } = await startPair({ receiveRate: { messages: 50, perMs: 50 } });
    const { values } = collect(accepted.messages$);
    for (const text of numbers(200)) client.send(text);
    await until(() => values.length >= 50);
    expect(values.length).toBeLessThan(200);
    await until(() => values.length === 200);
    expect(values.map(({ data }) => data)).toEqual(numbers(200));
  });

  it.each<[object, RegExp]>([
    [{}, /receiveRate has no bound, expected messages, frames or bytes/],
    [{ perMs: 5 }, /has no bound/],
    [{ messages: 0 }, /receiveRate\.messages is 0, expected an integer of at least 1/],
    [{ bytes: 1.5 }, /receiveRate\.bytes is 1.5/],
    [{ messages: 1, perMs: 0 }, /receiveRate\.perMs is 0/],
    [
      { messages: 1, perMs: Infinity },
      /receiveRate\.perMs is Infinity, expected with onExcess: 'close' only/,
    ],
    [{ messages: 1, burstMs: Infinity }, /receiveRate\.burstMs is Infinity/],
    [{ messages: 1, onExcess: 'drop' }, /receiveRate\.onExcess is 'drop', expected 'pause', 'close'/],
    [{ message: 1 }, /did you mean receiveRate\.messages\?/],
  ])('refuses %j', (receiveRate, text) => {
    expect(() => listen({ receiveRate })).toThrow(text);
  });
});
