import { config, type Subscription } from 'rxjs';
import type { Connection } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryConnections, memoryPeer } from '../support/memory-peer.js';
import { turns, until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { CLOSE, PING, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

/** Where a subscriber may be called. */
const PLACES: Readonly<Record<string, (connection: Connection, act: () => void) => Subscription>> = {
  messages$: (connection, act) => connection.messages$.subscribe(act),
  bytes$: (connection, act) => connection.bytes$.subscribe(act),
  frames$: (connection, act) => connection.frames$.subscribe(act),
  sentFrames$: (connection, act) => connection.sentFrames$.subscribe(act),
  pings$: (connection, act) => connection.pings$.subscribe(act),
  pongs$: (connection, act) => connection.pongs$.subscribe(act),
  latency$: (connection, act) => connection.latency$.subscribe(act),
  state$: (connection, act) => connection.state$.subscribe(act),
  writable$: (connection, act) => connection.writable$.subscribe(act),
  closed$: (connection, act) => connection.closed$.subscribe(act),
  'the end of messages$': (connection, act) => connection.messages$.subscribe({ complete: act }),
};

/** What it may do there. */
const ACTS: Readonly<
  Record<string, (connection: Connection, self: () => Subscription | undefined) => unknown>
> = {
  send: (connection) => connection.send('from within'),
  'send 1 MiB': (connection) => connection.send(Buffer.alloc(1024 * 1024)),
  ping: (connection) => connection.ping().subscribe(),
  close: (connection) => connection.close(4000, 'within'),
  'close twice': (connection) => [connection.close(4000), connection.close(4001)],
  terminate: (connection) => connection.terminate(),
  'unsubscribe itself': (_, self) => self()?.unsubscribe(),
  'subscribe again': (connection) => collect(connection.messages$),
  discard: (connection) => connection.discard(),
  iterate: (connection) => void connection[Symbol.asyncIterator]().return?.(),
  throw: () => {
    throw new Error('thrown by the subscriber');
  },
};

describe('what a subscriber does from within', () => {
  for (const [place, subscribe] of Object.entries(PLACES)) {
    for (const [name, act] of Object.entries(ACTS)) {
      it(`${name} in ${place} leaves the connection and its neighbour in order`, async () => {
        const thrown: unknown[] = [];
        config.onUnhandledError = (error) => void thrown.push(error);
        try {
          const { connection, peer } = memoryPeer('server', { closeTimeoutMs: 200, dropTimeoutMs: 200 });
          const neighbour = memoryConnections();
          neighbour.server.messages$.subscribe(neighbour.server.outbox);
          const echoed = collect(neighbour.client.messages$);
          const seen = collect(connection.messages$);
          let calls = 0;
          let subscription: Subscription | undefined = undefined;
          subscription = subscribe(connection, () => {
            if (calls++ === 0) act(connection, () => subscription);
          });
          connection.ping('known').subscribe();
          const burst = [
            peer.frame(TEXT, '1'),
            peer.frame(PING, 'p'),
            peer.frame(PONG, 'known'),
            peer.frame(TEXT, '2'),
          ];
          await turns(4);
          peer.write(Buffer.concat([...burst, peer.frame(TEXT, '3'), peer.frame(CLOSE, closeBody(1000))]));
          peer.stream.end();
          const info = await ended(connection);
          await until(() => seen.done);
          expect(calls).toBeGreaterThan(0);
          expect(info.wasClean || info.code === 1006).toBe(true);
          expect(['1', '2', '3'].slice(0, seen.values.length)).toEqual(seen.values.map(({ data }) => data));
          if (name !== 'terminate') expect(seen.values).toHaveLength(3);
          const expected = name === 'throw' ? 1 : 0;
          await until(() => thrown.length >= expected, 'rxjs reports what was thrown');
          expect(thrown).toHaveLength(expected);
          neighbour.client.send('alive');
          await until(() => echoed.values.length === 1);
        } finally {
          config.onUnhandledError = null;
        }
      });
    }
  }

  it('several subscribers see one order when one of them sends to the connection itself', async () => {
    const { client, server } = memoryConnections();
    server.messages$.subscribe(server.outbox);
    let count = 0;
    client.messages$.subscribe(() => {
      if (++count < 2000) client.send(String(count));
    });
    const others = [collect(client.messages$), collect(client.messages$)];
    client.send('0');
    await until(() => others[1]!.values.length === 2000);
    for (const other of others) {
      expect(other.values.map(({ data }) => data)).toEqual(Array.from({ length: 2000 }, (_, i) => String(i)));
    }
  });

  it('a subscriber added in next misses the current value, one removed there does not get it', async () => {
    const { connection, peer } = memoryPeer('server');
    const seen: string[] = [];
    let removed: Subscription | undefined = undefined;
    let added = false;
    connection.messages$.subscribe(({ data }) => {
      seen.push(`a${String(data)}`);
      removed?.unsubscribe();
      if (!added) connection.messages$.subscribe((message) => seen.push(`c${String(message.data)}`));
      added = true;
    });
    removed = connection.messages$.subscribe(({ data }) => seen.push(`b${String(data)}`));
    peer.write(Buffer.concat([peer.frame(TEXT, '1'), peer.frame(TEXT, '2')]));
    await until(() => seen.length === 3);
    expect(seen).toEqual(['a1', 'a2', 'c2']);
  });
});

describe('subscribing 0, 1 or 2 times and leaving in any order', () => {
  const orders: readonly (readonly string[])[] = [
    [],
    ['+a'],
    ['+a', '-a'],
    ['+a', '-a', '+a'],
    ['+a', '+b'],
    ['+a', '+b', '-a'],
    ['+a', '+b', '-b'],
    ['+a', '+b', '-a', '-b'],
    ['+a', '+b', '-b', '-a'],
    ['+a', '-a', '+b'],
    ['+a', '-a', '+b', '-b'],
    ['+a', '+b', '-a', '+a'],
  ];
  for (const order of orders) {
    it(`${order.join(' ') || 'nobody'}: nothing is lost, and the connection stays open`, async () => {
      const { connection, peer } = memoryPeer('server');
      const open = new Map<string, { values: { data: unknown }[]; stop(): void }>();
      const taken = new Set<unknown>();
      let sent = 0;
      for (const step of order) {
        const name = step.slice(1);
        if (step.startsWith('+')) open.set(name, collect(connection.messages$));
        else {
          open.get(name)!.stop();
          open.delete(name);
        }
        peer.send(TEXT, String(sent++));
        await turns();
        for (const { values } of open.values()) for (const { data } of values) taken.add(data);
      }
      expect(connection.state).toBe('open');
      const rest = collect(connection.messages$);
      await turns();
      for (const { data } of rest.values) taken.add(data);
      expect(taken.size).toBe(sent);
    });
  }
});
