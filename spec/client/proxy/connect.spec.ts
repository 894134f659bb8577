import { inspect } from 'node:util';
import net, { type AddressInfo } from 'node:net';
import {
  type ClientOptions,
  HandshakeError,
  openConnection,
  ProxyError,
  TimeoutError,
} from '../../../src/index.js';
import { VirtualTime, wireFrame } from 'rxwire/testing';
import { authority } from '../../support/authority.js';
import { opensslNeed, selfSigned } from '../../support/certificate.js';
import { collect } from '../../support/collect.js';
import { afterTest, ended, owned, startClient, startServer, watchResources } from '../../support/harness.js';
import { acceptAll, acceptHead, rawServer } from '../../support/raw-peer.js';
import { type Behaviour, forward, honest, portOf, rawProxy } from '../../support/raw-proxy.js';
import { itNeeds } from '../../support/skip.js';
import { until } from '../../support/turns.js';
import { TEXT } from '../../support/wire-frames.js';

watchResources();

const SECRET = 'open-sesame';
const OK = 'HTTP/1.1 200 OK\r\n\r\n';

async function failure(url: string, options: ClientOptions): Promise<HandshakeError> {
  const outcome = await openConnection(url, { logger: {}, ...options }).then(
    (connection) => {
      owned(connection);
      return new Error('it opened');
    },
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(HandshakeError);
  return outcome as HandshakeError;
}

async function echoes(url: string, options: ClientOptions): Promise<void> {
  const client = await startClient(url, options);
  const seen = collect(client.messages$);
  for (const data of ['one', 'x'.repeat(200_000)]) client.send(data);
  await until(() => seen.values.length === 2);
  expect(seen.values.map(({ data }) => data.length)).toEqual([3, 200_000]);
  client.close(4001);
  expect(await ended(client)).toMatchObject({ code: 4001, wasClean: true });
}

async function echoServer(options: Parameters<typeof startServer>[0] = {}): Promise<string> {
  const server = await startServer(options);
  server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  return server.url;
}

/** Writes octet by octet, each in a turn of its own. */
function drip(socket: net.Socket, bytes: Buffer, done: () => void): void {
  let at = 0;
  const next = (): void => {
    if (at === bytes.length) done();
    else socket.write(bytes.subarray(at, ++at), () => setImmediate(next));
  };
  next();
}

describe('a proxy that opens the way', () => {
  const ANSWERS: readonly [string, string][] = [
    ['200', OK],
    ['200 without a reason', 'HTTP/1.1 200\r\n\r\n'],
    ['200 of HTTP/1.0', 'HTTP/1.0 200 Connection established\r\n\r\n'],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['299', 'HTTP/1.1 299 Whatever\r\n\r\n'],
    ['200 with a length that means nothing', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['200 with a coding that means nothing', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['100 a hundred times, then 200', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100) + OK],
    ['103, then 200', `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${OK}`],
    ['a head of almost 16 KiB', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(16_000)}\r\n\r\n`],
  ];
  it.each(ANSWERS)('%s', async (_name, answer) => {
    const proxy = await rawProxy(honest(answer));
    await echoes(await echoServer(), { proxy: `http://127.0.0.1:${proxy.port}` });
  });

  it.each(ANSWERS.slice(0, 9))('%s, octet by octet', async (_name, answer) => {
    const url = await echoServer();
    const proxy = await rawProxy((client, head) => {
      // The client speaks as soon as the last octet has come.
      client.pause();
      drip(client, Buffer.from(answer, 'latin1'), () => forward(client, portOf(head), ''));
    });
    await echoes(url, { proxy: `http://127.0.0.1:${proxy.port}` });
  });

  it('what came behind its answer is the server’s', async () => {
    // The answer of the proxy, the server's 101 and a message in one chunk: the proxy knew what would be asked.
    const proxy = await rawProxy((client) => {
      let asked = '';
      client.on('data', (chunk) => {
        asked += chunk.toString('latin1');
        if (!asked.includes('\r\n\r\n')) return;
        const head = Buffer.from(acceptHead(asked), 'latin1');
        client.write(Buffer.concat([head.subarray(20), wireFrame({ opcode: TEXT, payload: 'early' })]));
      });
      client.write(`${OK}${acceptHead('').slice(0, 20)}`);
    });
    const client = await startClient('ws://server.example', { proxy: `http://127.0.0.1:${proxy.port}` });
    const seen = collect(client.messages$);
    await until(() => seen.values.length === 1);
    expect(seen.values[0]).toMatchObject({ data: 'early' });
  });

  const TARGETS: readonly [string, string, string][] = [
    ['the port of ws:', 'ws://server.example', 'server.example:80'],
    ['the port of wss:', 'wss://server.example/path?query', 'server.example:443'],
    ['another port', 'ws://server.example:8080', 'server.example:8080'],
    ['an address of IPv6', 'wss://[::1]', '[::1]:443'],
    ['a name that is not ASCII', 'ws://münchen.example', 'xn--mnchen-3ya.example:80'],
  ];
  it.each(TARGETS)('is asked for %s', async (_name, url, authority) => {
    const proxy = await rawProxy((client) => client.end('HTTP/1.1 403 No\r\n\r\n'));
    await failure(url, { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(proxy.heads).toEqual([`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`]);
  });

  it('is given the credentials of its URL, decoded, and the server is not', async () => {
    const server = await rawServer(acceptAll());
    const proxy = await rawProxy(honest());
    const url = `http://us%C3%A9r:${SECRET}%40@127.0.0.1:${proxy.port}`;
    await startClient(server.url, { proxy: url });
    const credentials = Buffer.from(`usér:${SECRET}@`).toString('base64');
    expect(proxy.heads[0]).toContain(`\r\nProxy-Authorization: Basic ${credentials}\r\n`);
    expect((await server.next()).head).not.toMatch(/authorization/i);
  });

  it('is given credentials and header fields of options', async () => {
    const proxy = await rawProxy((client) => client.end('HTTP/1.1 403 No\r\n\r\n'));
    await failure('ws://server.example', {
      proxy: {
        url: `http://127.0.0.1:${proxy.port}`,
        username: 'a',
        password: '',
        headers: { 'User-Agent': 'me' },
      },
    });
    expect(proxy.heads[0]).toContain('\r\nProxy-Authorization: Basic YTo=\r\nUser-Agent: me\r\n');
  });

  itNeeds(opensslNeed(), 'wss: through it is encrypted to the server, whose name is compared', async () => {
    const certificate = selfSigned();
    const url = await echoServer({ tls: certificate });
    const proxy = await rawProxy(honest());
    const options = { proxy: `http://127.0.0.1:${proxy.port}`, tls: { ca: certificate.cert } };
    await echoes(url, options);
    const named = `wss://other.example:${new URL(url).port}`;
    expect(await failure(named, options)).toMatchObject({
      phase: 'tls',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    expect(await failure(url, { proxy: options.proxy })).toMatchObject({ phase: 'tls' });
  });

  itNeeds(opensslNeed(), 'its own name is not taken for that of a server without one', async () => {
    const trusted = authority();
    afterTest(() => {
      trusted.remove();
    });
    const url = await echoServer({ tls: trusted.issue({ names: 'DNS:localhost' }) });
    const proxy = await rawProxy(honest());
    const options = { proxy: `http://localhost:${proxy.port}`, tls: { ca: trusted.ca } };
    expect(await failure(url.replace('localhost', '127.0.0.1'), options)).toMatchObject({
      phase: 'tls',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  itNeeds(opensslNeed(), 'https: to it, and TLS in TLS, each with its own name and authority', async () => {
    const forProxy = selfSigned();
    const forServer = selfSigned();
    const plain = await echoServer();
    const secure = await echoServer({ tls: forServer });
    const { port } = await rawProxy(honest(), { tls: forProxy });
    const proxy = { url: `https://localhost:${port}`, tls: { ca: forProxy.cert } };
    await echoes(plain, { proxy });
    await echoes(secure, { proxy, tls: { ca: forServer.cert } });
    // Neither stands for the other.
    expect(await failure(secure, { proxy, tls: { ca: forProxy.cert } })).toMatchObject({ phase: 'tls' });
    expect(
      await failure(secure, {
        proxy: { ...proxy, tls: { ca: forServer.cert } },
        tls: { ca: forServer.cert },
      }),
    ).toMatchObject({ phase: 'proxy', cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    const misnamed = await rawProxy(honest(), { tls: selfSigned('other.example') });
    expect(
      await failure(plain, {
        proxy: { url: `https://localhost:${misnamed.port}`, tls: { rejectUnauthorized: true } },
      }),
    ).toBeInstanceOf(ProxyError);
  });
});

describe('a proxy that does not open the way', () => {
  const answering =
    (answer: string): Behaviour =>
    (client) =>
      client.write(Buffer.from(answer, 'latin1'));
  const ending =
    (answer: string): Behaviour =>
    (client) =>
      client.end(Buffer.from(answer, 'latin1'));

  const ROWS: readonly [string, Behaviour, number | undefined][] = [
    ['407 with Basic', answering('HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n'), 407],
    ['407 with Digest', answering('HTTP/1.1 407 Who\r\nProxy-Authenticate: Digest nonce="x"\r\n\r\n'), 407],
    ['407 without a challenge', answering('HTTP/1.1 407 Who\r\n\r\n'), 407],
    ['403', answering('HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno\r\n'), 403],
    ['502 with a body without end', answering(`HTTP/1.1 502 Bad\r\n\r\n${'x'.repeat(30_000)}`), 502],
    ['504', answering('HTTP/1.1 504 Late\r\n\r\n'), 504],
    ['502 with a body that is a 101', answering(`HTTP/1.1 502 Bad\r\n\r\n${acceptHead('')}`), 502],
    ['101', answering('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'), 101],
    ['a redirect', answering('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n'), 302],
    [
      'a head of more than 16 KiB',
      answering(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(17_000)}\r\n\r\n`),
      undefined,
    ],
    ['a head without end', answering(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(17_000)}`), undefined],
    ['no line ends', answering('H'.repeat(20_000)), undefined],
    ['bare line feeds', answering('HTTP/1.1 200 OK\n\n'), undefined],
    ['a bare line feed at the end', answering('HTTP/1.1 200 OK\r\n\n'), undefined],
    ['a bare carriage return', answering('HTTP/1.1 200 OK\rX: y\r\n\r\n'), undefined],
    ['NUL', answering('HTTP/1.1 200 OK\r\nX: \0\r\n\r\n'), undefined],
    ['garbage', answering('\x16\x03\x01\x02\x00garbage'), undefined],
    ['HTTP/2.0', answering('HTTP/2.0 200 OK\r\n\r\n'), undefined],
    ['another protocol', answering('SSH-2.0-OpenSSH\r\n\r\n'), undefined],
    ['a status of two digits', answering('HTTP/1.1 20 OK\r\n\r\n'), undefined],
    ['a status of four digits', answering('HTTP/1.1 2000 OK\r\n\r\n'), undefined],
    ['a field without a colon', answering('HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'), undefined],
    ['a folded field', answering('HTTP/1.1 200 OK\r\nX: y\r\n z: a\r\n\r\n'), undefined],
    ['a blank before the colon', answering('HTTP/1.1 200 OK\r\nX : y\r\n\r\n'), undefined],
    [
      'an interim answer with a bare line feed',
      answering(`HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\n\n`),
      undefined,
    ],
    ['nothing, and the end', ending(''), undefined],
    ['the end within the status line', ending('HTTP/1.1 2'), undefined],
    ['the end within the head', ending('HTTP/1.1 200 OK\r\nX: y\r\n'), undefined],
    ['a reset', (client) => client.resetAndDestroy(), undefined],
    [
      'a reset within the head',
      (client) => client.write('HTTP/1.1 2', () => client.resetAndDestroy()),
      undefined,
    ],
  ];
  it.each(ROWS)('%s', async (_name, behave, status) => {
    const proxy = await rawProxy(behave);
    const url = `http://user:${SECRET}@127.0.0.1:${proxy.port}`;
    for (const target of ['ws://127.0.0.1:1/', 'wss://127.0.0.1:1/']) {
      const error = await failure(target, { proxy: url, handshakeTimeoutMs: 5000 });
      expect(error).toBeInstanceOf(ProxyError);
      expect(error).toMatchObject({ phase: 'proxy', status, code: 'RXWIRE_PROXY' });
      expect(error.message).toContain(`http://127.0.0.1:${proxy.port}`);
      expect(error.body?.length ?? 0).toBeLessThanOrEqual(1024);
      const told = [
        inspect(error, { depth: 9, showHidden: true }),
        String(error),
        error.stack,
        JSON.stringify(error),
      ];
      expect(told.join()).not.toContain(SECRET);
      expect(told.join()).not.toContain(Buffer.from(`user:${SECRET}`).toString('base64'));
    }
    await proxy.whenAlone();
    // Asked once for each, and nothing was tried again without it.
    expect(proxy.heads).toHaveLength(2);
  });

  it('tells what it answered', async () => {
    const { port } = await rawProxy(answering('HTTP/1.1 403 Forbidden\r\nX-Why: policy\r\n\r\nby policy'));
    const error = await failure('ws://server.example', { proxy: `http://127.0.0.1:${port}` });
    expect(error.headers).toEqual({ 'x-why': 'policy' });
    expect(Buffer.from(error.body ?? []).toString()).toBe('by policy');
  });

  it('octets in front of TLS are refused', async () => {
    const proxy = await rawProxy(answering(`${OK}hello`));
    const error = await failure('wss://server.example', { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(error).toMatchObject({ phase: 'proxy', status: undefined });
    expect(error.message).toContain('before TLS');
  });

  it.each(['end', 'resetAndDestroy'] as const)('leaves by %s right after its answer', async (leave) => {
    const proxy = await rawProxy((client) => client.write(OK, () => client[leave]()));
    for (const url of ['ws://server.example', 'wss://server.example']) {
      expect(['proxy', 'tls', 'http']).toContain(
        (await failure(url, { proxy: `http://127.0.0.1:${proxy.port}` })).phase,
      );
    }
  });

  it('a 407 of the server is the server’s', async () => {
    const server = await rawServer((peer) => {
      void peer.headCame().then(() => peer.write('HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n'));
    });
    const proxy = await rawProxy(honest());
    const error = await failure(server.url, { proxy: `http://user:${SECRET}@127.0.0.1:${proxy.port}` });
    expect(error).toMatchObject({ phase: 'http', status: 407 });
    expect(error).not.toBeInstanceOf(ProxyError);
    expect(server.peers).toHaveLength(1);
    expect(server.peers[0]!.head).not.toMatch(/authorization/i);
  });

  it('is not there', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await failure('ws://server.example', { proxy: `http://127.0.0.1:${port}` });
    expect(error).toMatchObject({ phase: 'proxy', cause: { code: 'ECONNREFUSED' } });
    expect(error).toBeInstanceOf(ProxyError);
  });

  it.each([
    ['says nothing', ''],
    ['says only interim answers', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['stops within its answer', 'HTTP/1.1 200 OK\r\n'],
  ])('%s, and is given handshakeTimeoutMs', async (_name, answer) => {
    const clock = new VirtualTime();
    const proxy = await rawProxy(answering(answer));
    const opening = failure('ws://server.example', {
      proxy: `http://127.0.0.1:${proxy.port}`,
      scheduler: clock,
      handshakeTimeoutMs: 700,
    });
    await until(() => proxy.heads.length === 1);
    clock.pass(700);
    const error = await opening;
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ phase: 'proxy', code: 'RXWIRE_HANDSHAKE_TIMEOUT' });
    expect(error.cause).toBeInstanceOf(TimeoutError);
    await proxy.whenAlone();
    expect(clock.pending).toBe(0);
  });

  it('is left at once by who gives up', async () => {
    const proxy = await rawProxy(() => undefined);
    const controller = new AbortController();
    const opening = openConnection('ws://server.example', {
      proxy: `http://127.0.0.1:${proxy.port}`,
      signal: controller.signal,
    });
    await until(() => proxy.heads.length === 1);
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    await proxy.whenAlone();
  });

  itNeeds(
    opensslNeed(),
    'is not what it is said to be: http: and https: mistaken for each other',
    async () => {
      const plain = await rawProxy(answering('HTTP/1.1 400 Bad\r\n\r\n'), { socks: true });
      const secure = await rawProxy(honest(), { tls: selfSigned() });
      const wrong = [`https://127.0.0.1:${plain.port}`, `http://127.0.0.1:${secure.port}`];
      for (const proxy of wrong) {
        expect(await failure('ws://server.example', { proxy, handshakeTimeoutMs: 5000 })).toMatchObject({
          phase: 'proxy',
          code: 'RXWIRE_PROXY',
        });
      }
    },
  );
});
