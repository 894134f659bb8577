import type http2 from 'node:http2';
import { constants } from 'node:http2';
import net from 'node:net';
import { type ClientOptions, HandshakeError, openConnection } from '../../../src/index.js';
import { verdictOnError } from '../../../src/client/reconnect/verdict.js';
import { VirtualTime, wireFrame } from '../../../src/testing/index.js';
import { afterTest, ended, owned, startClient, watchResources } from '../../support/harness.js';
import { RawPeer, rawServer } from '../../support/raw-peer.js';
import { turns, until } from '../../support/turns.js';
import { collect } from '../../support/collect.js';
import { CLOSE, TEXT } from '../../support/wire-frames.js';
import { type OnStream, scriptedHttp2 } from './servers.js';

watchResources();

const ONLY: ClientOptions = { http2: 'only', logger: {}, dropTimeoutMs: 300 };

async function failure(url: string, options: ClientOptions = {}): Promise<HandshakeError> {
  const outcome = await openConnection(url, { ...ONLY, ...options }).then(
    (connection) => owned(connection).id,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(HandshakeError);
  return outcome as HandshakeError;
}

const fields = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, 'y']));

type Expected = Readonly<Record<string, unknown>> & { readonly message: RegExp };

const REFUSED: readonly [string, OnStream, Expected, ClientOptions?][] = [
  [
    '404 with a text',
    (stream) => {
      stream.respond({ ':status': 404, 'x-why': 'so' });
      stream.end('not here');
    },
    { status: 404, body: 'not here', message: /status 404, expected 2xx/ },
  ],
  [
    '401 and no body',
    (stream) => {
      stream.respond({ ':status': 401, 'www-authenticate': 'Basic' }, { endStream: true });
    },
    { status: 401, headers: { 'www-authenticate': 'Basic' }, body: '', message: /status 401/ },
  ],
  [
    '302, which nobody asked to follow',
    (stream) => {
      stream.respond({ ':status': 302, location: 'https://127.0.0.1/' }, { endStream: true });
    },
    { status: 302, headers: { location: 'https://127.0.0.1/' }, message: /status 302/ },
  ],
  [
    '200 and the end of the stream',
    (stream) => {
      stream.respond({ ':status': 200 }, { endStream: true });
    },
    { status: 200, message: /has ended its side/ },
  ],
  [
    '50 interim answers and 500',
    (stream) => {
      for (let i = 0; i < 50; i++) stream.additionalHeaders({ ':status': 103 });
      stream.respond({ ':status': 500 }, { endStream: true });
    },
    { status: 500, message: /status 500/ },
  ],
  [
    '200 and 129 header fields',
    (stream) => {
      stream.respond({ ':status': 200, ...fields(128) });
    },
    { status: 200, message: /129 header fields/ },
  ],
  [
    '200 and 400 header fields',
    (stream) => {
      stream.respond({ ':status': 200, ...fields(400) });
    },
    { status: undefined, message: /cannot connect/ },
  ],
  [
    'a subprotocol that was not offered',
    (stream) => {
      stream.respond({ ':status': 200, 'sec-websocket-protocol': 'c' });
    },
    { name: 'NegotiationError', status: 200, message: /"c"/ },
    { subprotocols: ['a', 'b'] },
  ],
  [
    'the subprotocol twice',
    (stream) => {
      stream.respond({ ':status': 200, 'sec-websocket-protocol': ['a', 'a'] });
    },
    { name: 'NegotiationError', status: 200, message: /"a, a"/ },
    { subprotocols: ['a', 'b'] },
  ],
  [
    'an extension that was not offered',
    (stream) => {
      stream.respond({ ':status': 200, 'sec-websocket-extensions': 'x-foo' });
    },
    { name: 'NegotiationError', status: 200, message: /x-foo/ },
  ],
  ...(['REFUSED_STREAM', 'CANCEL', 'NO_ERROR', 'INTERNAL_ERROR', 'HTTP_1_1_REQUIRED'] as const).map(
    (name): [string, OnStream, Expected] => [
      `a reset with ${name}`,
      (stream) => {
        stream.close(constants[`NGHTTP2_${name}`]);
      },
      {
        status: undefined,
        message:
          name === 'HTTP_1_1_REQUIRED' ? /opens no WebSockets over HTTP\/2: it requires/ : new RegExp(name),
      },
    ],
  ),
  [
    'the end of the session',
    ({ session }) => {
      session?.destroy();
    },
    { status: undefined, message: /cannot connect/ },
  ],
  [
    'the end of the session for a reason',
    ({ session }) => {
      session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0);
    },
    { status: undefined, message: /cannot connect/ },
  ],
  [
    'the end of the socket',
    (_stream, _headers, cut) => {
      cut();
    },
    { status: undefined, message: /cannot connect/ },
  ],
];

describe('an answer over HTTP/2 that does not open', () => {
  it.each(REFUSED)('%s is an error, once', async (...row) => {
    const [, onStream, { message, body, ...rest }, options] = row;
    const server = await scriptedHttp2(onStream);
    const error = await failure(`${server.url}/?token=the-token`, {
      headers: { Authorization: 'Basic the-password' },
      ...options,
    });
    expect(error).toMatchObject({ name: 'HandshakeError', phase: 'http', ...rest });
    expect(error.message).toMatch(message);
    if (body !== undefined) expect(Buffer.from(error.body!).toString()).toBe(body);
    expect(`${error.message} ${String(error.stack)}`).not.toMatch(/the-token|the-password/);
    await until(() => server.sessions.every((session) => session.destroyed), 'the session ends');
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['NO_ERROR', 'retry'],
    ['INTERNAL_ERROR', 'retry'],
    ['REFUSED_STREAM', 'retry'],
    ['CANCEL', 'retry'],
    ['ENHANCE_YOUR_CALM', 'retry'],
    ['PROTOCOL_ERROR', 'stop'],
    ['INADEQUATE_SECURITY', 'stop'],
    ['HTTP_1_1_REQUIRED', 'stop'],
  ] as const)(
    'of %s, for the stream or the session, makes a client that survives %s',
    async (name, verdict) => {
      const code = constants[`NGHTTP2_${name}`];
      const ends: OnStream[] = [
        (stream) => {
          stream.close(code);
        },
        ({ session }) => {
          session?.goaway(code);
          setImmediate(() => session?.destroy());
        },
      ];
      for (const onStream of ends) {
        const { url } = await scriptedHttp2(onStream);
        expect(verdictOnError(await failure(url))).toBe(verdict);
      }
    },
  );

  it('keeps at most 1 MiB of a body without an end', async () => {
    const server = await scriptedHttp2((stream) => {
      stream.respond({ ':status': 503 });
      const more = (error?: Error | null): void => {
        if (!error && !stream.destroyed) stream.write(Buffer.alloc(100_000), more);
      };
      more();
    });
    const error = await failure(server.url);
    expect(error.status).toBe(503);
    expect(error.body).toHaveLength(1024 * 1024);
    await until(() => server.sessions.every((session) => session.destroyed), 'the session ends');
  });

  it('of settings that do not have it is told as such', async () => {
    const server = await scriptedHttp2(() => undefined, {});
    expect((await failure(server.url)).message).toContain('ENABLE_CONNECT_PROTOCOL');
    expect(server.asked).toEqual([]);
  });

  it.each([
    ['no octet', ''],
    ['half a frame', '\x00\x00\x06\x04'],
  ])('of %s is given handshakeTimeoutMs', async (_, octets) => {
    const clock = new VirtualTime();
    const server = await rawServer((peer) => {
      peer.write(octets);
    });
    const outcome = failure(server.url, { scheduler: clock });
    const peer = await server.next();
    await until(() => peer.head.startsWith('PRI * HTTP/2.0'), 'the preface comes');
    await turns(5);
    clock.pass(10_000);
    expect(await outcome).toMatchObject({ code: 'RXWIRE_HANDSHAKE_TIMEOUT', phase: 'http' });
    await peer.whenEnded();
  });

  it.each([
    ['octets that are no frames', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'],
    ['a first frame that is no SETTINGS', '\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678'],
    ['a frame of 16 MB', '\xff\xff\xff\x04\x00\x00\x00\x00\x00'],
    ['a header block that cannot be read', '\0\0\0\x04\0\0\0\0\0\0\0\x02\x01\x04\0\0\0\x01\xff\xff'],
  ])('of %s is an error', async (_, octets) => {
    const server = await rawServer((peer) => {
      peer.write(octets);
    });
    expect(await failure(server.url)).toMatchObject({ phase: 'http', status: undefined });
    await server.peers[0]!.whenEnded();
  });

  it('ends with the socket, in whatever state', async () => {
    const server = await rawServer((peer) => {
      peer.reset();
    });
    expect(await failure(server.url)).toMatchObject({ status: undefined });
  });

  it('leaves nothing where it is aborted, at any stage', async () => {
    const server = await scriptedHttp2(() => undefined);
    for (let count = 0; count < 12; count++) {
      const controller = new AbortController();
      const outcome = openConnection(server.url, { ...ONLY, signal: controller.signal });
      const rejected = expect(outcome).rejects.toMatchObject({ name: 'AbortError' });
      await turns(count);
      controller.abort();
      await rejected;
    }
    await until(() => server.sessions.every((session) => session.destroyed), 'the sessions end');
  });

  it.each([
    ['a field that HTTP/2 does not have', { 'Keep-Alive': 'timeout=5' }, /HTTP\/1/],
    ['two of a field that may be there once', { Authorization: ['a', 'b'] }, /authorization/i],
  ])('follows %s', async (_, headers, says) => {
    const server = await scriptedHttp2(() => undefined);
    expect((await failure(server.url, { headers })).message).toMatch(says);
    await until(() => server.sessions.every((session) => session.destroyed), 'the session ends');
  });
});

describe('an answer over HTTP/2 that opens', () => {
  const accepting =
    (
      fields: http2.OutgoingHttpHeaders,
      then?: (peer: RawPeer, stream: http2.ServerHttp2Stream) => void,
    ): OnStream =>
    (stream) => {
      stream.respond({ ':status': 200, ...fields });
      then?.(new RawPeer(stream, 'server', true), stream);
    };

  it('is any status of success, with frames behind it, and with an accept that proves nothing', async () => {
    for (const status of [200, 201, 299]) {
      const server = await scriptedHttp2(
        accepting({ ':status': status, 'sec-websocket-accept': 'x' }, (peer) => {
          peer.write(wireFrame({ opcode: TEXT, payload: 'a' }), wireFrame({ opcode: TEXT, payload: 'b' }));
        }),
      );
      const client = await startClient(server.url, ONLY);
      const seen = collect(client.messages$);
      await until(() => seen.values.length === 2);
      expect(client.response.status).toBe(status);
    }
  });

  it('is asked for once, by an extended CONNECT without a key', async () => {
    const server = await scriptedHttp2(accepting({ 'sec-websocket-protocol': 'b' }));
    const client = await startClient(`${server.url}/x?y`, { ...ONLY, subprotocols: ['a', 'b'] });
    expect(client.subprotocol).toBe('b');
    expect(server.asked).toHaveLength(1);
    expect(Object.fromEntries(Object.entries(server.asked[0]!))).toEqual({
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': 'http',
      ':path': '/x?y',
      ':authority': new URL(server.url).host,
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'a, b',
      'sec-websocket-extensions': expect.stringContaining('permessage-deflate') as string,
    });
  });

  it('outlives a server that takes no more streams', async () => {
    let peer: RawPeer | undefined;
    const server = await scriptedHttp2(accepting({}, (arrived) => (peer = arrived)));
    const client = await startClient(server.url, ONLY);
    const seen = collect(client.messages$);
    server.sessions[0]!.close();
    await turns(5);
    client.send('still here');
    expect((await peer!.next()).payload.toString()).toBe('still here');
    peer!.send(TEXT, 'so am I');
    await until(() => seen.values.length === 1);
    expect(client.state).toBe('open');
  });

  it.each([
    ['the end of the stream in a frame', ({ stream }: RawPeer) => stream.end(Buffer.of(0x81)), 1006],
    ['the end of the stream between frames', ({ stream }: RawPeer) => stream.end(), 1006],
    [
      'a reset',
      ({ stream }: RawPeer) => {
        (stream as http2.ServerHttp2Stream).close(constants.NGHTTP2_CANCEL);
      },
      1006,
    ],
    [
      'the end of the session',
      ({ stream }: RawPeer) => (stream as http2.ServerHttp2Stream).session?.destroy(),
      1006,
    ],
    [
      'the end of the socket',
      (_: RawPeer, cut: () => void) => {
        cut();
      },
      1006,
    ],
    [
      'a masked frame',
      (peer: RawPeer) => peer.write(wireFrame({ opcode: TEXT, payload: 'a', key: [1, 2, 3, 4] })),
      1006,
    ],
  ] as [string, (peer: RawPeer, cut: () => void) => unknown, number][])(
    'ends with %s',
    async (_, end, code) => {
      let peer: RawPeer | undefined;
      const server = await scriptedHttp2(accepting({}, (arrived) => (peer = arrived)));
      const client = await startClient(server.url, ONLY);
      await until(() => peer !== undefined);
      end(peer!, server.cut);
      expect(await ended(client)).toMatchObject({ code });
      await until(() => server.sessions.every((session) => session.destroyed), 'the session ends');
    },
  );

  it('closes the socket of a server that does not, after dropTimeoutMs', async () => {
    const clock = new VirtualTime();
    let peer: RawPeer | undefined;
    const server = await scriptedHttp2(accepting({}, (arrived) => (peer = arrived)));
    const { port, sockets } = await halfOpenRelay(server.port);
    const client = await startClient(`ws://127.0.0.1:${port}`, { ...ONLY, scheduler: clock });
    client.close();
    const { payload } = await peer!.next();
    peer!.send(CLOSE, payload);
    peer!.stream.end();
    expect(await ended(client)).toMatchObject({ code: 1000, wasClean: true });
    const [front] = sockets;
    await until(() => front!.readableEnded, 'the client ends its side of the socket');
    expect(front!.destroyed).toBe(false);
    clock.pass(300);
    await until(() => {
      // Whoever writes to a socket that is gone is told so.
      if (front!.writable) front!.write('x');
      return front!.destroyed;
    }, 'the client closes the socket');
  });
});

/** Relays octets to a server, and the end of neither side to the other. */
async function halfOpenRelay(to: number): Promise<{ port: number; sockets: readonly net.Socket[] }> {
  const sockets: net.Socket[] = [];
  const relay = net.createServer({ allowHalfOpen: true }, (front) => {
    const back = net.connect({ port: to, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [front, back]) {
      sockets.push(socket);
      socket.on('error', () => undefined);
    }
    front.pipe(back, { end: false });
    back.pipe(front, { end: false });
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  afterTest(() => {
    for (const socket of sockets) socket.destroy();
    relay.close();
  });
  return { port: (relay.address() as net.AddressInfo).port, sockets };
}
