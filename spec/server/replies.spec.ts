import http from 'node:http';
import net from 'node:net';
import { NEVER } from 'rxjs';
import { attach, openServer, reject, type Server, type ServerOptions } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { afterTest, startServer, watchResources } from '../support/harness.js';
import { dialRaw } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { readReply, type Reply, replyOf, replyTo, requestFor } from './requesting.js';

watchResources();

const VALID = requestFor('/');

/** `text` without the line that begins with `name`. */
const without = (name: string): string => VALID.replace(new RegExp(`${name}:.*\r\n`), '');

interface Case {
  readonly name: string;
  readonly text: string;
  readonly status: number;
  readonly options?: ServerOptions;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: RegExp;
}

const CASES: readonly Case[] = [
  { name: 'octets that are no HTTP', text: 'hello\r\n\r\n', status: 400, body: /malformed/ },
  { name: 'an unknown method', text: VALID.replace('GET', 'FROB'), status: 400, body: /malformed/ },
  { name: 'a head without a colon', text: VALID.replace('Host: ', 'Host '), status: 400, body: /malformed/ },
  { name: 'no Host', text: without('Host'), status: 400, body: /Host is missing/ },
  { name: 'no Host and no Upgrade', text: 'GET / HTTP/1.1\r\n\r\n', status: 400, body: /Host is missing/ },
  { name: 'a body', text: requestFor('/', ['Content-Length: 2']) + 'hi', status: 400, body: /has a body/ },
  { name: 'no key', text: without('Sec-WebSocket-Key'), status: 400, body: /Sec-WebSocket-Key/ },
  {
    name: 'two lists of versions',
    text: requestFor('/', ['Sec-WebSocket-Version: 8']),
    status: 400,
    headers: { 'sec-websocket-version': '13, 8' },
    body: /more than once/,
  },
  {
    name: 'a malformed list of subprotocols',
    text: requestFor('/', ['Sec-WebSocket-Protocol: a,,b']),
    status: 400,
    body: /Sec-WebSocket-Protocol is malformed/,
  },
  {
    name: 'a malformed list of extensions',
    text: requestFor('/', ['Sec-WebSocket-Extensions: ;']),
    status: 400,
    body: /Sec-WebSocket-Extensions is malformed/,
  },
  {
    name: 'another origin',
    text: requestFor('/', ['Origin: http://evil.example']),
    status: 403,
    body: /the origin "http:\/\/evil\.example" .* option "origins"/,
  },
  { name: 'another path', text: VALID, options: { path: '/chat' }, status: 404, body: /nothing is served/ },
  {
    name: 'another method',
    text: VALID.replace('GET', 'PUT'),
    status: 405,
    headers: { allow: 'GET' },
    body: /method is "PUT", expected GET/,
  },
  {
    name: 'no Upgrade',
    text: without('Upgrade'),
    status: 426,
    headers: { upgrade: 'websocket', connection: 'close, Upgrade' },
    body: /Upgrade is missing/,
  },
  {
    name: 'no Connection',
    text: without('Connection'),
    status: 426,
    headers: { upgrade: 'websocket', connection: 'close, Upgrade' },
    body: /Connection does not have/,
  },
  {
    name: 'no version',
    text: without('Sec-WebSocket-Version'),
    status: 426,
    headers: { upgrade: 'websocket', 'sec-websocket-version': '13, 8' },
    body: /expected 13 or 8/,
  },
  {
    name: 'another version',
    text: VALID.replace('Version: 13', 'Version: 7'),
    status: 426,
    headers: { connection: 'close, Upgrade', 'sec-websocket-version': '13, 8' },
    body: /is 7, expected 13 or 8/,
  },
  {
    name: 'a version that is switched off',
    text: VALID.replace('Version: 13', 'Version: 8'),
    options: { versions: [13] },
    status: 426,
    headers: { 'sec-websocket-version': '13' },
    body: /is 8, expected 13/,
  },
  {
    name: 'a head of over 16 KiB',
    text: requestFor('/', [`X: ${'x'.repeat(17_000)}`]),
    status: 431,
    body: /too long/,
  },
  {
    name: '129 header fields',
    text: requestFor(
      '/',
      Array.from({ length: 124 }, (_, i) => `X${i}: 1`),
    ),
    status: 431,
    body: /129 header fields, expected at most 128/,
  },
  {
    name: 'HTTP/1.0',
    text: VALID.replace('HTTP/1.1', 'HTTP/1.0'),
    status: 505,
    body: /"1\.0", expected 1\.1/,
  },
  {
    name: 'a faulty authorize',
    text: VALID,
    options: { authorize: () => null as never },
    status: 500,
    body: /^the server could not decide about the request$/m,
  },
  {
    name: 'a rejection',
    text: VALID,
    options: { authorize: () => reject(401, { body: 'no\n' }) },
    status: 401,
    body: /^no$/m,
  },
];

function expectWhole(reply: Reply): void {
  expect(reply.headers.get('connection')).toMatch(/^close(, Upgrade)?$/);
  expect(reply.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(Number(reply.headers.get('content-length'))).toBe(Buffer.byteLength(reply.body));
  expect(reply.body).toMatch(/^[^\n]+\n$/);
}

describe('a refusal', () => {
  it.each(CASES)('of $name is $status, with a text', async ({ text, status, options, headers, body }) => {
    const server = await startServer(options);
    const rejections = collect(server.rejections$);
    const reply = await replyTo(server.url, text);
    expect(reply.status).toBe(status);
    expectWhole(reply);
    expect(Object.fromEntries(reply.headers)).toMatchObject(headers ?? {});
    expect(reply.body).toMatch(body);
    expect(rejections.values).toMatchObject([{ status, phase: 'http', code: 'RXWIRE_HANDSHAKE' }]);
    expect(server.connections.size).toBe(0);
  });

  it('of a request that takes too long is 408', async () => {
    const server = await startServer({ handshakeTimeoutMs: 60 });
    const peer = await dialRaw(server.url);
    peer.write(VALID.slice(0, 30));
    const reply = await replyOf(peer);
    expect(reply.status).toBe(408);
    expectWhole(reply);
  });

  it('of one that comes while the server closes is 503', async () => {
    const server = await openServer({ host: '127.0.0.1', logger: {} });
    const web = http.createServer();
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    afterTest(() => new Promise((resolve) => web.close(resolve)));
    const attached = attach(web, { authorize: () => NEVER, logger: {} });
    const peer = await dialRaw(attached.url);
    peer.write(VALID);
    await turns(20);
    await Promise.all([attached.close(), server.close()]);
    const reply = await replyOf(peer);
    expect([reply.status, reply.body]).toEqual([503, 'the server is closing\n']);
    expectWhole(reply);
  });

  it('of one too many on a server that it is attached to is 503', async () => {
    const web = http.createServer();
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    afterTest(() => new Promise((resolve) => web.close(resolve)));
    let asked = 0;
    const attached = attach(web, {
      maxPendingHandshakes: 1,
      logger: {},
      authorize: () => {
        asked++;
        return NEVER;
      },
    });
    afterTest(() => attached.close());
    const waiting = await dialRaw(attached.url);
    waiting.write(VALID);
    await until(() => asked === 1);
    const reply = await replyTo(attached.url, VALID);
    expect([reply.status, reply.body]).toEqual([503, 'too many requests wait to be let in\n']);
    expectWhole(reply);
  });

  it('of a request for the head has no body', async () => {
    const server = await startServer();
    const reply = await replyTo(server.url, 'HEAD / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect([reply.status, reply.body]).toEqual([405, '']);
  });

  it('is one reply, however many requests were sent', async () => {
    const server = await startServer();
    const bad = VALID.replace('GET', 'POST');
    const peer = await dialRaw(server.url);
    peer.write(bad + bad + VALID);
    await peer.whenEnded();
    expect(peer.head.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(server.connections.size).toBe(0);
  });

  it('is no invitation to send a body', async () => {
    const server = await startServer();
    const post = 'POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n';
    expect((await replyTo(server.url, post)).status).toBe(405);
  });

  it('leaves nothing behind, however the client takes it', async () => {
    const server = await startServer({ maxPendingHandshakes: 4 });
    for (let i = 0; i < 40; i++) {
      const peer = await dialRaw(server.url);
      peer.write(i % 2 === 0 ? VALID.replace('GET', 'POST') : 'nonsense\r\n\r\n');
      if (i % 4 < 2) await peer.whenEnded();
      if (i % 3 === 0) peer.reset();
      else peer.stream.end();
      await peer.whenClosed();
    }
    await until(() => server.connections.size === 0);
    expect((await replyTo(server.url, VALID)).status).toBe(101);
  });
});

describe('a peer that leaves', () => {
  /** Requests, and the replies that they get when they are sent whole. */
  const requests: readonly (readonly [string, string])[] = [
    ['refused', VALID.replace('Version: 13', 'Version: 7')],
    ['decided about', requestFor('/slow')],
  ];

  for (const [name, text] of requests) {
    for (const how of ['reset', 'end'] as const) {
      it(`with ${how} at any octet of a request that is ${name} does no harm`, async () => {
        const server = await deciding();
        for (let i = 0; i <= text.length; i++) {
          const peer = await dialRaw(server.url);
          peer.write(text.slice(0, i));
          if (i % 2 > 0) await turns(i % 3);
          if (how === 'reset') peer.reset();
          else peer.stream.end();
          await (how === 'reset' ? peer.whenClosed() : peer.whenEnded());
          peer.stream.destroy();
        }
        expect((await replyTo(server.url, VALID)).status).toBe(101);
        await until(() => server.connections.size === 0);
      });
    }
  }

  function deciding(): Promise<Server> {
    return startServer({
      authorize: async ({ path }) => {
        if (path === '/slow') await turns(2);
        return { accept: true };
      },
    });
  }
});

describe('a request that comes octet by octet', () => {
  it('is answered as one that comes whole', async () => {
    const server = await startServer({ authorize: () => Promise.resolve({ accept: true }) });
    const peer = await dialRaw(server.url);
    for (const octet of VALID) {
      peer.write(octet);
      await turns(1);
    }
    expect(readReply(await peer.headCame()).status).toBe(101);
    expect(peer.stream).toBeInstanceOf(net.Socket);
  });
});
