import fc from 'fast-check';
import { NegotiationError } from 'rxwire';
import { closeBody, rawPair, type RawPairOptions, VirtualTime, WIRE_KEY } from 'rxwire/testing';
import { chunked, hostileBytes, pieceSizes, violations, wires } from 'rxwire/testing/arbitraries';
import '../support/seed.js';
import { collect } from '../support/collect.js';
import { describeMessage } from '../support/decoding.js';
import { watchResources } from '../support/harness.js';
import { closeOf } from '../support/wire-frames.js';

watchResources();

function onTime(options: RawPairOptions): ReturnType<typeof rawPair> & { time: VirtualTime } {
  const time = new VirtualTime();
  return { time, ...rawPair({ scheduler: time, ...options }) };
}

const TEXT = 1;
const CLOSE = 8;
const PING = 9;

describe('rawPair', () => {
  it.each(['client', 'server'] as const)(
    'writes to a %s what it is told to, and shows what comes',
    (role) => {
      const { time, connection, peer } = onTime({ role });
      const seen = collect(connection.messages$);
      peer.send({ opcode: TEXT, payload: 'hello' });
      peer.send({ opcode: PING, payload: 'p' });
      time.settle();
      expect(seen.values).toEqual([{ type: 'text', data: 'hello' }]);
      connection.send('back');
      time.settle();
      expect(peer.role).not.toBe(role);
      expect(peer.frames.map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
        [10, 'p'],
        [1, 'back'],
      ]);
      expect(peer.frames.every(({ masked }) => masked === (role === 'client'))).toBe(true);
      expect([peer.take()?.opcode, peer.take()?.opcode, peer.take()]).toEqual([10, 1, undefined]);
      expect(peer.received.length).toBe(role === 'client' ? 17 : 9);
      expect(peer.violations).toEqual([]);
    },
  );

  it('replays to whoever looks later, and completes at the end', () => {
    const { time, connection, peer } = onTime({ role: 'server' });
    connection.send('a');
    time.settle();
    const frames = collect(peer.frames$);
    const bytes = collect(peer.bytes$);
    connection.close();
    time.settle();
    expect(frames.values.map(({ opcode }) => opcode)).toEqual([TEXT, CLOSE]);
    expect(Buffer.concat(bytes.values)).toEqual(peer.received);
    peer.send({ opcode: CLOSE, payload: closeBody(1000) });
    time.settle();
    expect([frames.done, bytes.done, peer.ended]).toEqual([true, true, true]);
    peer.end();
    time.settle();
    expect([peer.closed, connection.state]).toEqual([true, 'closed']);
  });

  it('has a connection deliver what a well-behaved peer sends, however it is cut', () => {
    fc.assert(
      fc.property(wires(), pieceSizes(), ({ role, bytes, messages }, chop) => {
        const { time, connection, peer } = onTime({ role, chop });
        const seen = collect(connection.messages$);
        peer.write(bytes);
        time.settle();
        expect(seen.values.map(describeMessage)).toEqual(messages.map(describeMessage));
        expect(connection.state).toBe('open');
        expect(peer.violations).toEqual([]);
      }),
    );
  });

  it('has a connection fail with the code that a violation has, and break no rule itself', () => {
    fc.assert(
      fc.property(
        violations().chain((violation) =>
          chunked(violation.bytes).map((chunks) => ({ ...violation, chunks })),
        ),
        ({ role, chunks, messages, closeCode }) => {
          const { time, connection, peer } = onTime({ role, options: { logger: {} } });
          const seen = collect(connection.messages$);
          peer.write(...chunks);
          peer.end();
          time.settle();
          const [info] = collect(connection.closed$).values;
          expect(seen.values.map(describeMessage)).toEqual(messages.map(describeMessage));
          expect([info?.code, info?.wasClean]).toEqual([1006, false]);
          const last = peer.frames.at(-1);
          if (closeCode === 1006) expect(last?.opcode).not.toBe(CLOSE);
          else expect(closeOf(last!)[0]).toBe(closeCode);
          expect(peer.violations).toEqual([]);
          expect(time.pending).toBe(0);
        },
      ),
    );
  });

  it('has a connection come to its end with any octets', () => {
    fc.assert(
      fc.property(hostileBytes, fc.constantFrom('client', 'server'), (bytes, role) => {
        const { time, connection, peer } = onTime({ role, options: { logger: {} } });
        connection.discard();
        peer.write(bytes);
        peer.end();
        time.pass(60_000);
        expect(connection.state).toBe('closed');
        expect([peer.violations, time.pending]).toEqual([[], 0]);
      }),
    );
  });

  it('is held back by a connection whose messages nobody takes', () => {
    const { time, connection, peer } = onTime({ role: 'server', options: { receiveHighWaterMessages: 3 } });
    for (let i = 0; i < 10; i++) peer.send({ opcode: TEXT, payload: String(i) });
    time.settle();
    expect(peer.bufferedBytes).toBeGreaterThan(0);
    const seen = collect(connection.messages$);
    time.settle();
    expect(seen.values).toHaveLength(10);
    expect(peer.bufferedBytes).toBe(0);
  });

  it('holds a connection back by not reading', () => {
    const { time, connection, peer } = onTime({ role: 'server', options: { sendHighWaterBytes: 10 } });
    peer.pause();
    expect(connection.send('x'.repeat(20))).toBe(false);
    time.settle();
    expect([connection.bufferedBytes > 0, peer.frames.length]).toEqual([true, 0]);
    peer.resume();
    time.settle();
    expect([connection.bufferedBytes, peer.frames.length]).toEqual([0, 1]);
  });

  it('takes part in the opening handshake by its words', () => {
    const deflate = 'permessage-deflate; server_no_context_takeover';
    const server = onTime({
      role: 'server',
      target: '/x',
      options: { compression: true, subprotocols: ['a'], context: 'mine' as never },
      peer: { extensions: deflate, subprotocols: ['z', 'a'], headers: { Cookie: 'c=1' } },
    });
    expect([server.connection.subprotocol, server.connection.context]).toEqual(['a', 'mine']);
    expect(server.connection.extensions).toEqual(['permessage-deflate']);
    expect(server.connection.request.headers.get('cookie')).toBe('c=1');
    expect(server.connection.response.headers.get('sec-websocket-extensions')).toMatch(/server_no_context/);
    const options = { subprotocols: ['a'] };
    const client = onTime({ role: 'client', options, peer: { subprotocol: 'a', extensions: deflate } });
    expect([client.connection.subprotocol, client.connection.extensions]).toEqual([
      'a',
      ['permessage-deflate'],
    ]);
    expect(() => rawPair({ role: 'client', options, peer: { subprotocol: 'z' } })).toThrow(NegotiationError);
    expect(() => rawPair({ role: 'client', peer: { extensions: 'x-unknown' } })).toThrow(NegotiationError);
  });

  it('judges a connection that compresses by what was agreed on', () => {
    const { time, connection, peer } = onTime({
      role: 'server',
      options: { compression: { thresholdBytes: 0 } },
      peer: { extensions: 'permessage-deflate' },
    });
    connection.send('x'.repeat(100), { compress: true });
    time.settle();
    expect([peer.frames[0]?.rsv, peer.violations]).toEqual([4, []]);
  });

  it('accuses a connection that was told to break a rule', () => {
    const { time, connection, peer } = onTime({ role: 'client', options: { maskFrames: false } });
    connection.send('bare');
    time.settle();
    expect(peer.violations).toMatchObject([{ section: '5.1', offset: 0 }]);
  });

  it('can destroy both sides, and be cut off', () => {
    const destroyed = onTime({ role: 'server' });
    destroyed.peer.destroy();
    destroyed.time.settle();
    expect([destroyed.peer.closed, destroyed.connection.state]).toEqual([true, 'closed']);
    const torn = onTime({ role: 'server' });
    const bytes = collect(torn.peer.bytes$);
    const frames = collect(torn.peer.frames$);
    torn.cut();
    torn.time.settle();
    expect(bytes.error).toMatchObject({ code: 'ECONNRESET' });
    expect(frames.error).toBe(bytes.error);
    expect([torn.peer.ended, torn.peer.closed]).toEqual([true, true]);
  });

  it('masks with the key of the RFC, or as it is told', () => {
    const { peer } = onTime({ role: 'server' });
    expect([...peer.frame({ opcode: 1 }).subarray(2)]).toEqual([...WIRE_KEY]);
    expect([...peer.frame({ opcode: 1, masked: false })]).toEqual([0x81, 0]);
  });
});
