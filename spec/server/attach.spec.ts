import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { attach } from '../../src/index.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { ended, startClient, watchResources } from '../support/harness.js';
import { dialRaw } from '../support/raw-peer.js';
import { describeNeeds } from '../support/skip.js';
import { turns, until } from '../support/turns.js';
import { bound, endpoint } from './attaching.js';
import { ask, replyTo, requestFor } from './requesting.js';

watchResources();

async function greeting(url: string, tls = {}): Promise<unknown> {
  const client = await startClient(url, { tls });
  const seen = collect(client.messages$);
  await until(() => seen.values.length === 1);
  return seen.values[0]!.data;
}

const hello: http.RequestListener = (request, response) => response.end(`plain ${request.url ?? ''}`);

describe('attach', () => {
  it('serves upgrades beside the requests of a server of node:http', async () => {
    const { server, url } = await bound(http.createServer(hello));
    const attached = endpoint(server, 'hi');
    expect(attached.url).toBe(url);
    expect(await greeting(`${url}/anywhere?x=1`)).toBe('hi');
    const response = await fetch(url.replace('ws:', 'http:'), { headers: { connection: 'close' } });
    expect(await response.text()).toBe('plain /');
  });

  it('may come before the server listens', async () => {
    const server = http.createServer(hello);
    const attached = endpoint(server, 'hi');
    expect([attached.url, attached.address]).toEqual(['', '']);
    const { url } = await bound(server);
    expect(attached.url).toBe(url);
    expect(await greeting(url)).toBe('hi');
  });

  it('puts several endpoints on one port, with one listener', async () => {
    const { server, url } = await bound(http.createServer(hello));
    endpoint(server, 'a', { path: '/a' });
    endpoint(server, 'room', { path: '/rooms/:room' });
    endpoint(server, 'lobby', { path: '/rooms/lobby' });
    endpoint(server, 'files', { path: '/files/*' });
    expect(server.listenerCount('upgrade')).toBe(1);
    expect(await greeting(`${url}/a`)).toBe('a');
    expect(await greeting(`${url}/rooms/b%20c?x`)).toBe('room');
    expect(await greeting(`${url}/rooms/lobby`)).toBe('lobby');
    expect(await greeting(`${url}/files/x/y`)).toBe('files');
    expect((await replyTo(url, requestFor('/rooms'))).status).toBe(404);
    endpoint(server, 'rest');
    expect(await greeting(`${url}/rooms`)).toBe('rest');
    expect(await greeting(`${url}/rooms/c`)).toBe('room');
  });

  it('gives authorize what the names in its path stand for', async () => {
    const { server, url } = await bound(http.createServer(hello));
    const params: unknown[] = [];
    endpoint(server, 'room', {
      path: '/:a/rooms/:room/*',
      authorize: (request) => {
        params.push({ ...request.params });
        return { accept: true };
      },
    });
    await greeting(`${url}/x/rooms/b%2Fc/d/e%20f?g=h`);
    expect(params).toEqual([{ a: 'x', room: 'b/c', '*': 'd/e%20f' }]);
  });

  it('refuses a path that is served already, until that endpoint has closed', async () => {
    const { server } = await bound(http.createServer(hello));
    const first = endpoint(server, 'a', { path: '/:x' });
    expect(() => attach(server, { path: '/:y' })).toThrow(/path "\/:y" is there twice/);
    endpoint(server, 'rest');
    expect(() => attach(server)).toThrow(/another endpoint serves every path/);
    await first.close();
    endpoint(server, 'b', { path: '/:y' });
  });

  it('tells the rejections of its own requests', async () => {
    const { server, url } = await bound(http.createServer(hello));
    const one = collect(endpoint(server, 'one', { path: '/one' }).rejections$);
    const two = collect(endpoint(server, 'two', { path: '/two' }).rejections$);
    await replyTo(url, requestFor('/one').replace('GET', 'POST'));
    await replyTo(url, requestFor('/two', ['Origin: http://evil.example']));
    expect([one, two].map(({ values }) => values.map(({ status }) => status))).toEqual([[405], [403]]);
  });

  it('closes its connections and leaves the server, which goes on', async () => {
    const { server, url } = await bound(http.createServer(hello));
    const attached = endpoint(server, 'a', { path: '/a' });
    endpoint(server, 'b', { path: '/b' });
    const [a, b] = [await startClient(`${url}/a`), await startClient(`${url}/b`)];
    await attached.close();
    expect(await ended(a)).toMatchObject({ code: 1001, wasClean: true });
    expect(b.state).toBe('open');
    expect(await greeting(`${url}/b`)).toBe('b');
    expect((await replyTo(url, requestFor('/a'))).status).toBe(404);
  });

  it('leaves no listener behind the last endpoint', async () => {
    const { server, url } = await bound(http.createServer(hello));
    await endpoint(server, 'a').close();
    expect(server.listenerCount('upgrade')).toBe(0);
    const peer = await dialRaw(url);
    peer.write(requestFor('/x', ['Connection: close']));
    await peer.whenEnded();
    expect(peer.head).toContain('plain /x');
  });

  it('lifts the idle timeout of the server from its connections', async () => {
    const { server, url } = await bound(http.createServer(hello));
    server.setTimeout(60_000);
    const sockets: net.Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    endpoint(server, 'a');
    await greeting(url);
    expect(sockets.map(({ timeout }) => timeout)).toEqual([0]);
  });

  it.each([[undefined], [{}], [net.createServer()], ['http']])(
    'refuses %p, which is no such server',
    (server) => {
      expect(() => attach(server as never)).toThrow(/attach takes a server of node:http/);
    },
  );

  it('refuses options of a server that listens', () => {
    for (const name of ['port', 'host', 'tls', 'server', 'backlog', 'statusPage']) {
      expect(() => attach(http.createServer(), { [name]: undefined })).toThrow(`unknown option ${name}`);
    }
  });
});

describe('unmatched', () => {
  it('is refused with 404 where nobody else listens', async () => {
    const { server, url } = await bound(http.createServer(hello));
    const rejections = collect(endpoint(server, 'a', { path: '/a' }).rejections$);
    const { status, headers, body } = await replyTo(url, requestFor('/b'));
    expect([status, headers.get('connection'), body]).toEqual([
      404,
      'close',
      'nothing is served at this path\n',
    ]);
    expect(rejections.values).toMatchObject([{ status: 404 }]);
  });

  for (const unmatched of [undefined, 'leave'] as const) {
    it(`is left to others that listen, with ${String(unmatched)}`, async () => {
      const { server, url } = await bound(http.createServer(hello));
      server.on('upgrade', (request, socket) => {
        if (request.url === '/other') socket.end('HTTP/1.1 418 other\r\nContent-Length: 0\r\n\r\n');
      });
      endpoint(server, 'a', { path: '/a', ...(unmatched && { unmatched }) });
      expect((await replyTo(url, requestFor('/other'))).status).toBe(418);
      expect(await greeting(`${url}/a`)).toBe('a');
    });
  }

  it('is left alone with leave, also where nobody listens', async () => {
    const { server, url } = await bound(http.createServer(hello));
    endpoint(server, 'a', { path: '/a', unmatched: 'leave' });
    const sockets: net.Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    const peer = await dialRaw(url);
    peer.write(requestFor('/b'));
    await turns(20);
    expect([peer.head, peer.ended]).toEqual(['', false]);
    for (const socket of sockets) socket.destroy();
  });

  it('is refused with 404 although others listen, if that is said', async () => {
    const { server, url } = await bound(http.createServer(hello));
    server.on('upgrade', () => undefined);
    endpoint(server, 'a', { path: '/a', unmatched: 404 });
    expect((await replyTo(url, requestFor('/b'))).status).toBe(404);
  });

  it('is decided by the endpoint that said so last', async () => {
    const { server, url } = await bound(http.createServer(hello));
    server.on('upgrade', (_, socket) => {
      if (!socket.writableEnded) socket.end('HTTP/1.1 418 other\r\nContent-Length: 0\r\n\r\n');
    });
    const first = endpoint(server, 'a', { path: '/a', unmatched: 'leave' });
    const second = endpoint(server, 'b', { path: '/b', unmatched: 404 });
    endpoint(server, 'c', { path: '/c' });
    await second.close();
    expect((await replyTo(url, requestFor('/x'))).status).toBe(418);
    await first.close();
  });
});

describeNeeds(opensslNeed(), 'attach, over TLS', () => {
  const certificate = selfSigned();

  it('serves upgrades on a server of node:https', async () => {
    const { server } = await bound(https.createServer(certificate, hello));
    const attached = endpoint(server, 'hi');
    expect(attached.url).toMatch(/^wss:/);
    expect(await greeting(attached.url, { ca: certificate.cert })).toBe('hi');
  });

  it('serves upgrades of HTTP/1.1 on a server of node:http2 that allows it', async () => {
    const { server } = await bound(http2.createSecureServer({ ...certificate, allowHTTP1: true }));
    const attached = endpoint(server, 'hi');
    expect(await greeting(attached.url, { ca: certificate.cert })).toBe('hi');
  });
});

describe('a peer of an attached endpoint', () => {
  it('may reset at any octet of its request, and the server goes on', async () => {
    const { server, url } = await bound(http.createServer(hello));
    endpoint(server, 'a', { path: '/a' });
    const text = requestFor('/a');
    for (let i = 0; i <= text.length; i += 7) {
      const peer = await dialRaw(url);
      peer.write(text.slice(0, i));
      await turns(i % 3);
      peer.reset();
    }
    expect(await greeting(`${url}/a`)).toBe('a');
  });

  it('may reset while it is refused', async () => {
    const { server, url } = await bound(http.createServer(hello));
    endpoint(server, 'a', { path: '/a' });
    for (let i = 0; i < 20; i++) {
      const peer = await dialRaw(url);
      peer.write(requestFor('/b'));
      if (i % 2 > 0) await turns(1);
      peer.reset();
    }
    const { peer, reply } = await ask(url, requestFor('/a'));
    expect(reply.status).toBe(101);
    peer.stream.destroy();
  });
});
