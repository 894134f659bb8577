import http2 from 'node:http2';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { type Connection, openConnection, openServer, type Server } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended } from '../support/harness.js';
import { RawPeer } from '../support/raw-peer.js';
import { describeNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';
import { BINARY, CLOSE, closeOf } from '../support/wire-frames.js';
import { askStream, connectFields, refusalOf } from '../server/http2/asking.js';
import { type Haproxy, HAPROXY, haproxy } from './haproxy.js';

const SIZES = [0, 1, 125, 126, 65_535, 65_536, 1024 * 1024];

describeNeeds(HAPROXY, 'behind haproxy', () => {
  let server: Server;
  let proxy: Haproxy;
  const connections: Connection[] = [];

  beforeAll(async () => {
    server = await openServer({
      host: '127.0.0.1',
      http2: true,
      subprotocols: ['chat'],
      compression: true,
      logger: {},
      authorize: ({ path }) =>
        path === '/no' ? { accept: false, status: 403, body: 'no' } : { accept: true },
    });
    server.connections$.subscribe((connection) => {
      connections.push(connection);
      if (connection.request.target === '/bye') connection.close(4001, 'bye');
      else connection.messages$.subscribe(connection.outbox);
    });
    proxy = await haproxy(new URL(server.url).host);
  }, 30_000);

  afterAll(async () => {
    await server.close({ graceMs: 100 });
    await proxy.close();
  }, 30_000);

  describe.each([
    ['a client of HTTP/1.1, HTTP/1.1 to the server', 'h1-h1', 'GET', false],
    ['a client of HTTP/1.1, HTTP/2 to the server', 'h1-h2', 'CONNECT', false],
    ['a client of HTTP/2, HTTP/1.1 to the server', 'h2-h1', 'GET', 'only'],
    ['a client of HTTP/2, HTTP/2 to the server', 'h2-h2', 'CONNECT', 'only'],
  ] as const)('%s', (_, way, method, choice) => {
    it('exchanges messages of all sizes, compressed, and closes with the code of the client', async () => {
      const client = await openConnection(`ws+unix:${proxy.paths[way]}`, {
        subprotocols: ['chat'],
        http2: choice,
        logger: {},
      });
      const mine = connections.at(-1)!;
      expect([mine.request.method, client.subprotocol, client.extensions]).toEqual([
        method,
        'chat',
        ['permessage-deflate'],
      ]);
      const seen = collect(client.messages$);
      for (const size of SIZES) client.send(Buffer.alloc(size, size & 255));
      await until(() => seen.values.length === SIZES.length);
      expect(seen.values.map(({ data }) => data.length)).toEqual(SIZES);
      client.close(4000, 'done');
      expect(await ended(mine)).toMatchObject({ code: 4000, reason: 'done', wasClean: true });
      expect(await ended(client)).toMatchObject({ code: 4000, wasClean: true });
    });

    it('is told the code that the server closes with', async () => {
      const client = await openConnection(`ws+unix:${proxy.paths[way]}:/bye`, { http2: choice, logger: {} });
      expect(await ended(client)).toMatchObject({ code: 4001, reason: 'bye', wasClean: true });
    });

    it('is refused as the server refuses', async () => {
      const outcome = openConnection(`ws+unix:${proxy.paths[way]}:/no`, { http2: choice, logger: {} });
      await expect(outcome).rejects.toMatchObject({ status: 403 });
    });
  });

  describe.each([
    ['HTTP/2 in front, HTTP/1.1 to the server', 'h2-h1', 'GET'],
    ['HTTP/2 in front, HTTP/2 to the server', 'h2-h2', 'CONNECT'],
  ] as const)('%s', (_, way, method) => {
    let session: http2.ClientHttp2Session;

    beforeAll(async () => {
      const path = proxy.paths[way];
      session = http2.connect('http://127.0.0.1', { createConnection: (): Duplex => net.connect({ path }) });
      let known = false;
      session.once('remoteSettings', () => (known = true));
      await until(() => known);
    });

    afterAll(() => {
      session.destroy();
    });

    it('exchanges messages of all sizes, and closes with the code of the client', async () => {
      const { stream, status } = await askStream(
        session,
        connectFields(session, '/', { ':authority': 'localhost' }),
      );
      expect(status).toBe(200);
      const mine = connections.at(-1)!;
      expect(mine.request.method).toBe(method);
      expect(mine.request.headers.get('host')).toBe('localhost');
      const peer = new RawPeer(stream, 'client', true);
      for (const size of SIZES) {
        peer.send(BINARY, Buffer.alloc(size, 7));
        expect((await peer.nextButPing()).payload).toHaveLength(size);
      }
      peer.send(CLOSE, Buffer.of(15, 160));
      expect(closeOf(await peer.nextButPing())).toEqual([4000, '']);
      stream.end();
      expect(await ended(mine)).toMatchObject({ code: 4000, wasClean: true });
      await peer.whenClosed();
    });

    it('is refused as the server refuses', async () => {
      const fields = connectFields(session, '/no', { ':authority': 'localhost' });
      // haproxy leaves the text out.
      expect((await refusalOf(session, fields)).status).toBe(403);
    });

    it('ends the connection when the client resets its stream', async () => {
      const { stream } = await askStream(session, connectFields(session, '/', { ':authority': 'localhost' }));
      const mine = connections.at(-1)!;
      stream.close(http2.constants.NGHTTP2_CANCEL);
      expect(await ended(mine)).toMatchObject({ code: 1006, initiator: 'transport' });
    });
  });
});
