import { TimeoutError } from '../../src/index.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryConnections, memoryPeer } from '../support/memory-peer.js';
import { turns } from '../support/turns.js';
import { closeBody, VirtualTime } from 'rxwire/testing';
import { CLOSE, TEXT } from '../support/wire-frames.js';

watchResources();

describe('the times of the end', () => {
  it('destroys after closeTimeoutMs when the peer does not answer the Close frame', async () => {
    const clock = new VirtualTime();
    const { connection } = memoryPeer('client', { scheduler: clock, closeTimeoutMs: 3000, keepAlive: false });
    connection.close(1000);
    await turns();
    clock.pass(2999);
    await turns();
    expect(connection.state).toBe('closing');
    clock.pass(1);
    const info = await ended(connection);
    expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: 'local', sent: { code: 1000 } });
    expect(info.cause).toBeInstanceOf(TimeoutError);
    expect(info.cause).toMatchObject({ option: 'closeTimeoutMs' });
    expect(clock.pending).toBe(0);
  });

  it('a server destroys after closeTimeoutMs when the peer answers and keeps the transport', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('server', { scheduler: clock, closeTimeoutMs: 3000 });
    connection.close(1000);
    await peer.next();
    peer.send(CLOSE, closeBody(1000));
    await peer.whenEnded();
    clock.pass(3000);
    expect(await ended(connection)).toMatchObject({ code: 1000, wasClean: true });
    expect(clock.pending).toBe(0);
  });

  it('a client waits dropTimeoutMs for the server to end the transport, then ends it, then destroys it', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('client', { scheduler: clock, dropTimeoutMs: 700 });
    connection.close(1000);
    await peer.next();
    peer.send(CLOSE, closeBody(1000));
    await turns();
    expect(peer.ended).toBe(false);
    clock.pass(700);
    await peer.whenEnded();
    expect(connection.state).toBe('closing');
    clock.pass(700);
    expect(await ended(connection)).toMatchObject({ wasClean: true });
    expect(clock.pending).toBe(0);
  });

  it('destroys after dropTimeoutMs a peer that was failed and does not go', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('server', { scheduler: clock, dropTimeoutMs: 700 });
    peer.send(3);
    await peer.next();
    for (let i = 0; i < 20; i++) peer.send(TEXT, 'x'.repeat(10_000));
    await turns();
    expect(connection.state).toBe('closing');
    clock.pass(700);
    expect(await ended(connection)).toMatchObject({ sent: { code: 1002 } });
    expect(clock.pending).toBe(0);
  });

  it('does not blame a closing peer for Pings that were not sent', async () => {
    const clock = new VirtualTime();
    const { connection, peer } = memoryPeer('server', {
      scheduler: clock,
      closeTimeoutMs: 100_000,
      keepAlive: { intervalMs: 1000, timeoutMs: 1000 },
    });
    connection.close(1000);
    await peer.next();
    for (let i = 0; i < 50; i++) {
      clock.pass(1000);
      await turns(2);
    }
    expect(connection.state).toBe('closing');
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({ wasClean: true });
    expect(clock.pending).toBe(0);
  });
});

describe('Symbol.asyncDispose', () => {
  it('closes with 1000 and resolves at the end, also a second time', async () => {
    const { client, server } = memoryConnections();
    await client[Symbol.asyncDispose]();
    expect(client.state).toBe('closed');
    await client[Symbol.asyncDispose]();
    expect(await ended(server)).toMatchObject({ code: 1000, wasClean: true });
  });
});
