import { firstValueFrom } from 'rxjs';
import { ProtocolError } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, startPair, startServer, watchResources } from '../support/harness.js';
import { memoryConnections, memoryPeer } from '../support/memory-peer.js';
import { openRaw } from '../support/raw-peer.js';
import { until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { CLOSE, closeOf, PING, TEXT } from '../support/wire-frames.js';

watchResources();

const GOOD_CODES = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];
const BAD_CODES = [
  0,
  1,
  999,
  1004,
  1005,
  1006,
  1015,
  1016,
  2000,
  2999,
  5000,
  65535,
  -1,
  1000.5,
  NaN,
  Infinity,
];

describe('close', () => {
  for (const code of GOOD_CODES) {
    it(`closes with ${code} and its reason, both sides know the same`, async () => {
      const { client, server } = memoryConnections();
      client.close(code, 'grund: ü');
      const [near, far] = await Promise.all([ended(client), ended(server)]);
      const status = { code, reason: 'grund: ü' };
      expect(near).toEqual({ ...status, wasClean: true, initiator: 'local', sent: status, received: status });
      expect(far).toEqual({ ...status, wasClean: true, initiator: 'remote', sent: status, received: status });
    });
  }

  for (const code of BAD_CODES) {
    it(`refuses ${code} with a RangeError, and stays open`, () => {
      const { connection } = memoryPeer('server');
      expect(() => connection.close(code)).toThrow(RangeError);
      expect(connection.state).toBe('open');
    });
  }

  it('refuses a wrong reason before anything leaves', async () => {
    const { connection, peer } = memoryPeer('server');
    expect(() => connection.close(1000, 'x'.repeat(124))).toThrow(RangeError);
    expect(() => connection.close(1000, 'ü'.repeat(62))).toThrow(RangeError);
    expect(() => connection.close(1000, new Float32Array(20) as never)).toThrow(TypeError);
    expect(() => connection.close(1000, 200 as never)).toThrow(TypeError);
    connection.close(1000, 'x'.repeat(123));
    expect(closeOf(await peer.next())).toEqual([1000, 'x'.repeat(123)]);
  });

  it('acts without being subscribed, behind everything sent before, and only the first counts', async () => {
    const { connection, peer } = memoryPeer('client');
    connection.send('before');
    connection.close(4000, 'first');
    connection.close(4001, 'second');
    expect((await peer.next()).payload.toString()).toBe('before');
    expect(closeOf(await peer.next())).toEqual([4000, 'first']);
  });

  it('returns closed$', async () => {
    const { client } = memoryConnections();
    expect(await firstValueFrom(client.close(4000))).toMatchObject({ code: 4000 });
  });

  it('reports 1005 for a Close frame without a code, and answers it in kind', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.send(CLOSE);
    expect(closeOf(await peer.next())).toEqual([]);
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({ code: 1005, reason: '', wasClean: true });
  });

  it('answers with 1000 under closeReply normal', async () => {
    const { connection, peer } = memoryPeer('server', { closeReply: 'normal' });
    peer.send(CLOSE, closeBody(4123, 'why'));
    expect(closeOf(await peer.next())).toEqual([1000, '']);
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({ code: 4123, reason: 'why', sent: { code: 1000 } });
  });

  it('ignores what follows the peer’s Close frame, and answers once', async () => {
    const { connection, peer } = memoryPeer('server');
    const seen = collect(connection.messages$);
    const pings = collect(connection.pings$);
    const close = peer.frame(CLOSE, closeBody(1000));
    peer.write(
      Buffer.concat([
        close,
        peer.frame(TEXT, 'late'),
        peer.frame(PING, 'late'),
        close,
        Buffer.alloc(100_000, 0xff),
      ]),
    );
    await peer.next();
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({ code: 1000, wasClean: true });
    expect(seen.values).toEqual([]);
    expect(pings.values).toEqual([]);
    expect(peer.frames).toHaveLength(1);
  });

  it('is clean when both sides close at once', async () => {
    const { client, accepted } = await startPair();
    client.close(4001);
    accepted.close(4002);
    const [near, far] = await Promise.all([ended(client), ended(accepted)]);
    expect(near).toMatchObject({ code: 4002, wasClean: true, initiator: 'local', sent: { code: 4001 } });
    expect(far).toMatchObject({ code: 4001, wasClean: true, initiator: 'local', sent: { code: 4002 } });
  });

  it('lets the server end the transport first', async () => {
    const server = await startServer();
    const peer = await openRaw(server.url);
    peer.send(CLOSE, closeBody(1000));
    await peer.next();
    await peer.whenEnded();
    expect(peer.closed).toBe(false);
    peer.stream.end();
    await peer.whenClosed();
  });
});

describe('closed$ and state$', () => {
  it('closed$ emits one value to early and late subscribers, and completes', async () => {
    const { client } = memoryConnections();
    const early = collect(client.closed$);
    client.close();
    await until(() => early.done);
    const late = collect(client.closed$);
    expect(early.values).toHaveLength(1);
    expect(late).toMatchObject({ values: early.values, done: true });
  });

  it('state$ tells the state now and every change, and completes after closed', async () => {
    const { client, server } = memoryConnections();
    const states = collect(client.state$);
    const far = collect(server.state$);
    client.close();
    expect(client.state).toBe('closing');
    await until(() => states.done && far.done);
    expect(states.values).toEqual(['open', 'closing', 'closed']);
    expect(far.values).toEqual(['open', 'closing', 'closed']);
  });

  it('state$ completes for whoever comes after the end, the first and the second time', async () => {
    const { client } = memoryConnections();
    client.close();
    await ended(client);
    expect(collect(client.state$)).toMatchObject({ values: ['closed'], done: true });
    expect(collect(client.state$)).toMatchObject({ values: ['closed'], done: true });
  });

  for (const [name, end] of [
    ['terminate()', (connection: { terminate(): void }) => connection.terminate()],
    ['a violation', (_: unknown, peer: { send(opcode: number): void }) => peer.send(3)],
    ['the end of the stream', (_: unknown, peer: { stream: { end(): void } }) => peer.stream.end()],
  ] as const) {
    it(`state$ passes through closing on ${name}`, async () => {
      const { connection, peer } = memoryPeer('server');
      const states = collect(connection.state$);
      end(connection, peer);
      peer.stream.end();
      await until(() => states.done);
      expect(states.values).toEqual(['open', 'closing', 'closed']);
    });
  }
});

describe('the end without a Close frame', () => {
  it('is 1006 after terminate(), begun by this side', async () => {
    const { client, accepted } = await startPair();
    client.terminate();
    client.terminate();
    expect(await ended(client)).toMatchObject({ code: 1006, wasClean: false, initiator: 'local' });
    expect(await ended(accepted)).toMatchObject({ code: 1006, wasClean: false, initiator: 'transport' });
  });

  it('is 1006 when the stream ends between messages, and says where it was cut inside one', async () => {
    const whole = memoryPeer('server');
    whole.peer.stream.end();
    const info = await ended(whole.connection);
    expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: 'transport' });
    expect(info.cause).toBeUndefined();
    const cut = memoryPeer('server');
    cut.peer.write(cut.peer.frame(TEXT, 'hello').subarray(0, 8));
    cut.peer.stream.end();
    expect((await ended(cut.connection)).cause).toBeInstanceOf(ProtocolError);
  });

  it('is 1006 with the cause when the peer resets', async () => {
    const server = await startServer();
    const arrival = firstValueFrom(server.connections$);
    const peer = await openRaw(server.url);
    peer.reset();
    const info = await ended(await arrival);
    expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: 'transport' });
    expect(info.cause).toMatchObject({ code: 'ECONNRESET' });
  });

  it('sends the code of a violation, keeps 1006 as what was received, and names the rule', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.write('\x81\x05hello');
    const [code, reason] = closeOf(await peer.next());
    expect(code).toBe(1002);
    expect(reason).not.toContain('hello');
    peer.stream.end();
    const info = await ended(connection);
    expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: 'local', sent: { code: 1002 } });
    expect(info.cause).toMatchObject({ section: '5.1' });
  });
});
