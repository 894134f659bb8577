import { type ClientOptions, openConnection } from '../../src/index.js';
import { selfSigned } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { ended, startClient, startServer, watchResources } from '../support/harness.js';
import { describeNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';
import {
  dante,
  danteUserNeed,
  danteWithUser,
  endProxies,
  haproxy,
  PASSWORD,
  type ProxyProcess,
  proxyNeed,
  squid,
  tinyproxy,
  USER,
} from './proxies.js';

watchResources();

afterAll(endProxies);

const START_MS = 20_000;
async function echoServer(tls?: { key: string; cert: string }): Promise<string> {
  const server = await startServer({ ...(tls !== undefined && { tls }), compression: true });
  server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  return server.url;
}

/** Text, binary, long and compressed, both ways; then a close with its code and reason. */
async function echoes(url: string, options: ClientOptions): Promise<void> {
  const client = await startClient(url, options);
  const seen = collect(client.messages$);
  const sent = ['text', 'ä'.repeat(40_000), '', ...Array.from({ length: 50 }, (_, i) => `number ${i}`)];
  for (const data of sent) client.send(data);
  client.send(Buffer.alloc(700_000, 7));
  await until(() => seen.values.length === sent.length + 1);
  expect(seen.values.slice(0, -1).map(({ data }) => data)).toEqual(sent);
  expect(Buffer.from(seen.values.at(-1)!.data as Uint8Array).equals(Buffer.alloc(700_000, 7))).toBe(true);
  client.close(4002, 'enough');
  expect(await ended(client)).toMatchObject({ code: 4002, reason: 'enough', wasClean: true });
}

function failure(url: string, options: ClientOptions): Promise<unknown> {
  return openConnection(url, { logger: {}, ...options }).then(
    () => 'opened',
    (error: unknown) => error,
  );
}

/** A proxy that dies while a message is on its way. */
async function killed(start: () => Promise<ProxyProcess>, proxyOf: (port: number) => string): Promise<void> {
  const proxy = await start();
  const server = await startServer();
  const arrived = new Promise<void>((resolve) => {
    server.connections$.subscribe((connection) => {
      connection.streams$.subscribe((message) => {
        message.chunks$.subscribe({ next: () => resolve(), error: () => undefined });
      });
    });
  });
  const client = await startClient(server.url, { proxy: proxyOf(proxy.port) });
  const sink = client.openMessage('binary');
  sink.write(Buffer.alloc(100_000));
  await arrived;
  proxy.command.signal('SIGKILL');
  await proxy.command.ended;
  expect(await ended(client)).toMatchObject({ code: 1006, wasClean: false, initiator: 'transport' });
}

/** Names are the proxy's to look up. */
const noLookup: NonNullable<ClientOptions['lookup']> = (name) => {
  throw new Error(`${name} was looked up`);
};

describeNeeds(proxyNeed('tinyproxy'), 'through tinyproxy, with a password', () => {
  const certificate = selfSigned();
  let proxy: ProxyProcess;
  beforeAll(async () => (proxy = await tinyproxy()), START_MS);
  const url = (credentials = `${USER}:${PASSWORD}@`): string =>
    `http://${credentials}127.0.0.1:${proxy.port}`;

  it('ws:', async () => echoes(await echoServer(), { proxy: url() }));

  it('wss:', async () =>
    echoes(await echoServer(certificate), { proxy: url(), tls: { ca: certificate.cert } }));

  it.each([
    ['without one', ''],
    ['with a wrong one', `${USER}:wrong@`],
  ])('%s there is none', async (_name, credentials) => {
    expect(await failure(await echoServer(), { proxy: url(credentials) })).toMatchObject({
      phase: 'proxy',
      code: 'RXWIRE_PROXY',
      status: credentials === '' ? 407 : expect.any(Number),
    });
  });

  it('a server that is not there is the proxy’s 5xx', async () => {
    const { status } = (await failure('ws://127.0.0.1:1', { proxy: url() })) as { status: number };
    expect(Math.floor(status / 100)).toBe(5);
  });

  it('is killed within a message', async () => {
    await killed(tinyproxy, (port) => `http://${USER}:${PASSWORD}@127.0.0.1:${port}`);
  });
});

describeNeeds(proxyNeed('squid', 'haproxy'), 'through squid', () => {
  const certificate = selfSigned();
  const forProxy = selfSigned();
  let open: ProxyProcess;
  let guarded: ProxyProcess;
  let secure: ProxyProcess;
  beforeAll(async () => {
    [open, guarded] = await Promise.all([squid(false), squid(true)]);
    secure = await haproxy(forProxy, guarded);
  }, START_MS);

  it('ws:', async () => echoes(await echoServer(), { proxy: `http://127.0.0.1:${open.port}` }));

  it('wss:', async () =>
    echoes(await echoServer(certificate), {
      proxy: `http://127.0.0.1:${open.port}`,
      tls: { ca: certificate.cert },
    }));

  it('whose name for the server is its own to look up', async () => {
    const server = new URL(await echoServer());
    await echoes(`ws://localhost:${server.port}`, {
      proxy: `http://127.0.0.1:${open.port}`,
      lookup: noLookup,
    });
  });

  it('with a password, and behind TLS: ws: and wss:', async () => {
    const proxy = {
      url: `https://localhost:${secure.port}`,
      username: USER,
      password: PASSWORD,
      tls: { ca: forProxy.cert },
    };
    await echoes(await echoServer(), { proxy });
    await echoes(await echoServer(certificate), { proxy, tls: { ca: certificate.cert } });
  });

  it.each([
    ['without its password', {}],
    ['with a wrong one', { username: USER, password: 'wrong' }],
  ])('%s is refused with 407', async (_name, credentials) => {
    const error = await failure(await echoServer(), {
      proxy: { url: `http://127.0.0.1:${guarded.port}`, ...credentials },
    });
    expect(error).toMatchObject({ phase: 'proxy', status: 407 });
    expect((error as { headers: object }).headers).toHaveProperty('proxy-authenticate');
  });

  it('a server that is not there is the proxy’s 503', async () => {
    const error = await failure('ws://127.0.0.1:1', { proxy: `http://127.0.0.1:${open.port}` });
    expect(error).toMatchObject({ phase: 'proxy', status: 503 });
  });

  it(
    'is killed within a message',
    async () => {
      await killed(
        () => squid(false),
        (port) => `http://127.0.0.1:${port}`,
      );
    },
    START_MS,
  );
});

describeNeeds(proxyNeed('dante-server'), 'through dante', () => {
  const certificate = selfSigned();
  let open: ProxyProcess;
  beforeAll(async () => (open = await dante()), START_MS);

  it.each(['socks4', 'socks4a', 'socks5', 'socks5h'])('%s: ws: and wss:', async (scheme) => {
    const proxy = `${scheme}://127.0.0.1:${open.port}`;
    await echoes(await echoServer(), { proxy });
    await echoes(await echoServer(certificate), { proxy, tls: { ca: certificate.cert } });
  });

  // Of SOCKS 4a it takes the name's place for an address, 0.0.0.1.
  it('socks5h: whose name for the server is its own to look up', async () => {
    const { port } = new URL(await echoServer());
    const options = { proxy: `socks5h://127.0.0.1:${open.port}`, lookup: noLookup };
    await echoes(`ws://localhost:${port}`, options);
    expect(await failure('ws://nowhere.invalid', options)).toMatchObject({ phase: 'proxy' });
  });

  it.each(['socks4', 'socks5'])('%s: which this side looks up', async (scheme) => {
    const { port } = new URL(await echoServer());
    await echoes(`ws://localhost:${port}`, { proxy: `${scheme}://127.0.0.1:${open.port}` });
  });

  it('a server that is not there is the proxy’s refusal', async () => {
    const error = await failure('ws://127.0.0.1:1', { proxy: `socks5://127.0.0.1:${open.port}` });
    expect(error).toMatchObject({ phase: 'proxy', code: 'RXWIRE_PROXY' });
    expect((error as Error).message).toContain('ConnectionRefused');
  });
});

describeNeeds(danteUserNeed(), 'through dante, with a password', () => {
  const certificate = selfSigned();
  let proxy: ProxyProcess;
  beforeAll(async () => (proxy = await danteWithUser()), START_MS);
  const url = (scheme: string, credentials: string): string =>
    `${scheme}://${credentials}127.0.0.1:${proxy.port}`;

  it.each(['socks5', 'socks5h'])('%s: ws: and wss:', async (scheme) => {
    const options = { proxy: url(scheme, `${USER}:${PASSWORD}@`) };
    await echoes(await echoServer(), options);
    await echoes(await echoServer(certificate), { ...options, tls: { ca: certificate.cert } });
  });

  it.each([
    ['without one', ''],
    ['with a wrong one', `${USER}:wrong@`],
    ['for a user that it does not know', `nobody:${PASSWORD}@`],
  ])('%s there is none', async (_name, credentials) => {
    expect(await failure(await echoServer(), { proxy: url('socks5', credentials) })).toMatchObject({
      phase: 'proxy',
      code: 'RXWIRE_PROXY',
    });
  });
});
