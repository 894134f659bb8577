import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import { Observable } from 'rxjs';
import { listen, reject } from '../../../src/index.js';
import { opensslNeed, selfSigned } from '../../support/certificate.js';
import { collect } from '../../support/collect.js';
import { startClient, startServer, watchResources } from '../../support/harness.js';
import { dialRaw } from '../../support/raw-peer.js';
import { describeNeeds } from '../../support/skip.js';
import { turns, until } from '../../support/turns.js';
import { CLOSE, closeOf, TEXT } from '../../support/wire-frames.js';
import { replyTo, requestFor } from '../requesting.js';
import { connectFields, openStream, refusalOf, startSession } from './asking.js';

watchResources();

const PLACES = [
  ['without TLS', {}],
  ...(opensslNeed().available ? ([['over TLS', { tls: selfSigned() }]] as const) : []),
] as const;

describeNeeds(opensslNeed(), 'listen with http2, over TLS and without', () => {
  describe.each(PLACES)('%s', (_, place) => {
    const ca = 'tls' in place ? { ca: place.tls.cert } : {};

    it('serves HTTP/2 and HTTP/1.1 on one port', async () => {
      const server = await startServer({ ...place, http2: true });
      server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
      const session = await startSession(server.url, ca);
      const { peer, stream } = await openStream(session, '/a');
      peer.send(TEXT, 'over 2');
      expect((await peer.next()).payload.toString()).toBe('over 2');
      const client = await startClient(`${server.url}/b`, { tls: ca });
      const seen = collect(client.messages$);
      client.send('over 1');
      await until(() => seen.values.length === 1);
      expect(seen.values[0]!.data).toBe('over 1');
      expect([...server.connections].map(({ request }) => `${request.method} ${request.target}`)).toEqual([
        'CONNECT /a',
        'GET /b',
      ]);
      stream.close(http2.constants.NGHTTP2_CANCEL);
    });

    it('tells of a connection what it is', async () => {
      const server = await startServer({ ...place, http2: true, subprotocols: ['chat'] });
      const session = await startSession(server.url, ca);
      const { fields, stream } = await openStream(session, '/x?y=z', {
        'sec-websocket-protocol': 'chat',
        'x-mine': 'kept',
      });
      const [connection] = [...server.connections];
      expect(fields['sec-websocket-protocol']).toBe('chat');
      expect(connection).toMatchObject({
        secure: 'tls' in place,
        remoteAddress: '127.0.0.1',
        localAddress: '127.0.0.1',
        subprotocol: 'chat',
        request: { method: 'CONNECT', target: '/x?y=z' },
        response: { status: 200 },
      });
      const { headers } = connection!.request;
      expect(headers.toRecord()).toEqual({
        host: new URL(server.url).host,
        'sec-websocket-version': '13',
        'sec-websocket-protocol': 'chat',
        'x-mine': 'kept',
      });
      expect(connection!.response.headers.toRecord()).toEqual({ 'sec-websocket-protocol': 'chat' });
      stream.close(http2.constants.NGHTTP2_CANCEL);
    });

    it('may be reset at any octet of what it is told first', async () => {
      const server = await startServer({ ...place, http2: true });
      const begun = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
      for (const octets of [Buffer.from(requestFor('/')), begun]) {
        for (let i = 0; i <= octets.length; i += 3) {
          const { hostname, port } = new URL(server.url);
          const to = { host: hostname, port: Number(port), noDelay: true };
          const secure = 'tls' in place && i % 2 > 0;
          const ALPNProtocols = [octets === begun ? 'h2' : 'http/1.1'];
          let ready = false;
          const onReady = (): void => void (ready = true);
          const socket = secure
            ? tls.connect({ ...to, rejectUnauthorized: false, ALPNProtocols }, onReady)
            : net.connect(to, onReady);
          socket.on('error', () => undefined);
          await until(() => ready);
          socket.write(octets.subarray(0, i));
          await turns(i % 4);
          if (secure) socket.destroy();
          else socket.resetAndDestroy();
        }
      }
      const session = await startSession(server.url, ca);
      await openStream(session, '/');
      session.destroy();
      await until(() => server.connections.size === 0);
    });

    it('closes with GOAWAY, and the connections in order', async () => {
      const server = await startServer({ ...place, http2: true });
      const session = await startSession(server.url, ca);
      const goaway = collect<number>(
        new Observable((subscriber) => void session.on('goaway', (code) => subscriber.next(code))),
      );
      const opened = [await openStream(session, '/a'), await openStream(session, '/b')];
      const closed = server.close();
      for (const { peer, stream } of opened) {
        expect(closeOf(await peer.next())).toEqual([1001, '']);
        peer.send(CLOSE, Buffer.of(3, 233));
        stream.end();
      }
      await closed;
      await until(() => session.destroyed);
      expect(goaway.values[0]).toBe(http2.constants.NGHTTP2_NO_ERROR);
    });

    it('says 503 to those who wait for authorize when it closes, and what it had said before', async () => {
      for (const [status, decide] of [
        [503, () => new Promise<never>(() => undefined)],
        [401, () => reject(401)],
      ] as const) {
        let asked = false;
        const authorize = (): ReturnType<typeof decide> => {
          asked = true;
          if (status === 401) void server.close();
          return decide();
        };
        const server = await startServer({ ...place, http2: true, authorize });
        const session = await startSession(server.url, ca);
        const refused = refusalOf(session, connectFields(session, '/'));
        await until(() => asked);
        await server.close();
        expect(await refused).toMatchObject({ status, code: 0 });
      }
    });
  });
});

describe('listen with http2', () => {
  it('closes a session with GOAWAY in which nobody asks for a WebSocket in time', async () => {
    const server = await startServer({ http2: true, handshakeTimeoutMs: 50, dropTimeoutMs: 50 });
    const session = await startSession(server.url);
    await until(() => session.destroyed, 'the session is closed');
    const peer = await dialRaw(server.url);
    peer.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await peer.whenEnded();
    const silent = await dialRaw(server.url);
    await silent.whenEnded();
  });

  it('answers an unfinished request of HTTP/1.1 with 408', async () => {
    const server = await startServer({ http2: true, handshakeTimeoutMs: 50 });
    expect((await replyTo(server.url, requestFor('/').slice(0, 20))).status).toBe(408);
  });

  it.each([
    ['a whole request', requestFor('/'), 101],
    ['a POST, which begins as HTTP/2 does', requestFor('/').replace('GET', 'POST'), 405],
    ['a method that begins as HTTP/2 does', requestFor('/').replace('GET', 'PROPFIND'), 405],
    ['no HTTP', 'PRX * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ])('tells HTTP/1.1 from HTTP/2 where octets come one by one: %s', async (_, text, status) => {
    const server = await startServer({ http2: true });
    const { hostname, port } = new URL(server.url);
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
    let answer = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    for (const octet of text) {
      socket.write(octet, 'latin1');
      await until(() => socket.writableLength === 0);
    }
    await until(() => answer.includes('\r\n\r\n'));
    expect(Number(answer.split(' ')[1])).toBe(status);
    socket.destroy();
    await until(() => server.connections.size === 0);
  });

  it('bounds the sockets that ask for nothing', async () => {
    const server = await startServer({ http2: true, maxPendingHandshakes: 3 });
    const session = await startSession(server.url);
    const idle = [session, await startSession(server.url), await startSession(server.url)];
    const fourth = await dialRaw(server.url);
    await fourth.whenEnded();
    // One that has a WebSocket does not count any more.
    await openStream(session, '/');
    await openStream(await startSession(server.url), '/');
    expect(idle.map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
    expect(server.connections.size).toBe(2);
  });

  it.each([
    ['a GET', { ':path': '/' }, 'the method is "GET", expected CONNECT with the :protocol "websocket"\n'],
    ['a HEAD', { ':path': '/', ':method': 'HEAD' }, ''],
    [
      'a POST',
      { ':path': '/', ':method': 'POST' },
      'the method is "POST", expected CONNECT with the :protocol "websocket"\n',
    ],
  ])('refuses what is no WebSocket with 405, and names CONNECT: %s', async (_, asked, text) => {
    const server = await startServer({ http2: true });
    const rejections = collect(server.rejections$);
    const session = await startSession(server.url);
    const refusal = await refusalOf(session, asked, { endStream: true });
    expect(refusal).toMatchObject({ status: 405, text });
    expect(refusal.fields).toMatchObject({ allow: 'CONNECT' });
    expect(rejections.values.map((error) => error.status)).toEqual([405]);
    await openStream(session, '/');
  });

  it('refuses a CONNECT that asks for a tunnel with 400', async () => {
    const server = await startServer({ http2: true });
    const session = await startSession(server.url);
    const refusal = await refusalOf(session, { ':method': 'CONNECT', ':authority': 'example.com:80' });
    expect(refusal).toMatchObject({
      status: 400,
      text: 'the request is no extended CONNECT for a WebSocket\n',
    });
    await openStream(session, '/');
  });

  it('shows the status page over HTTP/2, too', async () => {
    const server = await startServer({ http2: true, statusPage: true });
    const session = await startSession(server.url);
    const page = await refusalOf(session, { ':path': '/' }, { endStream: true });
    expect(page.status).toBe(200);
    expect(page.text).toMatch(/<title>rxwire<\/title>/);
    expect(page.fields['content-type']).toBe('text/html; charset=utf-8');
    const head = await refusalOf(session, { ':path': '/', ':method': 'HEAD' }, { endStream: true });
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('destroys at its end those who do not leave', async () => {
    const server = await startServer({ http2: true, closeTimeoutMs: 50 });
    const session = await startSession(server.url);
    const { stream } = await openStream(session, '/');
    stream.pause();
    await server.close();
    await until(() => session.destroyed);
  });

  it('refuses options that do not go together', () => {
    const server = net.createServer();
    expect(() => listen({ server, http2: true })).toThrow(/options server and http2 are both given/);
    expect(() => listen({ http2: 1 as never })).toThrow(/option http2 is 1/);
  });
});
