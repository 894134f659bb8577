import { collect } from '../support/collect.js';
import { ended, startServer, watchResources } from '../support/harness.js';
import { dialRaw, KEY, openRaw, requestHead } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { PING, TEXT } from '../support/wire-frames.js';

watchResources();

const LINES: Readonly<Record<string, string>> = {
  host: 'Host: 127.0.0.1',
  upgrade: 'Upgrade: websocket',
  connection: 'Connection: Upgrade',
  key: `Sec-WebSocket-Key: ${KEY}`,
  version: 'Sec-WebSocket-Version: 13',
};

/** The usual request with some lines replaced, left out or added. */
function request(
  changes: Readonly<Record<string, string | undefined>> = {},
  line = 'GET / HTTP/1.1',
): string {
  const lines = Object.values({ ...LINES, ...changes }).filter((text) => text !== undefined);
  return [line, ...lines, '', ''].join('\r\n');
}

const many = (count: number, text: string): string =>
  Array.from({ length: count }, (_, i) => `X${i}: ${text}`).join('\r\n');

const TABLE: readonly [string, string | Buffer, number | readonly number[]][] = [
  ['a plain one', request(), 101],
  ['POST', request({}, 'POST / HTTP/1.1'), 405],
  ['a method in lower case', request({}, 'get / HTTP/1.1'), 400],
  ['HTTP/1.0', request({}, 'GET / HTTP/1.0'), [400, 505]],
  ['HTTP/2.0 in the request line', request({}, 'GET / HTTP/2.0'), [400, 505]],
  ['HTTP/1.2', request({}, 'GET / HTTP/1.2'), [400, 505]],
  ['no Host', request({ host: undefined }), 400],
  ['two Hosts', request({ more: 'Host: 127.0.0.1' }), 400],
  ['an empty Host', request({ host: 'Host:' }), 400],
  ['no Upgrade', request({ upgrade: undefined }), 426],
  ['Upgrade in other case', request({ upgrade: 'Upgrade: WebSocket' }), 101],
  ['Upgrade as a list', request({ upgrade: 'Upgrade: websocket, h2c' }), 400],
  ['Upgrade: xwebsocket', request({ upgrade: 'Upgrade: xwebsocket' }), [400, 426]],
  ['two Upgrades', request({ more: 'Upgrade: h2c' }), 400],
  ['Connection: keep-alive', request({ connection: 'Connection: keep-alive' }), [400, 426]],
  ['Connection as a list in other case', request({ connection: 'Connection: keep-alive, UPGRADE' }), 101],
  ['two Connections', request({ connection: 'Connection: keep-alive', more: 'Connection: Upgrade' }), 101],
  ['Connection: xUpgrade', request({ connection: 'Connection: xUpgrade' }), [400, 426]],
  ['no key', request({ key: undefined }), 400],
  ['an empty key', request({ key: 'Sec-WebSocket-Key:' }), 400],
  ['a key of 15 octets', request({ key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j' }), 400],
  ['a key of 17 octets', request({ key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE=' }), 400],
  ['a key outside of base64', request({ key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub2*jZQ==' }), 400],
  ['a key without padding', request({ key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ' }), 400],
  ['a key that is not canonical', request({ key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==' }), 400],
  ['two keys', request({ more: `Sec-WebSocket-Key: ${KEY}` }), 400],
  ['no version', request({ version: undefined }), [400, 426]],
  ['version 12', request({ version: 'Sec-WebSocket-Version: 12' }), 426],
  ['version 8', request({ version: 'Sec-WebSocket-Version: 8' }), 101],
  ['versions as a list', request({ version: 'Sec-WebSocket-Version: 13, 8' }), [400, 426]],
  ['version 013', request({ version: 'Sec-WebSocket-Version: 013' }), [400, 426]],
  ['version 1e1+3', request({ version: 'Sec-WebSocket-Version: 1e1+3' }), [400, 426]],
  ['two versions', request({ more: 'Sec-WebSocket-Version: 8' }), [400, 426]],
  ['a folded header', request({ more: 'X: a\r\n b' }), 400],
  ['bare line feeds', request().replaceAll('\r\n', '\n'), 400],
  ['a blank before the colon', request({ upgrade: 'Upgrade : websocket' }), 400],
  ['NUL in a value', request({ more: 'X: a\0b' }), 400],
  ['a bare carriage return in a value', request({ more: 'X: a\rb' }), 400],
  ['a name that is no token', request({ more: 'X A: b' }), 400],
  ['an empty name', request({ more: ': b' }), 400],
  ['a line without a colon', request({ more: 'nonsense' }), 400],
  ['a value of 64 KiB', request({ more: `X: ${'a'.repeat(65_536)}` }), 431],
  ['3000 headers', request({ more: many(3000, 'a') }), 431],
  [
    'Upgrade behind 3000 headers',
    request({ upgrade: undefined, more: `${many(3000, 'a')}\r\nUpgrade: websocket` }),
    [400, 431],
  ],
  [
    'Upgrade behind 900 short headers',
    request({ upgrade: undefined, more: `${many(900, '')}\r\nUpgrade: websocket` }),
    [400, 431],
  ],
  ['a target of 20 KB', request({}, `GET /${'a'.repeat(20_000)} HTTP/1.1`), [414, 431]],
  ['a target in absolute form', request({}, 'GET http://other/ HTTP/1.1'), 400],
  ['the target *', request({}, 'GET * HTTP/1.1'), 400],
  ['a target that looks like an authority', request({}, 'GET //evil/x HTTP/1.1'), 101],
  ['a target with raw octets', request({}, 'GET /\xfc%00%?#a HTTP/1.1'), [101, 400]],
  ['Content-Length: 5', `${request({ more: 'Content-Length: 5' })}hello`, 400],
  ['Content-Length: 0', request({ more: 'Content-Length: 0' }), 101],
  ['Transfer-Encoding', `${request({ more: 'Transfer-Encoding: chunked' })}0\r\n\r\n`, 400],
  ['both lengths', request({ more: 'Content-Length: 5\r\nTransfer-Encoding: chunked' }), 400],
  ['Expect: 100-continue', request({ more: 'Expect: 100-continue' }), [101, 417]],
  ['an extension named constructor', request({ more: 'Sec-WebSocket-Extensions: constructor' }), 101],
  [
    'an extension named __proto__',
    request({ more: 'Sec-WebSocket-Extensions: __proto__; toString=1' }),
    [101, 400],
  ],
  [
    'headers named like members of objects',
    request({ more: '__proto__: x\r\n__proto__: y\r\nconstructor: z\r\nhasOwnProperty: w' }),
    101,
  ],
  ['a subprotocol twice', request({ more: 'Sec-WebSocket-Protocol: a, a' }), 400],
  ['an empty subprotocol', request({ more: 'Sec-WebSocket-Protocol: a,,b' }), 400],
  ['a subprotocol of blanks', request({ more: `Sec-WebSocket-Protocol: b${' '.repeat(8000)}x` }), 400],
  ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex'), 400],
  ['empty lines in front', `\r\n\r\n${request()}`, 101],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 505]],
  ['two Origins', request({ more: 'Origin: http://127.0.0.1\r\nOrigin: http://evil.example' }), [400, 403]],
  ['the origin of another host', request({ more: 'Origin: http://evil.example' }), 403],
  ['the origin null', request({ more: 'Origin: null' }), 403],
  ['the same origin', request({ more: 'Origin: http://127.0.0.1' }), 101],
];

const HOSTS: readonly [string, number][] = [
  ['[::1]:80', 101],
  ['h:0', 101],
  ['h:65535', 101],
  ['h:65536', 400],
  ['h:', 400],
  ['user@h', 400],
  ['h h', 400],
  ['h\xfc', 400],
  ['[', 400],
  ['[::1', 400],
  ['a:b:c', 400],
  ['%', 400],
  ['h'.repeat(10_000), 400],
];

describe('the answer to a request', () => {
  for (const [name, bytes, expected] of TABLE) {
    it(`${name} is answered with ${String(expected)}, and the server goes on`, async () => {
      const server = await startServer({ logger: {} });
      const connections = collect(server.connections$);
      const peer = await dialRaw(server.url);
      peer.write(bytes);
      await until(() => /^HTTP\/1\.1 \d{3} .*\r\n\r\n/s.test(peer.head) || peer.closed, 'an answer');
      const status = Number(peer.head.slice(9, 12));
      expect([expected].flat()).toContain(status);
      expect(connections.values).toHaveLength(status === 101 ? 1 : 0);
      if (status !== 101) await peer.whenEnded();
      if (status === 426) expect(peer.head).toMatch(/^upgrade: websocket\r$/im);
      if (name === 'version 12') expect(peer.head).toMatch(/^sec-websocket-version: 13, 8\r$/im);
      expect(peer.head).not.toMatch(/sec-websocket-extensions/i);
      await openRaw(server.url);
    });
  }

  for (const [host, expected] of HOSTS) {
    it(`Host: ${host.length > 20 ? `of ${host.length} octets` : JSON.stringify(host)} is answered with ${expected}`, async () => {
      const server = await startServer();
      const peer = await dialRaw(server.url);
      peer.write(request({ host: `Host: ${host}` }));
      await until(() => peer.head.length > 12 || peer.closed);
      expect(Number(peer.head.slice(9, 12))).toBe(expected);
    });
  }

  it('leaves Object.prototype as it was', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('refusals are told in rejections$, with status and headers, and each socket is closed', async () => {
    const server = await startServer();
    const rejections = collect(server.rejections$);
    for (const text of [
      request({}, 'POST / HTTP/1.1'),
      request({ version: 'Sec-WebSocket-Version: 12' }),
      request({ upgrade: undefined }),
    ]) {
      const peer = await dialRaw(server.url);
      peer.write(text);
      await peer.whenEnded();
    }
    await until(() => rejections.values.length === 3);
    expect(rejections.values.map(({ status, phase }) => [status, phase])).toEqual([
      [405, 'http'],
      [426, 'http'],
      [426, 'http'],
    ]);
    expect(rejections.values[1]!.headers).toMatchObject({ 'sec-websocket-version': '13, 8' });
  });
});

describe('the octets of a request', () => {
  it('may be cut into two chunks anywhere', async () => {
    const server = await startServer();
    const connections = collect(server.connections$);
    const head = Buffer.from(requestHead());
    for (let i = 1; i < head.length; i++) {
      const peer = await dialRaw(server.url);
      peer.write(head.subarray(0, i));
      await turns(1);
      peer.write(head.subarray(i));
      expect((await peer.headCame()).slice(0, 12)).toBe('HTTP/1.1 101');
      peer.stream.destroy();
    }
    expect(connections.values).toHaveLength(head.length - 1);
    for (const connection of connections.values) expect((await ended(connection)).code).toBe(1006);
  });

  it('may end with a reset anywhere, and the server goes on', async () => {
    const server = await startServer();
    const head = Buffer.concat([
      Buffer.from(requestHead()),
      Buffer.from('818100000000618981000000006288820000000003e8', 'hex'),
    ]);
    for (let i = 0; i <= head.length; i++) {
      const peer = await dialRaw(server.url);
      peer.write(head.subarray(0, i));
      if (i % 3 > 0) await turns(i % 3);
      peer.reset();
    }
    await openRaw(server.url);
    await until(() => server.connections.size === 1, 'the cut ones are forgotten');
  });

  it('may be followed by frames in the same chunk, which are the first messages', async () => {
    const server = await startServer();
    const connections = collect(server.connections$);
    const peer = await dialRaw(server.url);
    const frames = ['a', 'b'].map((data) => peer.frame(TEXT, data));
    peer.write(Buffer.concat([Buffer.from(requestHead()), ...frames, peer.frame(PING, 'p')]));
    expect((await peer.next()).payload.toString()).toBe('p');
    const seen = collect(connections.values[0]!.messages$);
    await until(() => seen.values.length === 2);
    expect(seen.values.map(({ data }) => data)).toEqual(['a', 'b']);
  });

  it('behind them, a second request is frames, and fails with 1002', async () => {
    const server = await startServer();
    const peer = await dialRaw(server.url);
    peer.write(requestHead() + requestHead());
    expect((await peer.next()).payload.readUInt16BE(0)).toBe(1002);
  });

  it('may be followed by the end of the stream', async () => {
    const server = await startServer();
    const connections = collect(server.connections$);
    const peer = await dialRaw(server.url);
    peer.stream.end(requestHead());
    await until(() => connections.values.length === 1 && connections.values[0]!.state === 'closed');
    expect((await ended(connections.values[0]!)).code).toBe(1006);
    await peer.whenEnded();
  });

  it('of a broken first frame in the chunk that completes the head fail that connection only', async () => {
    const server = await startServer();
    const peer = await dialRaw(server.url);
    peer.write(Buffer.concat([Buffer.from(requestHead()), Buffer.from('a18000000000', 'hex')]));
    expect((await peer.next()).payload.readUInt16BE(0)).toBe(1002);
    await openRaw(server.url);
  });

  it('of 1 MB without an end are cut at 16 KiB', async () => {
    const server = await startServer();
    const peer = await dialRaw(server.url);
    peer.write(`GET / HTTP/1.1\r\nX: ${'a'.repeat(1_000_000)}`);
    await peer.whenEnded();
    expect(peer.head).toMatch(/^HTTP\/1\.1 431/);
  });
});

describe('handshakeTimeoutMs', () => {
  for (const [name, bytes] of [
    ['nothing', ''],
    ['half a head', requestHead().slice(0, 60)],
  ] as const) {
    it(`closes a client that sends ${name}`, async () => {
      const server = await startServer({ handshakeTimeoutMs: 100 });
      const peer = await dialRaw(server.url);
      peer.write(bytes);
      await peer.whenEnded();
      expect(server.connections.size).toBe(0);
    });
  }

  it('does not touch a connection that is open', async () => {
    const server = await startServer({ handshakeTimeoutMs: 50 });
    const open = await openRaw(server.url);
    const slow = await dialRaw(server.url);
    await slow.whenEnded();
    expect(open.ended).toBe(false);
    expect(server.connections.size).toBe(1);
  });
});
