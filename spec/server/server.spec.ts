import { existsSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { listen, openConnection, openServer, serve, type Server } from '../../src/index.js';
import { collect } from '../support/collect.js';
import {
  afterTest,
  ended,
  owned,
  startClient,
  startPair,
  startServer,
  watchResources,
} from '../support/harness.js';
import { dialRaw, openRaw, requestHead } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { unixPath } from '../support/unix-path.js';
import { closeBody, VirtualTime } from 'rxwire/testing';
import { CLOSE, closeOf } from '../support/wire-frames.js';

watchResources();

const LOCAL = { host: '127.0.0.1' };

describe('listen', () => {
  it('is cold: binds when subscribed, and once for every subscription', async () => {
    const listening = listen(LOCAL);
    await turns();
    const [one, two] = [collect(listening), collect(listening)];
    await until(() => one.values.length === 1 && two.values.length === 1);
    expect(one.values[0]!.url).not.toBe(two.values[0]!.url);
    one.stop();
    two.stop();
  });

  it('closes gracefully when unsubscribed: 1001 to the clients, and no more of them', async () => {
    const listening = collect(listen(LOCAL));
    await until(() => listening.values.length === 1);
    const { url } = listening.values[0]!;
    const client = await startClient(url);
    listening.stop();
    expect(await ended(client)).toMatchObject({ code: 1001, wasClean: true, initiator: 'remote' });
    await expect(openConnection(url)).rejects.toMatchObject({ phase: 'tcp' });
  });

  it('completes when the server is closed', async () => {
    const listening = collect(listen(LOCAL));
    await until(() => listening.values.length === 1);
    await listening.values[0]!.close();
    expect(listening).toMatchObject({ done: true, error: undefined });
  });

  it('leaves nothing when unsubscribed before it is bound', async () => {
    listen(LOCAL).subscribe().unsubscribe();
    await turns();
  });

  it('errors when the address is taken, and openServer rejects', async () => {
    const { address } = await startServer();
    const { port } = address as AddressInfo;
    const listening = collect(listen({ ...LOCAL, port }));
    await until(() => listening.done);
    expect(listening.error).toMatchObject({ code: 'EADDRINUSE' });
    await expect(openServer({ ...LOCAL, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('refuses wrong options at the call', async () => {
    const wrong: [object, RegExp][] = [
      [{ prot: 1 }, /unknown option prot, did you mean port/],
      [{ port: 65_536 }, /port is 65536/],
      [{ port: '80' }, /port/],
      [{ maxMessageByte: 1 }, /maxMessageBytes/],
      [{ keepAlive: { interval: 5 } }, /keepAlive\.intervalMs/],
      [{ keepAlive: { payloadBytes: 3 } }, /keepAlive\.payloadBytes is 3, expected an integer from 4 to 125/],
      [{ closeTimeoutMs: 0 }, /closeTimeoutMs is 0/],
      [{ closeTimeoutMs: NaN }, /closeTimeoutMs/],
      [{ receiveHighWaterBytes: 10, receiveLowWaterBytes: 20 }, /receiveLowWaterBytes is 20/],
      [{ overflow: 'drop' }, /overflow is 'drop'/],
      [{ textAs: 'buffer' }, /textAs/],
      [{ unixPath: '/x', port: 1 }, /unixPath and port/],
      [{ origins: 'some' }, /origins/],
      [{ subprotocols: ['a b'] }, /subprotocols/],
      [{ fragmentBytes: 0 }, /fragmentBytes/],
      [{ maxFragments: 0 }, /maxFragments/],
      [{ __proto__: null, constructor: 1 }, /unknown option constructor/],
    ];
    for (const [options, text] of wrong) {
      expect(() => listen(options)).toThrow(text);
      expect(() => serve(() => undefined, options)).toThrow(text);
      await expect(openServer(options)).rejects.toThrow(text);
    }
  });
});

describe('a server', () => {
  it('knows its address, URL and connections', async () => {
    const { server, accepted, client } = await startPair();
    expect(server.url).toBe(`ws://127.0.0.1:${(server.address as AddressInfo).port}`);
    expect([...server.connections]).toEqual([accepted]);
    expect(accepted).toMatchObject({ role: 'server', secure: false, subprotocol: undefined, extensions: [] });
    expect(accepted.request.target).toBe('/');
    expect(accepted.remoteAddress).toBe('127.0.0.1');
    client.close();
    await ended(accepted);
    expect(server.connections.size).toBe(0);
  });

  it('names a host that can be connected to when it listens on all', async () => {
    const server = await openServer({ port: 0 });
    afterTest(() => server.close());
    expect(server.url).toMatch(/^ws:\/\/localhost:\d+$/);
    await startClient(server.url);
  });

  it('chooses the first subprotocol of the client that it speaks', async () => {
    const { client, accepted } = await startPair(
      { subprotocols: ['c', 'b'] },
      { subprotocols: ['a', 'b', 'c'] },
    );
    expect([client.subprotocol, accepted.subprotocol]).toEqual(['b', 'b']);
  });

  it('keeps the failure of one connection from the others', async () => {
    const server = await startServer();
    const good = await openRaw(server.url);
    const bad = await openRaw(server.url);
    bad.send(3);
    expect(closeOf(await bad.next())[0]).toBe(1002);
    server.connections.forEach((connection) => connection.send('still here'));
    expect((await good.next()).payload.toString()).toBe('still here');
  });

  it('listens on a Unix socket, and leaves no file', async () => {
    const path = unixPath('a b.sock');
    const server = await openServer({ unixPath: path });
    expect(server.address).toBe(path);
    const client = await startClient(server.url);
    client.send('x');
    await client.flush();
    client.terminate();
    await server.close();
    expect(existsSync(path)).toBe(false);
  });
});

describe('close', () => {
  it('sends its code and reason, waits for all, and later calls wait for the first', async () => {
    const { server, client } = await startPair();
    const completed = collect(server.connections$);
    const first = server.close({ code: 1012, reason: 'restart' });
    expect(server.close()).toBe(first);
    await first;
    expect(await ended(client)).toMatchObject({ code: 1012, reason: 'restart', wasClean: true });
    expect(completed.done).toBe(true);
    expect(collect(server.rejections$).done).toBe(true);
    await server[Symbol.asyncDispose]();
  });

  it('destroys after graceMs those that do not answer', async () => {
    const clock = new VirtualTime();
    const server = await startServer({ scheduler: clock, closeTimeoutMs: 60_000, keepAlive: false });
    const peer = await openRaw(server.url);
    const closing = server.close({ graceMs: 500 });
    expect(closeOf(await peer.next())[0]).toBe(1001);
    expect(peer.closed).toBe(false);
    clock.pass(500);
    await closing;
    await peer.whenEnded();
    expect(clock.pending).toBe(0);
  });

  it('refuses wrong codes, reasons and times, and stays open', async () => {
    const { server, client } = await startPair();
    expect(() => server.close({ code: 1005 })).toThrow(RangeError);
    expect(() => server.close({ reason: 'x'.repeat(124) })).toThrow(RangeError);
    expect(() => server.close({ graceMs: -1 })).toThrow(/graceMs/);
    expect(() => server.close({ grace: 1 } as never)).toThrow(/graceMs/);
    expect(client.state).toBe('open');
  });

  it('does not wait for clients that have sent nothing, or half a request', async () => {
    const server = await startServer();
    const silent = await dialRaw(server.url);
    const half = await dialRaw(server.url);
    half.write(requestHead().slice(0, 50));
    await turns(20);
    await server.close();
    await Promise.all([silent.whenEnded(), half.whenEnded()]);
  });

  it('is safe from within connections$', async () => {
    const server = await startServer();
    let closing: Promise<void> | undefined;
    server.connections$.subscribe(() => {
      closing = server.close();
    });
    const peer = await openRaw(server.url);
    expect(closeOf(await peer.next())[0]).toBe(1001);
    peer.send(CLOSE, closeBody(1001));
    peer.stream.end();
    await closing;
  });

  it('closes with await using', async () => {
    let kept: Server;
    {
      await using server = await openServer(LOCAL);
      kept = server;
    }
    await expect(openConnection(kept.url)).rejects.toMatchObject({ phase: 'tcp' });
  });
});

describe('what connections$ subscribers do', () => {
  it('close, terminate and send from within are in order', async () => {
    const server = await startServer();
    let turn = 0;
    server.connections$.subscribe((connection) => {
      connection.send('first');
      if (turn === 0) connection.close(4000);
      else connection.terminate();
      turn++;
    });
    const closed = await openRaw(server.url);
    expect((await closed.next()).payload.toString()).toBe('first');
    expect(closeOf(await closed.next())[0]).toBe(4000);
    const destroyed = await dialRaw(server.url);
    destroyed.write(requestHead());
    await destroyed.whenEnded();
    await until(() => server.connections.size === 1);
  });
});

describe('openServer', () => {
  it('gives every connection to connections$ before it reads', async () => {
    const server = await startServer();
    const first: string[] = [];
    server.connections$.subscribe((connection) => {
      connection.messages$.subscribe(({ data }) => first.push(String(data)));
    });
    const client = owned(await openConnection(server.url));
    client.send('at once');
    await until(() => first.length === 1);
  });
});
