import { firstValueFrom } from 'rxjs';
import { connect, ConnectionClosedError, type Connection, openConnection } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, owned, startServer, watchResources } from '../support/harness.js';
import { acceptAll, rawServer } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { closeBody, VirtualTime, wireFrame } from 'rxwire/testing';
import { CLOSE, closeOf, TEXT } from '../support/wire-frames.js';

watchResources();

const QUIET = { logger: {} };

describe('connect', () => {
  it('does nothing before it is subscribed, and dials once for every subscription', async () => {
    const server = await rawServer(acceptAll());
    const connecting = connect(server.url, QUIET);
    await turns(20);
    expect(server.peers).toHaveLength(0);
    const both = [collect(connecting), collect(connecting)];
    await until(() => both.every(({ values }) => values.length === 1));
    expect(server.peers).toHaveLength(2);
    expect(both[0]!.values[0]).toMatchObject({ role: 'client', state: 'open', secure: false });
  });

  it('emits nothing within subscribe, and messages in the chunk of the 101 reach who subscribes then', async () => {
    const server = await rawServer(
      acceptAll(
        [],
        Buffer.concat([
          wireFrame({ opcode: TEXT, payload: 'a' }),
          wireFrame({ opcode: CLOSE, payload: closeBody(1000) }),
        ]),
      ),
    );
    const seen: unknown[] = [];
    const connecting = connect(server.url, QUIET);
    let inside = true;
    const done = new Promise<void>((resolve, reject) => {
      const subscription = connecting.subscribe({
        next: (connection) => {
          expect(inside).toBe(false);
          connection.messages$.subscribe(({ data }) => seen.push(data));
        },
        error: reject,
        complete: resolve,
      });
      afterTest(() => subscription.unsubscribe());
    });
    inside = false;
    const peer = await server.next();
    await peer.whenEnded();
    peer.stream.end();
    await done;
    expect(seen).toEqual(['a']);
  });

  const ends: [
    string,
    (
      connection: Connection,
      peer: { send(opcode: number, payload?: Buffer): void; reset(): void; stream: { end(): void } },
    ) => void,
    'completes' | 'errors',
  ][] = [
    ['this side closed with 1000', (connection) => connection.close(), 'completes'],
    ['this side closed with 4000', (connection) => connection.close(4000), 'completes'],
    ['the peer closed with 1000', (_, peer) => peer.send(CLOSE, closeBody(1000)), 'completes'],
    ['the peer closed without a code', (_, peer) => peer.send(CLOSE), 'completes'],
    ['the peer closed with 1001', (_, peer) => peer.send(CLOSE, closeBody(1001)), 'errors'],
    ['the peer closed with 1011', (_, peer) => peer.send(CLOSE, closeBody(1011)), 'errors'],
    ['the peer closed with 4999', (_, peer) => peer.send(CLOSE, closeBody(4999)), 'errors'],
    ['the peer broke a rule', (_, peer) => peer.send(3), 'errors'],
    ['the stream ended', (_, peer) => peer.stream.end(), 'errors'],
    ['the peer reset', (_, peer) => peer.reset(), 'errors'],
  ];
  for (const [name, end, outcome] of ends) {
    it(`${outcome} when ${name}, after messages$ has completed`, async () => {
      const server = await rawServer(acceptAll());
      const order: string[] = [];
      const connecting = collect(connect(server.url, { ...QUIET, dropTimeoutMs: 200 }));
      await until(() => connecting.values.length === 1);
      const [connection] = connecting.values;
      connection!.closed$.subscribe(() => order.push('closed$'));
      connection!.messages$.subscribe({
        complete: () => order.push(`messages$ ${connecting.done ? 'late' : 'first'}`),
      });
      const peer = await server.next();
      end(connection!, peer);
      if (name.includes('this side')) {
        const frame = await peer.next();
        peer.send(CLOSE, frame.payload);
      }
      if (!peer.closed) peer.stream.end();
      await until(() => connecting.done);
      expect(order).toEqual(['closed$', 'messages$ first']);
      if (outcome === 'errors') expect(connecting.error).toBeInstanceOf(ConnectionClosedError);
      else expect(connecting.error).toBeUndefined();
    });
  }

  it('ends when what is held is taken, drainTimeoutMs later at the most', async () => {
    const clock = new VirtualTime();
    const server = await rawServer(
      acceptAll(
        [],
        Buffer.concat([
          wireFrame({ opcode: TEXT, payload: 'held' }),
          wireFrame({ opcode: CLOSE, payload: closeBody(1000) }),
        ]),
      ),
    );
    const connecting = [0, 1].map(() =>
      collect(connect(server.url, { ...QUIET, scheduler: clock, drainTimeoutMs: 5000 })),
    );
    await until(() => connecting.every(({ values }) => values.length === 1));
    for (let i = 0; i < 2; i++) {
      const peer = await server.next();
      await peer.next();
      peer.stream.end();
    }
    for (const { values } of connecting) await ended(values[0]!);
    expect(connecting.map(({ done }) => done)).toEqual([false, false]);
    expect(await firstValueFrom(connecting[0]!.values[0]!.messages$)).toMatchObject({ data: 'held' });
    await until(() => connecting[0]!.done);
    clock.pass(5000);
    expect(connecting[1]!.done).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('aborts the dial when unsubscribed before it is open, in any phase', async () => {
    const server = await rawServer();
    for (const wait of [0, 1, 3, 20]) {
      const connecting = collect(connect(server.url, QUIET));
      await turns(wait);
      connecting.stop();
    }
    await turns(20);
    await until(() => server.peers.every((peer) => peer.ended || peer.closed));
  });

  it('closes with 1000 when unsubscribed, and destroys after closeTimeoutMs', async () => {
    const clock = new VirtualTime();
    const server = await rawServer(acceptAll());
    const connecting = collect(
      connect(server.url, { ...QUIET, scheduler: clock, closeTimeoutMs: 900, keepAlive: false }),
    );
    await until(() => connecting.values.length === 1);
    connecting.stop();
    const peer = await server.next();
    expect(closeOf(await peer.next())).toEqual([1000, '']);
    clock.pass(900);
    expect(await ended(connecting.values[0]!)).toMatchObject({
      code: 1006,
      cause: { option: 'closeTimeoutMs' },
    });
  });

  it('closes at once under firstValueFrom', async () => {
    const server = await startServer();
    const connection = await firstValueFrom(connect(server.url, QUIET));
    expect(connection.state).not.toBe('open');
    expect(await ended(connection)).toMatchObject({ code: 1000, wasClean: true, initiator: 'local' });
  });

  it('gives the context it was given', async () => {
    const server = await startServer();
    const connection = owned((await openConnection(server.url, { context: { user: 7 } })) as never);
    expect((connection as Connection<{ user: number }>).context).toEqual({ user: 7 });
  });
});
