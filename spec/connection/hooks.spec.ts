import { jest } from '@jest/globals';
import { config } from 'rxjs';
import { collect } from '../support/collect.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryConnections, memoryPeer } from '../support/memory-peer.js';
import { turns, until } from '../support/turns.js';
import { closeBody, VirtualTime } from 'rxwire/testing';
import { CLOSE, PING, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

const boom = (): never => {
  throw new Error('thrown by a hook');
};

describe('what a function of the user throws', () => {
  it('in autoPong ends that connection only, with 1011, and is its cause', async () => {
    const { connection, peer } = memoryPeer('server', { autoPong: boom, dropTimeoutMs: 100 });
    const neighbour = memoryConnections();
    const seen = collect(connection.messages$);
    const echoed = collect(neighbour.client.messages$);
    neighbour.server.messages$.subscribe(neighbour.server.outbox);
    peer.write(
      Buffer.concat([peer.frame(TEXT, 'before'), peer.frame(PING, 'p'), peer.frame(TEXT, 'behind')]),
    );
    const frame = await peer.next();
    expect([frame.opcode, frame.payload.readUInt16BE(0), frame.payload.length]).toEqual([CLOSE, 1011, 2]);
    peer.stream.end();
    const info = await ended(connection);
    expect(info.cause?.message).toBe('thrown by a hook');
    await until(() => seen.done);
    expect(seen.values.map(({ data }) => data)).toEqual(['before']);
    neighbour.client.send('alive');
    await until(() => echoed.values.length === 1);
  });

  it('in a messages$ subscriber goes to rxjs, and the next message comes all the same', async () => {
    const thrown: unknown[] = [];
    config.onUnhandledError = (error) => void thrown.push(error);
    try {
      const { connection, peer } = memoryPeer('server');
      let calls = 0;
      connection.messages$.subscribe(() => {
        calls++;
        boom();
      });
      const other = collect(connection.messages$);
      peer.write(Buffer.concat([peer.frame(TEXT, '1'), peer.frame(TEXT, '2'), peer.frame(TEXT, '3')]));
      await until(() => thrown.length === 3);
      expect([calls, other.values.length, connection.state]).toEqual([3, 3, 'open']);
    } finally {
      config.onUnhandledError = null;
    }
  });
});

describe('a hook that is an async function, and is rejected', () => {
  const rejecting = (async () => Promise.reject(new Error('late'))) as never;

  it('ends that connection only when it is autoPong, and is no unhandled rejection', async () => {
    const { connection, peer } = memoryPeer('server', { autoPong: rejecting, dropTimeoutMs: 100 });
    peer.send(PING, 'p');
    const frame = await peer.next();
    expect([frame.opcode, frame.payload.readUInt16BE(0)]).toEqual([CLOSE, 1011]);
    peer.stream.end();
    const { cause } = await ended(connection);
    expect(cause).toBeInstanceOf(TypeError);
    expect(cause?.message).toBe('autoPong returned a promise, expected a boolean');
    // A rejection that nobody has caught is told of at the end of its turn.
    await turns();
  });

  it('is refused by send when it makes keys of messages', async () => {
    const { connection } = memoryPeer('server', { overflow: { latest: rejecting } });
    expect(() => connection.send('x')).toThrow('overflow.latest returned a promise, expected a key');
    await turns();
    expect(connection.state).toBe('open');
  });

  it('is refused by send when it makes masking keys', async () => {
    const { connection } = memoryPeer('client', { maskingKey: rejecting });
    expect(() => connection.send('x')).toThrow('maskingKey gave a value of type object');
    await turns();
  });

  it('is a line on the console when it is the logger', async () => {
    const said: unknown[] = [];
    const spy = jest.spyOn(console, 'error').mockImplementation((...line) => void said.push(...line));
    try {
      const { connection, peer } = memoryPeer('server', {
        logger: { warn: rejecting, error: rejecting },
      });
      connection.outbox.error(new Error('the source'));
      await peer.next();
      await turns();
      expect(said).toContainEqual(
        expect.stringContaining('the logger failed at "the source of the outbox failed, closing with 1011"'),
      );
      expect(said).toContainEqual(expect.objectContaining({ message: 'late' }));
    } finally {
      spy.mockRestore();
    }
  });
});

describe('a peer that never answers keep-alive’s Pings but sends', () => {
  it('does not make this side keep them all', async () => {
    const clock = new VirtualTime();
    const keepAlive = { intervalMs: 1600, timeoutMs: 800 };
    const { connection, peer } = memoryPeer('server', { scheduler: clock, keepAlive });
    connection.discard();
    const latencies = collect(connection.latency$);
    for (let i = 0; i < 20; i++) {
      for (const half of [1, 2]) {
        clock.pass(850);
        await turns(4);
        peer.send(TEXT, `alive ${half}`);
        await turns(4);
      }
    }
    const pings = peer.frames.filter(({ opcode }) => opcode === PING);
    expect(pings.length).toBeGreaterThanOrEqual(15);
    // The oldest is forgotten, the newest is not.
    peer.send(PONG, pings[0]!.payload);
    await turns(4);
    expect(latencies.values).toHaveLength(0);
    peer.send(PONG, pings.at(-1)!.payload);
    await until(() => latencies.values.length === 1);
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    await ended(connection);
  });
});
