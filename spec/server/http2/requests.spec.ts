import http2 from 'node:http2';
import { attach, type Connection, type Server, type ServerOptions } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { afterTest, startServer, watchResources } from '../../support/harness.js';
import { until } from '../../support/turns.js';
import { connectFields, openStream, refusalOf, startSession } from './asking.js';
import { CONNECT, dialHttp2, END_STREAM, type Fields } from './raw-http2.js';

watchResources();

/** A server of our own, and one that we are attached to: both say the same. */
const SERVERS: readonly [string, (options?: ServerOptions) => Promise<{ server: Server; url: string }>][] = [
  [
    'listen',
    async (options = {}) => {
      const server = await startServer({ ...options, http2: true });
      return { server, url: server.url };
    },
  ],
  [
    'attach',
    async (options = {}) => {
      const below = http2.createServer((request, response) => response.end(request.url));
      const sessions = new Set<http2.Http2Session>();
      below.on('session', (session) => sessions.add(session));
      const server = attach(below, { logger: {}, ...options });
      await new Promise<void>((resolve) => below.listen(0, '127.0.0.1', resolve));
      afterTest(async () => {
        for (const connection of server.connections) connection.terminate();
        await server.close();
        for (const session of sessions) session.destroy();
        await new Promise((resolve) => below.close(resolve));
      });
      return { server, url: server.url };
    },
  ],
];

const PROTOCOL_ERROR = http2.constants.NGHTTP2_PROTOCOL_ERROR;

describe.each(SERVERS)('an extended CONNECT, to a server by %s', (_, start) => {
  type Change = Readonly<Record<string, string | string[] | undefined>>;

  it.each<[string, number, string, Change]>([
    [
      'a protocol in the wrong case',
      501,
      ':protocol is "WebSocket", expected "websocket"',
      { ':protocol': 'WebSocket' },
    ],
    [
      'no version',
      400,
      'Sec-WebSocket-Version is missing, expected 13',
      { 'sec-websocket-version': undefined },
    ],
    ['version 8', 400, 'Sec-WebSocket-Version is 8, expected 13', { 'sec-websocket-version': '8' }],
    ['version 14', 400, 'Sec-WebSocket-Version is 14, expected 13', { 'sec-websocket-version': '14' }],
    [
      'two versions',
      400,
      'Sec-WebSocket-Version is there more than once, expected one',
      { 'sec-websocket-version': ['13', '13'] },
    ],
    ['another scheme', 400, ':scheme is neither "https" nor "http"', { ':scheme': 'ws' }],
    [
      'a Host that is not :authority',
      400,
      'Host is there more than once, or is not what :authority is',
      { host: 'elsewhere' },
    ],
    ['an :authority that is no host', 400, ':authority is missing or malformed', { ':authority': 'a:b' }],
    ['a Content-Length', 400, 'the request has a Content-Length, expected none', { 'content-length': '5' }],
    [
      'subprotocols that are no tokens',
      400,
      'Sec-WebSocket-Protocol is malformed, expected tokens, each once',
      { 'sec-websocket-protocol': 'a b' },
    ],
    [
      'an origin of another host',
      403,
      'the origin "http://evil.example" is not one of those that the option "origins" allows',
      { origin: 'http://evil.example' },
    ],
  ])('is refused with %s: %i', async (_name, status, text, change) => {
    const { server, url } = await start();
    const rejections = collect(server.rejections$);
    const session = await startSession(url);
    const refusal = await refusalOf(session, connectFields(session, '/', change));
    expect(refusal).toMatchObject({ status, text: `${text}\n`, code: 0 });
    expect(refusal.fields['content-type']).toBe('text/plain; charset=utf-8');
    expect(rejections.values.map((error) => error.status)).toEqual([status]);
    await openStream(session, '/');
  });

  it('is refused with 400 when it ends the stream', async () => {
    const { url } = await start();
    const session = await startSession(url);
    const refusal = await refusalOf(session, connectFields(session, '/'), { endStream: true });
    expect(refusal).toMatchObject({
      status: 400,
      text: 'the client has ended its side of the stream already\n',
    });
    await openStream(session, '/');
  });

  it('is refused with 431 with more than 128 header fields', async () => {
    const { url } = await start();
    const session = await startSession(url);
    const many = Object.fromEntries(Array.from({ length: 121 }, (_x, i) => [`x-${i}`, 'y']));
    await openStream(session, '/', many);
    const more = Object.fromEntries(Array.from({ length: 127 }, (_x, i) => [`x-${i}`, 'y']));
    const { status, code } = await refusalOf(session, connectFields(session, '/', more));
    // A server of Node's own counts to 128 itself.
    expect([431, 0]).toContain(status);
    if (status === 0) expect(code).toBe(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    await openStream(session, '/');
  });

  it.each<[string, Change]>([
    ['a key', { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }],
    ['a key that is none', { 'sec-websocket-key': 'x' }],
    ['https as its scheme, without TLS', { ':scheme': 'https' }],
    ['a Host that is :authority', { host: 'example.com', ':authority': 'example.com' }],
    ['its own origin', { ':authority': 'example.com', origin: 'http://example.com' }],
  ])('is accepted with %s', async (_name, change) => {
    const { url } = await start();
    const session = await startSession(url);
    const { fields } = await openStream(session, '/', change);
    expect(Object.keys(fields)).not.toContain('sec-websocket-accept');
    expect(Object.keys(fields)).not.toContain('upgrade');
  });

  const without = (name: string): Fields => CONNECT.filter(([field]) => field !== name);
  it.each<[string, Fields]>([
    ['without :scheme', without(':scheme')],
    ['without :path', without(':path')],
    ['without :authority', without(':authority')],
    ['with :protocol twice', [CONNECT[1]!, ...CONNECT]],
    ['with a method that is not CONNECT', [[':method', 'GET'], ...CONNECT.slice(1)]],
    ['with Connection', [...CONNECT, ['connection', 'upgrade']]],
    ['with Upgrade', [...CONNECT, ['upgrade', 'websocket']]],
    ['with Transfer-Encoding', [...CONNECT, ['transfer-encoding', 'chunked']]],
    ['with a name in upper case', [...CONNECT, ['X-Upper', 'y']]],
    ['with an :authority that is none', [...without(':authority'), [':authority', 'a b']]],
  ])('has its stream reset, and no more, %s', async (_name, fields) => {
    const { server, url } = await start();
    const client = await dialHttp2(url);
    client.ask(1, fields);
    expect(await client.verdict(1)).toBe(`reset with ${PROTOCOL_ERROR}`);
    client.ask(3);
    expect(await client.verdict(3)).toBe('open');
    expect(server.connections.size).toBe(1);
  });

  it.each(['a\nb', 'a\rb', 'a\0b', 'a\r\nhost: c'])(
    'loses a field with the value %j, as Node has it',
    async (value) => {
      const { server, url } = await start();
      const client = await dialHttp2(url);
      client.ask(1, [...CONNECT, ['x', value], ['y', 'z']]);
      expect(await client.verdict(1)).toBe('open');
      const [connection] = [...server.connections];
      const { target, headers } = connection!.request;
      expect([target, headers.toRecord()]).toEqual([
        '/',
        { host: '127.0.0.1', 'sec-websocket-version': '13', y: 'z' },
      ]);
    },
  );

  it('has a stream that is not for a WebSocket answered as what it is', async () => {
    const { server, url } = await start();
    const client = await dialHttp2(url);
    client.ask(1, [
      [':method', 'CONNECT'],
      [':authority', '127.0.0.1:1'],
    ]);
    expect(await client.verdict(1)).toBe('refused');
    client.ask(
      3,
      CONNECT.map(([name, value]) => [name, name === ':protocol' ? 'foo' : value]),
    );
    expect(await client.verdict(3)).toBe('refused');
    client.ask(5, [[':method', 'GET'], ...CONNECT.slice(2)], END_STREAM);
    await client.verdict(5);
    expect(server.connections.size).toBe(0);
  });

  it('goes through authorize, with everything that a request has', async () => {
    const seen: unknown[] = [];
    const { server, url } = await start({
      headers: { 'X-All': 'a', 'Keep-Alive': 'timeout=5' },
      authorize: (request) => {
        const { method, target, path, params, remoteAddress, secure, origin, subprotocols } = request;
        seen.push({
          method,
          target,
          path,
          params: { ...params },
          remoteAddress,
          secure,
          origin,
          subprotocols,
        });
        seen.push([request.query.get('x'), request.cookies.get('c'), request.url, request.message.url]);
        if (path === '/no') {
          return { accept: false, status: 401, headers: { 'WWW-Authenticate': 'Basic' }, body: 'who?' };
        }
        return Promise.resolve({ accept: true, context: 7, headers: { 'X-One': ['b', 'c'] } });
      },
    } as ServerOptions);
    const arrived = collect(server.connections$);
    const session = await startSession(url);
    const more = { cookie: 'c=d', 'sec-websocket-protocol': 'p, q' };
    const { fields } = await openStream(session, '/yes?x=1', more);
    const { host } = new URL(url);
    expect(seen).toEqual([
      {
        method: 'CONNECT',
        target: '/yes?x=1',
        path: '/yes',
        params: {},
        remoteAddress: '127.0.0.1',
        secure: false,
        origin: undefined,
        subprotocols: ['p', 'q'],
      },
      ['1', 'd', `ws://${host}/yes?x=1`, '/yes?x=1'],
    ]);
    expect(fields).toMatchObject({ 'x-all': 'a', 'x-one': 'b, c' });
    expect((arrived.values[0] as Connection<unknown>).context).toBe(7);
    const refusal = await refusalOf(session, connectFields(session, '/no'));
    expect(refusal).toMatchObject({ status: 401, text: 'who?' });
    expect(refusal.fields['www-authenticate']).toBe('Basic');
  });

  it('holds what comes before there is a decision, and delivers it first', async () => {
    let decide: (decision: { accept: true }) => void = () => undefined;
    const { server, url } = await start({ authorize: () => new Promise((resolve) => (decide = resolve)) });
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    const session = await startSession(url);
    const opening = openStream(session, '/', {});
    const client = await dialHttp2(url);
    await until(() => decide.length === 1);
    decide({ accept: true });
    const { peer } = await opening;
    peer.send(1, 'later');
    expect((await peer.next()).payload.toString()).toBe('later');
    client.socket.destroy();
  });

  it('has its signal aborted when the client resets it before there is a decision', async () => {
    const signals: AbortSignal[] = [];
    const { server, url } = await start({
      authorize: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });
    const session = await startSession(url);
    const stream = session.request(connectFields(session, '/'), { endStream: false });
    await until(() => signals.length === 1);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await until(() => signals[0]!.aborted);
    expect(server.connections.size).toBe(0);
  });

  it('is refused with 503 when too many wait', async () => {
    const { url } = await start({ maxPendingHandshakes: 2, authorize: () => new Promise(() => undefined) });
    const session = await startSession(url);
    const waiting = [0, 1].map(() => session.request(connectFields(session, '/'), { endStream: false }));
    for (const stream of waiting) stream.on('error', () => undefined);
    const refusal = await refusalOf(session, connectFields(session, '/'));
    expect(refusal).toMatchObject({ status: 503, text: 'too many requests wait to be let in\n' });
    for (const stream of waiting) stream.close(http2.constants.NGHTTP2_CANCEL);
  });

  it('may be reset while it is answered', async () => {
    const { server, url } = await start();
    const session = await startSession(url);
    for (let i = 0; i < 50; i++) {
      const stream = session.request(
        connectFields(session, i % 2 > 0 ? '/' : '/', i % 3 > 0 ? {} : { 'sec-websocket-version': '1' }),
        { endStream: false },
      );
      stream.on('error', () => undefined);
      if (i % 5 > 0) await new Promise((resolve) => setImmediate(resolve));
      stream.close(http2.constants.NGHTTP2_CANCEL);
    }
    await openStream(session, '/');
    await until(() => server.connections.size === 1);
  });
});
