import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { firstValueFrom } from 'rxjs';
import { type DiagnosticsEvents, openConnection, Opcode } from 'rxwire';
import { afterTest, ended, startClient, startPair, startServer, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { turns, until } from '../support/turns.js';
import { TEXT } from '../support/wire-frames.js';

watchResources();

type Name = keyof DiagnosticsEvents;
type Published<N extends Name> = DiagnosticsEvents[N];

/** Everything that is published on these channels, in order, until the end of the test. */
function listenTo<N extends Name>(...names: readonly N[]): [N, Published<N>][] {
  const events: [N, Published<N>][] = [];
  for (const name of names) {
    const onMessage = (message: unknown): void => void events.push([name, message as Published<N>]);
    subscribe(name, onMessage);
    afterTest(() => unsubscribe(name, onMessage));
  }
  return events;
}

describe('the channels of node:diagnostics_channel', () => {
  it('tell of both ends that are opened, before anybody has them, and that have closed', async () => {
    const server = await startServer();
    const events = listenTo('rxwire:connection:open', 'rxwire:connection:close', 'rxwire:connection:error');
    let known = 0;
    server.connections$.subscribe((accepted) => {
      known = events.filter(([, { connection }]) => connection === accepted).length;
    });
    const client = await startClient(server.url);
    await until(() => known > 0);
    expect(known).toBe(1);
    const [accepted] = server.connections;
    client.close(4000, 'enough');
    await Promise.all([ended(client), ended(accepted!)]);
    await until(() => events.length === 4);
    const told = (name: Name): unknown[] =>
      events.filter((event) => event[0] === name).map(([, { connection }]) => connection.role);
    expect(told('rxwire:connection:open').sort()).toEqual(['client', 'server']);
    expect(told('rxwire:connection:close').sort()).toEqual(['client', 'server']);
    const ends = events.map(([, { connection }]) => connection);
    expect(new Set(ends)).toEqual(new Set([client, accepted]));
  });

  it('say how a connection has closed', async () => {
    const events = listenTo('rxwire:connection:close');
    const { client, accepted } = await startPair();
    client.close(4000, 'enough');
    await Promise.all([ended(client), ended(accepted)]);
    await until(() => events.length === 2);
    for (const [, { connection, info }] of events) {
      expect(info).toMatchObject({ code: 4000, reason: 'enough', wasClean: true });
      expect(info.initiator).toBe(connection.role === 'client' ? 'local' : 'remote');
    }
  });

  it('tell the cause of a failure just before the end, and none of an ordinary one', async () => {
    const events = listenTo('rxwire:connection:error', 'rxwire:connection:close');
    const { connection, peer } = memoryPeer('server');
    peer.send(TEXT, Buffer.of(0xff));
    const { cause } = await ended(connection);
    expect(events).toEqual([
      ['rxwire:connection:error', { connection, error: cause }],
      ['rxwire:connection:close', { connection, info: expect.objectContaining({ cause }) }],
    ]);
    expect(cause).toBeInstanceOf(Error);
  });

  it('tell what a server refuses, of upgrades and of other requests, and from where', async () => {
    const events = listenTo('rxwire:handshake:refused');
    const server = await startServer();
    await expect(openConnection(server.url, { origin: 'https://evil.example' })).rejects.toThrow();
    const plain = await fetch(server.url.replace('ws', 'http'), { headers: { connection: 'close' } });
    await plain.text();
    expect(events.map(([, { error, remoteAddress }]) => [error.status, remoteAddress])).toEqual([
      [403, '127.0.0.1'],
      [426, '127.0.0.1'],
    ]);
  });

  it('show the frames of connections that are opened while somebody looks', async () => {
    const before = await startPair();
    const events = listenTo('rxwire:frame');
    const { client, accepted } = await startPair();
    accepted.messages$.subscribe(accepted.outbox);
    before.accepted.messages$.subscribe(before.accepted.outbox);
    const echo = firstValueFrom(client.messages$);
    const old = firstValueFrom(before.client.messages$);
    client.send('hello');
    before.client.send('nobody looks');
    await Promise.all([echo, old]);
    const lines = events.map(([, { connection, direction, frame }]) => [
      connection.role,
      direction,
      frame.opcode,
      Buffer.from(frame.payload).toString(),
    ]);
    const data = lines.filter(([, , opcode]) => opcode === Opcode.text);
    expect(data.sort()).toEqual([
      ['client', 'received', Opcode.text, 'hello'],
      ['client', 'sent', Opcode.text, 'hello'],
      ['server', 'received', Opcode.text, 'hello'],
      ['server', 'sent', Opcode.text, 'hello'],
    ]);
  });

  it('take the taps out again when whoever looked at frames has left', async () => {
    const seen: unknown[] = [];
    const look = (message: unknown): void => void seen.push(message);
    subscribe('rxwire:frame', look);
    const { connection, peer } = memoryPeer('server');
    connection.discard();
    peer.send(TEXT, 'one');
    await until(() => seen.length === 1);
    unsubscribe('rxwire:frame', look);
    peer.send(TEXT, 'two');
    await until(() => connection.stats.received.messages === 2);
    subscribe('rxwire:frame', look);
    afterTest(() => unsubscribe('rxwire:frame', look));
    peer.send(TEXT, 'three');
    await until(() => connection.stats.received.messages === 3);
    await turns();
    expect(seen.length).toBe(1);
  });
});
