import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { firstValueFrom } from 'rxjs';
import { accept, type ClientOptions, reject, type ServerOptions } from '../../../src/index.js';
import { opensslNeed, selfSigned } from '../../support/certificate.js';
import { collect } from '../../support/collect.js';
import { afterTest, ended, startClient, startServer, watchResources } from '../../support/harness.js';
import { describeNeeds } from '../../support/skip.js';
import { until } from '../../support/turns.js';

watchResources();

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const SIZES = [0, 1, 125, 126, 65_535, 65_536, 1024 * 1024];

describeNeeds(opensslNeed(), 'a client over HTTP/2', () => {
  const certificate = selfSigned();
  const ca = { ca: certificate.cert };

  describe.each([
    ['over TLS', { tls: certificate }, { tls: ca, http2: true }],
    ['over TLS, alone', { tls: certificate }, { tls: ca, http2: 'only' }],
    ['without TLS, alone', {}, { http2: 'only' }],
  ] as [string, ServerOptions, ClientOptions][])('%s', (_, place, ask) => {
    it('exchanges messages of all sizes, compressed, and closes with its code', async () => {
      const server = await startServer({ ...place, http2: true, compression: true, subprotocols: ['chat'] });
      const arrival = firstValueFrom(server.connections$);
      const client = await startClient(`${server.url}/a?b=c`, { ...ask, subprotocols: ['chat'] });
      const accepted = await arrival;
      accepted.messages$.subscribe(accepted.outbox);
      const seen = collect(client.messages$);
      for (const size of SIZES) client.send(Buffer.alloc(size, size & 255));
      await until(() => seen.values.length === SIZES.length);
      expect(seen.values.map(({ data }) => data.length)).toEqual(SIZES);
      client.close(4000, 'done');
      expect(await ended(accepted)).toMatchObject({ code: 4000, reason: 'done', wasClean: true });
      expect(await ended(client)).toMatchObject({ code: 4000, wasClean: true });
    });

    it('answers a challenge by Digest, for the method that it asks with', async () => {
      const challenge = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256';
      const server = await startServer({
        ...place,
        http2: true,
        authorize: ({ headers, method, target }) => {
          const given = headers.get('authorization');
          const field = (name: string): string =>
            new RegExp(`${name}="?([^",]+)`).exec(given ?? '')?.[1] ?? '';
          const proof = [sha256('me:r:secret'), 'n', field('nc'), field('cnonce'), 'auth'];
          const right = sha256([...proof, sha256(`${method}:${target}`)].join(':'));
          return given !== undefined && field('response') === right
            ? accept()
            : reject(401, { headers: { 'WWW-Authenticate': challenge } });
        },
      });
      const auth = { username: 'me', password: 'secret' };
      const client = await startClient(`${server.url}/a?b=c`, { ...ask, auth });
      expect(client.request.method).toBe('CONNECT');
      expect(client.response.status).toBe(200);
    });

    it('says what it has asked, and with whom it speaks', async () => {
      const server = await startServer({ ...place, http2: true });
      const arrival = firstValueFrom(server.connections$);
      const client = await startClient(`${server.url}/a?b=c`, {
        ...ask,
        origin: server.url.replace('ws', 'http'),
        headers: { 'X-Mine': ['1', '2'] },
      });
      const accepted = await arrival;
      const { host } = new URL(server.url);
      expect(client).toMatchObject({
        secure: 'tls' in place,
        remoteAddress: '127.0.0.1',
        extensions: [],
        request: { method: 'CONNECT', target: '/a?b=c' },
        response: { status: 200 },
      });
      expect(client.request.headers.toRecord()).toEqual({
        host,
        'sec-websocket-version': '13',
        'sec-websocket-extensions': expect.stringContaining('permessage-deflate') as string,
        origin: server.url.replace('ws', 'http'),
        'x-mine': '1, 2',
      });
      expect(accepted.request.method).toBe('CONNECT');
      expect(accepted.request.headers.toRecord()).toEqual(client.request.headers.toRecord());
    });

    it('is told the code that the server closes with', async () => {
      const server = await startServer({ ...place, http2: true });
      server.connections$.subscribe((connection) => connection.close(4001, 'bye'));
      const client = await startClient(server.url, ask);
      expect(await ended(client)).toMatchObject({ code: 4001, reason: 'bye', wasClean: true });
    });

    it('ends with 1006 when it is reset, on either side', async () => {
      const server = await startServer({ ...place, http2: true });
      for (const side of ['client', 'server'] as const) {
        const arrival = firstValueFrom(server.connections$);
        const client = await startClient(server.url, ask);
        const accepted = await arrival;
        (side === 'client' ? client : accepted).terminate();
        expect(await ended(client)).toMatchObject({ code: 1006 });
        expect(await ended(accepted)).toMatchObject({ code: 1006 });
      }
    });

    it('is refused as the server refuses', async () => {
      const server = await startServer({
        ...place,
        http2: true,
        authorize: () => ({ accept: false, status: 403, headers: { 'X-Why': 'so' }, body: 'no' }),
      });
      const outcome = startClient(server.url, ask);
      await expect(outcome).rejects.toMatchObject({
        name: 'HandshakeError',
        phase: 'http',
        status: 403,
        headers: { 'x-why': 'so' },
        body: new Uint8Array(Buffer.from('no')),
      });
    });

    it('holds the server back while nobody takes messages, and loses none', async () => {
      const server = await startServer({ ...place, http2: true });
      const arrival = firstValueFrom(server.connections$);
      const client = await startClient(server.url, ask);
      const accepted = await arrival;
      const total = 64;
      for (let i = 0; i < total; i++) accepted.send(Buffer.alloc(65_536, i));
      await until(() => accepted.bufferedBytes > 0);
      const seen = collect(client.messages$);
      await until(() => seen.values.length === total);
      expect(seen.values.map(({ data }) => data[0])).toEqual(Array.from({ length: total }, (_, i) => i));
    });
  });

  describe('with a server of HTTP/1.1', () => {
    it('takes what the server has chosen by ALPN, on the same socket', async () => {
      const server = await startServer({ tls: certificate });
      const client = await startClient(server.url, { tls: ca, http2: true });
      expect(client.request.method).toBe('GET');
      expect(server.stats.accepted).toBe(1);
    });

    it('speaks it without TLS, where nothing is negotiated', async () => {
      const server = await startServer({ http2: true });
      const client = await startClient(server.url, { http2: true });
      expect(client.request.method).toBe('GET');
    });

    it('fails in the phase tls, or of HTTP without TLS, where it may speak nothing else', async () => {
      const secure = await startServer({ tls: certificate });
      await expect(startClient(secure.url, { tls: ca, http2: 'only' })).rejects.toMatchObject({
        name: 'HandshakeError',
        phase: 'tls',
      });
      const plain = await startServer();
      await expect(startClient(plain.url, { http2: 'only' })).rejects.toMatchObject({
        name: 'HandshakeError',
        phase: 'http',
      });
    });
  });

  describe('over streams that are given', () => {
    it('is negotiated in the TLS that is laid over a stream of the user', async () => {
      const server = await startServer({ tls: certificate, http2: true });
      const { hostname, port } = new URL(server.url);
      const client = await startClient('wss://localhost', {
        tls: ca,
        http2: true,
        dial: async () => {
          const socket = net.connect({ host: hostname, port: Number(port) });
          await once(socket, 'connect');
          return socket;
        },
      });
      expect(client.request.method).toBe('CONNECT');
      expect(client.request.headers.get('host')).toBe('localhost');
    });

    it('is what the TLS of the user has negotiated, be it on its way still', async () => {
      const server = await startServer({ tls: certificate, http2: true });
      const { hostname, port } = new URL(server.url);
      for (const [ALPNProtocols, method] of [
        [['h2'], 'CONNECT'],
        [['http/1.1'], 'GET'],
      ] as const) {
        const socket = tls.connect({
          host: hostname,
          port: Number(port),
          ...ca,
          ALPNProtocols: [...ALPNProtocols],
        });
        afterTest(() => socket.destroy());
        const client = await startClient(server.url, { socket, http2: true });
        expect(client.request.method).toBe(method);
      }
    });
  });

  it('keeps the process alive, unless it is told not to', async () => {
    const server = await startServer({ tls: certificate, http2: true });
    const sockets = (): number =>
      hostProcess.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const added: number[] = [];
    for (const unref of [false, true]) {
      const before = sockets();
      await startClient(server.url, { tls: ca, http2: 'only', unref });
      added.push(sockets() - before);
    }
    // The server's end always does.
    expect(added).toEqual([2, 1]);
  });
});
