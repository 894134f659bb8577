import { getEventListeners } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { NEVER } from 'rxjs';
import { attach, listen, openServer, serve, upgrade } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, startClient, watchResources } from '../support/harness.js';
import { dialRaw, openRaw } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { CLOSE, closeOf } from '../support/wire-frames.js';
import { replyOf, requestFor } from './requesting.js';

watchResources();

const HOST = { host: '127.0.0.1', logger: {} };

function abortable(): { signal: AbortSignal; abort: () => void; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  return {
    signal,
    abort: () => {
      controller.abort(new Error('enough'));
    },
    listeners: () => getEventListeners(signal, 'abort').length,
  };
}

async function bound(server: net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => server.close());
  return `ws://127.0.0.1:${String((server.address() as net.AddressInfo).port)}`;
}

describe('signal', () => {
  it.each([
    ['listen', (signal: AbortSignal) => listen({ ...HOST, signal })],
    ['serve', (signal: AbortSignal) => serve(() => NEVER, { ...HOST, signal })],
  ])('closes the server of %s, which completes', async (_, start) => {
    const { signal, abort, listeners } = abortable();
    const running = collect(start(signal));
    await until(() => running.values.length === 1);
    const client = await startClient(running.values[0]!.url);
    abort();
    expect(await ended(client)).toMatchObject({ code: 1001, wasClean: true });
    await until(() => running.done);
    expect([running.error, listeners()]).toEqual([undefined, 0]);
  });

  it('closes the server of openServer, and is let go of by one that was closed', async () => {
    const { signal, abort, listeners } = abortable();
    const [one, other] = [await openServer({ ...HOST, signal }), await openServer({ ...HOST, signal })];
    expect(listeners()).toBe(1);
    await one.close();
    expect(listeners()).toBe(1);
    const client = await startClient(other.url);
    abort();
    expect(await ended(client)).toMatchObject({ code: 1001 });
    await other.close();
    await expect(startClient(other.url)).rejects.toThrow();
    expect(listeners()).toBe(0);
  });

  it('that has aborted before lets nothing be bound, and is the error', async () => {
    const signal = AbortSignal.abort(new Error('before'));
    await expect(openServer({ ...HOST, signal })).rejects.toThrow('before');
    const running = collect(listen({ ...HOST, signal }));
    await until(() => running.error !== undefined);
    expect(running).toMatchObject({ values: [], error: new Error('before') });
  });

  it('that aborts while the server is being bound is the error, and nothing is left', async () => {
    const { signal, abort, listeners } = abortable();
    const opening = openServer({ ...HOST, signal });
    abort();
    await expect(opening).rejects.toThrow('enough');
    expect(listeners()).toBe(0);
  });

  it('is let go of where the server could not be bound, or is not wanted any more', async () => {
    const { signal, listeners } = abortable();
    const taken = await bound(net.createServer());
    const port = Number(new URL(taken).port);
    await expect(openServer({ ...HOST, port, signal })).rejects.toThrow('EADDRINUSE');
    const subscription = listen({ ...HOST, signal }).subscribe();
    await until(() => listeners() === 1);
    subscription.unsubscribe();
    await until(() => listeners() === 0);
  });

  it('closes what is attached, and leaves the HTTP server as it is', async () => {
    const { signal, abort, listeners } = abortable();
    const web = http.createServer((_, response) => response.end('still here'));
    const url = await bound(web);
    const endpoint = attach(web, { signal });
    const client = await startClient(endpoint.url);
    abort();
    expect(await ended(client)).toMatchObject({ code: 1001 });
    await endpoint.close();
    const answer = await fetch(url.replace('ws:', 'http:'), { headers: { connection: 'close' } });
    expect(await answer.text()).toBe('still here');
    expect([web.listenerCount('upgrade'), listeners()]).toEqual([0, 0]);
    const late = attach(web, { signal });
    expect(web.listenerCount('upgrade')).toBe(0);
    await late.close();
  });

  it('closes what was upgraded, refuses what waits, and has one listener for all of them', async () => {
    const { signal, abort, listeners } = abortable();
    const options = {
      signal,
      logger: {},
      authorize: ({ path }: { path: string }) => (path === '/' ? { accept: true as const } : NEVER),
    };
    const web = http.createServer();
    web.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      upgrade(request, socket, head, options);
    });
    const url = await bound(web);
    const [one, other] = [await openRaw(url), await openRaw(url)];
    const waiting = await dialRaw(url);
    waiting.write(requestFor('/wait'));
    await turns(20);
    expect(listeners()).toBe(1);
    abort();
    expect((await replyOf(waiting)).status).toBe(503);
    for (const peer of [one, other]) {
      expect(closeOf(await peer.next())[0]).toBe(1001);
      peer.send(CLOSE, Buffer.from([3, 233]));
      await peer.whenEnded();
      peer.stream.end();
    }
    const late = await dialRaw(url);
    late.write(requestFor('/'));
    expect((await replyOf(late)).status).toBe(503);
    await until(() => listeners() === 0);
  });

  it('has no listener while nobody is there who was upgraded', async () => {
    const { signal, abort, listeners } = abortable();
    const options = { signal, role: 'server', logger: {} } as const;
    const results: boolean[] = [];
    const url = await bound(
      net.createServer((socket) =>
        upgrade(socket, options).subscribe({ complete: () => results.push(true) }),
      ),
    );
    expect(listeners()).toBe(0);
    const refused = await dialRaw(url);
    refused.write('nonsense\r\n\r\n');
    expect((await replyOf(refused)).status).toBe(400);
    const open = await openRaw(url);
    const silent = await dialRaw(url);
    await turns(20);
    expect(listeners()).toBe(1);
    open.stream.destroy();
    await turns(20);
    abort();
    await silent.whenEnded();
    await until(() => results.length === 3 && listeners() === 0);
  });

  it.each([[{}], ['abort'], [null], [true]])('refuses %j', async (signal) => {
    await expect(openServer({ ...HOST, signal } as never)).rejects.toThrow('option signal');
  });
});
