import http2, { type Http2Server } from 'node:http2';
import { opensslNeed, selfSigned } from '../../support/certificate.js';
import { collect } from '../../support/collect.js';
import { startClient, watchResources } from '../../support/harness.js';
import { describeNeeds } from '../../support/skip.js';
import { until } from '../../support/turns.js';
import { CLOSE, closeOf, TEXT } from '../../support/wire-frames.js';
import { bound, endpoint } from '../attaching.js';
import { askStream, connectFields, openStream, refusalOf, startSession } from './asking.js';

watchResources();

/** What an endpoint says to a stream. */
async function greeting(session: http2.ClientHttp2Session, target: string): Promise<string> {
  const { peer, stream } = await openStream(session, target);
  const frame = await peer.next();
  stream.close(http2.constants.NGHTTP2_CANCEL);
  return frame.payload.toString();
}

/** The status and text of an ordinary request. */
async function get(session: http2.ClientHttp2Session, path: string): Promise<[number, string]> {
  const { status, text } = await refusalOf(session, { ':path': path }, { endStream: true });
  return [status, text];
}

const plain = (server: Http2Server): Http2Server =>
  server.on('request', (request, response) => response.end(`plain ${request.url}`));

describe('attach, on a server of node:http2', () => {
  it('serves extended CONNECTs beside those who listen for requests', async () => {
    const { server, url } = await bound(plain(http2.createServer()));
    const attached = endpoint(server, 'hi');
    const session = await startSession(url);
    expect(session.remoteSettings.enableConnectProtocol).toBe(true);
    const { peer, stream, fields } = await openStream(session, '/anywhere?x=1');
    expect(fields).toMatchObject({ ':status': 200 });
    expect(Object.keys(fields)).not.toContain('sec-websocket-accept');
    expect((await peer.next()).payload.toString()).toBe('hi');
    expect(await get(session, '/page')).toEqual([200, 'plain /page']);
    peer.send(CLOSE, Buffer.of(3, 232));
    expect(closeOf(await peer.next())).toEqual([1000, '']);
    stream.end();
    await peer.whenClosed();
    await until(() => attached.connections.size === 0);
  });

  it('keeps its streams from those who listen for streams', async () => {
    const seen: unknown[] = [];
    const { server, url } = await bound(http2.createServer());
    server.on('stream', (stream, headers) => {
      seen.push(headers[':path']);
      stream.respond({ ':status': 200 });
      stream.end('a stream');
    });
    endpoint(server, 'hi');
    const session = await startSession(url);
    expect(await greeting(session, '/ws')).toBe('hi');
    expect(await get(session, '/page')).toEqual([200, 'a stream']);
    expect(seen).toEqual(['/page']);
  });

  it('serves many connections in one session, each with its own target', async () => {
    const { server, url } = await bound(plain(http2.createServer()));
    const attached = endpoint(server, 'hi');
    const session = await startSession(url);
    const opened = await Promise.all(Array.from({ length: 50 }, (_, i) => openStream(session, `/${i}`)));
    for (const { peer } of opened) expect((await peer.next()).payload.toString()).toBe('hi');
    expect(new Set([...attached.connections].map(({ request }) => request.target)).size).toBe(50);
  });

  it('puts several endpoints on one server, by path', async () => {
    const { server, url } = await bound(plain(http2.createServer()));
    const params: unknown[] = [];
    endpoint(server, 'a', { path: '/a' });
    endpoint(server, 'room', {
      path: '/rooms/:room',
      authorize: (request) => {
        params.push({ ...request.params });
        return { accept: true };
      },
    });
    const session = await startSession(url);
    expect(await greeting(session, '/a?b')).toBe('a');
    expect(await greeting(session, '/rooms/b%20c')).toBe('room');
    expect(params).toEqual([{ room: 'b c' }]);
    expect(await refusalOf(session, connectFields(session, '/b'))).toMatchObject({
      status: 404,
      text: 'nothing is served at this path\n',
    });
  });

  it.each([
    ['refused with 404 where nobody else wants them', undefined, false, 404],
    ['left to who listens for streams', undefined, true, 299],
    ['refused all the same with 404 as unmatched', 404, true, 404],
    ["left, and answered by Node, with 'leave' as unmatched", 'leave', false, 405],
    ["left with 'leave' as unmatched", 'leave', true, 299],
  ] as const)('has those of other paths %s', async (_, unmatched, listens, status) => {
    const { server, url } = await bound(listens ? http2.createServer() : plain(http2.createServer()));
    if (listens) {
      server.on('stream', (stream, headers) => {
        if (headers[':method'] !== 'CONNECT') return;
        stream.respond({ ':status': 299 });
        stream.end();
      });
    }
    endpoint(server, 'a', { path: '/a', ...(unmatched !== undefined && { unmatched }) });
    const session = await startSession(url);
    const reply = await askStream(session, connectFields(session, '/b'));
    expect(reply.status).toBe(status);
  });

  it('refuses what is left to nobody', async () => {
    const { server, url } = await bound(http2.createServer());
    endpoint(server, 'a', { path: '/a', unmatched: 'leave' });
    const session = await startSession(url);
    expect((await refusalOf(session, connectFields(session, '/b'))).status).toBe(404);
  });

  it('serves what comes in sessions that begin after it, on a server that listens already', async () => {
    const { server, url } = await bound(plain(http2.createServer()));
    const before = await startSession(url);
    endpoint(server, 'hi');
    const after = await startSession(url);
    expect(before.remoteSettings.enableConnectProtocol).toBe(false);
    expect((await refusalOf(before, connectFields(before, '/'))).code).toBe(
      http2.constants.NGHTTP2_PROTOCOL_ERROR,
    );
    expect(await get(before, '/')).toEqual([200, 'plain /']);
    expect(await greeting(after, '/')).toBe('hi');
  });

  it('closes its connections and leaves the server and its sessions, which go on', async () => {
    const { server, url } = await bound(plain(http2.createServer()));
    const first = endpoint(server, 'a', { path: '/a' });
    endpoint(server, 'b', { path: '/b' });
    const session = await startSession(url);
    const { peer, stream } = await openStream(session, '/a');
    expect((await peer.next()).opcode).toBe(TEXT);
    const closed = first.close();
    expect(closeOf(await peer.next())).toEqual([1001, '']);
    peer.send(CLOSE, Buffer.of(3, 233));
    stream.end();
    await closed;
    expect(await greeting(session, '/b')).toBe('b');
    expect((await refusalOf(session, connectFields(session, '/a'))).status).toBe(404);
    expect(await get(session, '/')).toEqual([200, 'plain /']);
  });

  it('leaves every stream alone when its last endpoint has closed', async () => {
    const { server, url } = await bound(plain(http2.createServer()));
    const attached = endpoint(server, 'a');
    const session = await startSession(url);
    expect(await greeting(session, '/')).toBe('a');
    await attached.close();
    // Node answers, and leaves the other side to the client.
    expect((await askStream(session, connectFields(session, '/'))).status).toBe(405);
  });
});

describeNeeds(opensslNeed(), 'attach, on a secure server of node:http2', () => {
  const certificate = selfSigned();
  const tls = { ca: certificate.cert };

  it('serves extended CONNECTs', async () => {
    const { server } = await bound(http2.createSecureServer(certificate));
    const attached = endpoint(server, 'hi');
    expect(attached.url).toMatch(/^wss:/);
    const session = await startSession(attached.url, tls);
    const arrived = collect(attached.connections$);
    expect(await greeting(session, '/')).toBe('hi');
    expect(arrived.values[0]).toMatchObject({ secure: true });
  });

  it('serves upgrades of HTTP/1.1 too, where that is allowed', async () => {
    const { server } = await bound(http2.createSecureServer({ ...certificate, allowHTTP1: true }));
    const attached = endpoint(server, 'hi');
    const arrived = collect(attached.connections$);
    const session = await startSession(attached.url, tls);
    expect(await greeting(session, '/')).toBe('hi');
    const client = await startClient(attached.url, { tls });
    const seen = collect(client.messages$);
    await until(() => seen.values.length === 1);
    expect(arrived.values.map(({ request, response }) => [request.method, response.status])).toEqual([
      ['CONNECT', 200],
      ['GET', 101],
    ]);
  });
});
