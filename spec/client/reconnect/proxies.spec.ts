import type net from 'node:net';
import { connect, type LinkStatus, ProxyError, reconnect } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { startServer, watchResources } from '../../support/harness.js';
import { forward, honest, rawProxy, type RawProxy } from '../../support/raw-proxy.js';
import { until } from '../../support/turns.js';

watchResources();

const SOON = { delays: { baseMs: 2, capMs: 5 } };
/** Nobody is asked for it but the proxy. */
const SERVER = 'ws://127.0.0.1:9';

interface Outcome {
  readonly attempts: number;
  readonly error: unknown;
}

/** What comes of three attempts at the most. */
async function outcome(scheme: string, proxy: RawProxy): Promise<Outcome> {
  const statuses: LinkStatus[] = [];
  const status = { next: (each: LinkStatus) => statuses.push(each) };
  const link$ = connect(SERVER, { logger: {}, proxy: `${scheme}://127.0.0.1:${proxy.port}` });
  const connections = collect(link$.pipe(reconnect({ ...SOON, maxAttempts: 3, status })));
  await until(() => connections.done);
  return {
    attempts: statuses.filter(({ state }) => state === 'connecting').length,
    error: connections.error,
  };
}

/** A SOCKS proxy that answers each request alike. */
function refusing(version: 4 | 5, reply: number): Promise<RawProxy> {
  const behave = (client: net.Socket): void => {
    if (version === 4) {
      client.end(Buffer.from([0, reply, 0, 0, 0, 0, 0, 0]));
      return;
    }
    client.write(Buffer.from([5, 0]));
    client.once('data', () => client.end(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0])));
  };
  return rawProxy(behave, { socks: true });
}

describe('what lies behind a SOCKS proxy', () => {
  it.each([
    ['fails in some way', 5, 1],
    ['is in a network that is not reached', 5, 3],
    ['is a host that is not reached', 5, 4],
    ['refuses the connection', 5, 5],
    ['is too far away', 5, 6],
    ['refuses the connection, or fails, by SOCKS 4', 4, 91],
  ] as const)('is tried again where it %s', async (_name, version, reply) => {
    const proxy = await refusing(version, reply);
    const { attempts, error } = await outcome(`socks${version}`, proxy);
    expect([attempts, error]).toEqual([3, expect.any(ProxyError)]);
    expect(proxy.clients).toHaveLength(3);
  });

  it.each([
    ['is not allowed', 5, 2],
    ['is asked for in an unknown way', 5, 7],
    ['has an address of a wrong kind', 5, 8],
    ['is not for this user, by SOCKS 4', 4, 93],
  ] as const)('ends it where it %s', async (_name, version, reply) => {
    const { attempts, error } = await outcome(`socks${version}`, await refusing(version, reply));
    expect([attempts, error]).toEqual([1, expect.any(ProxyError)]);
  });
});

describe('a proxy that ends in place of an answer', () => {
  it.each(['http', 'socks4', 'socks5', 'socks5h'])('is tried again: %s', async (scheme) => {
    const proxy = await rawProxy((client) => client.end(), { socks: true });
    const { attempts, error } = await outcome(scheme, proxy);
    expect([attempts, error]).toEqual([3, expect.any(ProxyError)]);
  });

  it('is tried again within its answer, too', async () => {
    const proxy = await rawProxy((client) => client.end('HTTP/1.1 200 Connection'));
    expect((await outcome('http', proxy)).attempts).toBe(3);
  });
});

describe('a proxy that is away for a while', () => {
  it.each([
    ['that says so', 'HTTP/1.1 503 Service Unavailable\r\n\r\n'],
    ['that says nothing', ''],
  ])('%s carries the next connection', async (_name, answer) => {
    const server = await startServer();
    let asked = 0;
    const proxy = await rawProxy((client, head, self) => {
      if (++asked < 3) client.end(answer);
      else honest()(client, head, self);
    });
    const options = { logger: {}, proxy: `http://127.0.0.1:${proxy.port}` };
    const connections = collect(connect(server.url, options).pipe(reconnect(SOON)));
    await until(() => connections.values.length === 1);
    // It is gone with all that it carried.
    asked = 0;
    for (const client of proxy.clients) client.destroy();
    await until(() => connections.values.length === 2);
    expect(connections.values.map(({ state }) => state)).toEqual(['closed', 'open']);
    connections.stop();
    await until(() => server.connections.size === 0);
  });

  it('leaves a server that it reaches again to be found, by SOCKS', async () => {
    const server = await startServer();
    let asked = 0;
    const proxy = await rawProxy(
      (client) => {
        client.write(Buffer.from([5, 0]));
        client.once('data', () => {
          const granted = Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 80]);
          client.pause();
          if (++asked < 3) client.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0]));
          else forward(client, Number(new URL(server.url).port), granted);
        });
      },
      { socks: true },
    );
    const options = { logger: {}, proxy: `socks5://127.0.0.1:${proxy.port}` };
    const connections = collect(connect(server.url, options).pipe(reconnect(SOON)));
    await until(() => connections.values.length === 1);
    expect(connections.values[0]!.state).toBe('open');
    connections.stop();
    await until(() => server.connections.size === 0);
  });
});
