import { HandshakeError, NegotiationError, openConnection, WebSocketError } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, owned, watchResources } from '../support/harness.js';
import { acceptOf, rawServer } from '../support/raw-peer.js';
import { until } from '../support/turns.js';
import { closeBody, VirtualTime, wireFrame } from 'rxwire/testing';
import { CLOSE, TEXT } from '../support/wire-frames.js';

watchResources();

type Reply = (accept: string, key: string) => string;

/** The usual 101 with its lines replaced, left out or added. */
function reply(
  changes: Readonly<Record<string, string | undefined>> = {},
  status = 'HTTP/1.1 101 Switching Protocols',
): Reply {
  return (accept) => {
    const lines: Record<string, string | undefined> = {
      upgrade: 'Upgrade: websocket',
      connection: 'Connection: Upgrade',
      accept: `Sec-WebSocket-Accept: ${accept}`,
      ...changes,
    };
    return [status, ...Object.values(lines).filter((line) => line !== undefined), '', ''].join('\r\n');
  };
}

const accepting =
  (text: (accept: string, key: string) => string): Reply =>
  (accept, key) =>
    reply({ accept: text(accept, key) })(accept, key);

const EXTENSION = 'Sec-WebSocket-Extensions:';
const REFUSED: readonly [string, Reply, number | undefined][] = [
  ['no accept', reply({ accept: undefined }), 101],
  ['a wrong accept', reply({ accept: 'Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }), 101],
  ['an accept in other case', accepting((accept) => `Sec-WebSocket-Accept: ${accept.toLowerCase()}`), 101],
  ['the accept of another key', accepting((_, key) => `Sec-WebSocket-Accept: ${acceptOf(`${key} `)}`), 101],
  ['two accepts', accepting((accept) => `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Accept: x`), 101],
  ['status 200', reply({ length: 'Content-Length: 0' }, 'HTTP/1.1 200 OK'), 200],
  ['HTTP/1.0', reply({}, 'HTTP/1.0 101 Switching Protocols'), 101],
  ['no Upgrade', reply({ upgrade: undefined }), 101],
  ['Upgrade: h2c', reply({ upgrade: 'Upgrade: h2c' }), 101],
  ['no Connection', reply({ connection: undefined }), 101],
  ['Connection: close', reply({ connection: 'Connection: close' }), 101],
  ['Transfer-Encoding', reply({ more: 'Transfer-Encoding: chunked' }), 101],
  ['garbage', () => '\x00\xff\x13garbage\r\n\r\n', undefined],
  ['HTTP/0.9', () => '<html>hello</html>', undefined],
  ['bare line feeds', (accept) => reply()(accept, '').replaceAll('\r\n', '\n'), undefined],
  ['1000 headers', reply({ more: 'X: y\r\n'.repeat(1000).trim() }), 101],
  ['5000 headers', reply({ more: 'X: y\r\n'.repeat(5000).trim() }), 101],
  ['a header of 1 MB', reply({ more: `X: ${'y'.repeat(1_000_000)}` }), undefined],
  ['401', () => 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 4\r\n\r\nwho?', 401],
  ['407', () => 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n', 407],
  [
    '426',
    () => 'HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 99\r\nContent-Length: 0\r\n\r\n',
    426,
  ],
  ['302', () => 'HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1/\r\nContent-Length: 0\r\n\r\n', 302],
  ['302 to nowhere', () => 'HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n', 302],
];

const NOT_AGREED: readonly [string, Reply, readonly string[]][] = [
  ['a subprotocol although none was offered', reply({ more: 'Sec-WebSocket-Protocol: a' }), []],
  ['a subprotocol that was not offered', reply({ more: 'Sec-WebSocket-Protocol: c' }), ['a', 'b']],
  ['two subprotocols', reply({ more: 'Sec-WebSocket-Protocol: a, b' }), ['a', 'b']],
  [
    'two subprotocol headers',
    reply({ more: 'Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b' }),
    ['a', 'b'],
  ],
  ['a subprotocol in other case', reply({ more: 'Sec-WebSocket-Protocol: A' }), ['a']],
  ['no subprotocol', reply(), ['a']],
  ['an extension that was not offered', reply({ more: `${EXTENSION} deflate-frame` }), []],
  ['an unknown extension', reply({ more: `${EXTENSION} x-foo` }), []],
  ['an extension twice', reply({ more: `${EXTENSION} permessage-deflate, permessage-deflate` }), []],
  [
    'an extension with a window of 1000',
    reply({ more: `${EXTENSION} permessage-deflate; server_max_window_bits=1000` }),
    [],
  ],
  ['an extension named __proto__', reply({ more: `${EXTENSION} __proto__` }), []],
];

const OPENED: readonly [string, Reply][] = [
  ['the usual 101', reply()],
  ['other case', reply({ upgrade: 'Upgrade: WEBSOCKET', connection: 'Connection: UPGRADE' })],
  ['a list in Connection', reply({ connection: 'Connection: keep-alive, Upgrade' })],
  ['100 first', (accept, key) => `HTTP/1.1 100 Continue\r\n\r\n${reply()(accept, key)}`],
  ['103 first', (accept, key) => `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${reply()(accept, key)}`],
];

async function replying(text: Reply): Promise<string> {
  const server = await rawServer((peer) => {
    void peer.headCame().then((head) => {
      const key = /^sec-websocket-key: (.*)$/im.exec(head)![1]!.trim();
      peer.write(text(acceptOf(key), key));
    });
  });
  return server.url;
}

describe('a reply that does not open', () => {
  for (const [name, text, status] of REFUSED) {
    it(`${name} is a HandshakeError of the phase http`, async () => {
      const url = await replying(text);
      const error = await openConnection(url, { handshakeTimeoutMs: 3000 }).catch(
        (caught: unknown) => caught,
      );
      expect(error).toBeInstanceOf(HandshakeError);
      expect(error).toMatchObject({ phase: 'http', status });
      expect((error as WebSocketError).code).not.toBe('RXWIRE_HANDSHAKE_TIMEOUT');
    });
  }

  for (const [name, text, subprotocols] of NOT_AGREED) {
    it(`${name} is a NegotiationError`, async () => {
      const url = await replying(text);
      await expect(openConnection(url, { subprotocols })).rejects.toBeInstanceOf(NegotiationError);
    });
  }

  it('has the status, the headers and the body in its error', async () => {
    const url = await replying(
      () => 'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 4\r\n\r\nwho?',
    );
    const error = (await openConnection(url).catch((caught: unknown) => caught)) as HandshakeError;
    expect(error.headers).toMatchObject({ 'www-authenticate': 'Basic', 'x-a': '1, 2' });
    expect(Buffer.from(error.body!).toString()).toBe('who?');
    expect(error.message).toContain('401');
  });

  it('is not read on for ever: 1 MiB of the body is kept', async () => {
    const server = await rawServer((peer) => {
      void peer.headCame().then(() => {
        peer.write('HTTP/1.1 503 Busy\r\n\r\n');
        const chunk = Buffer.alloc(100_000, 'x');
        const more = (error?: Error | null): void => {
          if (!error && !peer.stream.destroyed) peer.stream.write(chunk, more);
        };
        more();
      });
    });
    const error = (await openConnection(server.url).catch((caught: unknown) => caught)) as HandshakeError;
    expect(error).toMatchObject({ status: 503 });
    expect(error.body).toHaveLength(1024 * 1024);
    await server.peers[0]!.whenEnded();
  });

  it('keeps its status when the body stalls until handshakeTimeoutMs', async () => {
    const clock = new VirtualTime();
    const server = await rawServer((peer) => {
      void peer.headCame().then(() => peer.write('HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nhalf'));
    });
    const outcome = openConnection(server.url, { scheduler: clock }).catch((caught: unknown) => caught);
    const peer = await server.next();
    await peer.headCame();
    await new Promise((resolve) => setTimeout(resolve, 30));
    clock.pass(10_000);
    expect(await outcome).toMatchObject({ phase: 'http', status: 503 });
  });

  for (const [name, bytes] of [
    ['nothing', ''],
    ['half a status line', 'HTTP/1.1 10'],
    ['half a head', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n'],
  ] as const) {
    it(`${name}, then the end of the stream, is a HandshakeError of the phase http`, async () => {
      const server = await rawServer((peer) => {
        void peer.headCame().then(() => {
          peer.write(bytes);
          peer.stream.end();
        });
      });
      await expect(openConnection(server.url)).rejects.toMatchObject({ phase: 'http', status: undefined });
    });
  }

  it('of 1000 interim answers and nothing more is given handshakeTimeoutMs', async () => {
    const clock = new VirtualTime();
    const server = await rawServer((peer) => {
      void peer.headCame().then(() => peer.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)));
    });
    const outcome = openConnection(server.url, { scheduler: clock }).catch((caught: unknown) => caught);
    await (await server.next()).headCame();
    clock.pass(10_000);
    expect(await outcome).toMatchObject({ code: 'RXWIRE_HANDSHAKE_TIMEOUT' });
  });
});

describe('a reply that opens', () => {
  for (const [name, text] of OPENED) {
    it(`is ${name}`, async () => {
      const connection = owned(await openConnection(await replying(text)));
      expect(connection.response.status).toBe(101);
    });
  }

  it('may have frames and the close behind it, in the same chunk', async () => {
    const frames = Buffer.concat([
      wireFrame({ opcode: TEXT, payload: 'a' }),
      wireFrame({ opcode: TEXT, payload: 'b' }),
      wireFrame({ opcode: CLOSE, payload: closeBody(1000) }),
    ]).toString('latin1');
    const url = await replying((accept, key) => reply()(accept, key) + frames);
    const connection = owned(await openConnection(url, { dropTimeoutMs: 100, logger: {} }));
    const seen = collect(connection.messages$);
    expect(await ended(connection)).toMatchObject({ code: 1000, wasClean: true });
    await until(() => seen.done);
    expect(seen.values.map(({ data }) => data)).toEqual(['a', 'b']);
  });

  it('has no body: octets behind a Content-Length are frames, and fail with 1002', async () => {
    const url = await replying((accept, key) => `${reply({ more: 'Content-Length: 5' })(accept, key)}hello`);
    const connection = owned(await openConnection(url, { dropTimeoutMs: 100 }));
    expect(await ended(connection)).toMatchObject({ sent: { code: 1002 } });
  });

  it('may be cut into two chunks anywhere', async () => {
    const server = await rawServer();
    const length = 129;
    for (let i = 1; i < length; i++) {
      const opening = openConnection(server.url);
      const peer = await server.next();
      const head = await peer.headCame();
      const key = /^sec-websocket-key: (.*)$/im.exec(head)![1]!.trim();
      const bytes = Buffer.from(reply()(acceptOf(key), key), 'latin1');
      expect(bytes).toHaveLength(length);
      peer.write(bytes.subarray(0, i));
      await new Promise((resolve) => setImmediate(resolve));
      peer.write(bytes.subarray(i));
      const connection = await opening;
      connection.terminate();
    }
  });

  it('may be reset anywhere: an error before it is open, 1006 after', async () => {
    const server = await rawServer();
    for (let i = 0; i <= 129; i += 3) {
      const opening = openConnection(server.url).catch((caught: unknown) => caught);
      const peer = await server.next();
      const head = await peer.headCame();
      const key = /^sec-websocket-key: (.*)$/im.exec(head)![1]!.trim();
      peer.write(reply()(acceptOf(key), key).slice(0, i));
      await new Promise((resolve) => setImmediate(resolve));
      peer.reset();
      const outcome = await opening;
      if (outcome instanceof WebSocketError) expect(outcome).toMatchObject({ phase: 'http' });
      else expect(await ended(outcome as never)).toMatchObject({ code: 1006 });
    }
  });
});
