import { BlockList } from 'node:net';
import { firstValueFrom } from 'rxjs';
import {
  accept,
  allOf,
  type Connection,
  origins,
  remoteAddress,
  type Server,
  type ServerOptions,
  type UpgradeRequest,
} from '../../src/index.js';
import { startServer, watchResources } from '../support/harness.js';
import { openRaw } from '../support/raw-peer.js';
import { unixPath } from '../support/unix-path.js';
import { replyTo, requestFor } from './requesting.js';

watchResources();

const FOR = 'X-Forwarded-For: 6.6.6.6, 192.0.2.1';
const PROTO = 'X-Forwarded-Proto: https';
const HOST = 'X-Forwarded-Host: chat.example';

/** What a request and its connection say of a client that has written `lines`, or a proxy for it. */
async function seen(
  options: ServerOptions,
  lines: readonly string[],
): Promise<{ request: UpgradeRequest; connection: Connection; server: Server }> {
  const requests: UpgradeRequest[] = [];
  const server = await startServer({
    origins: 'any',
    ...options,
    authorize: (request) => {
      requests.push(request);
      return accept();
    },
  });
  const arrival = firstValueFrom(server.connections$);
  await openRaw(server.url, lines);
  return { request: requests[0]!, connection: await arrival, server };
}

const local = new BlockList();
local.addSubnet('127.0.0.0', 8);

describe('trustProxy', () => {
  it('is nobody by default: what a client writes of itself counts for nothing', async () => {
    const { request, connection } = await seen({}, [
      FOR,
      PROTO,
      HOST,
      'Forwarded: for=192.0.2.1;proto=https',
    ]);
    expect([request.remoteAddress, request.secure]).toEqual(['127.0.0.1', false]);
    expect(request.url).toBe('ws://127.0.0.1/');
    expect([connection.remoteAddress, connection.secure]).toEqual(['127.0.0.1', false]);
  });

  it.each<[string, NonNullable<ServerOptions['trustProxy']>]>([
    ['one proxy', 1],
    ['a list of addresses', ['127.0.0.1']],
    ['a list of subnets', ['127.0.0.0/8', '::1']],
    ['a BlockList', local],
    ['a list by name', { proxies: local, header: 'x-forwarded' }],
  ])('given as %s, makes request and connection the client’s', async (_, trustProxy) => {
    const { request, connection } = await seen({ trustProxy }, [FOR, PROTO, HOST]);
    expect([request.remoteAddress, request.secure, request.host]).toEqual([
      '192.0.2.1',
      true,
      'chat.example',
    ]);
    expect(request.url).toBe('wss://chat.example/');
    expect([connection.remoteAddress, connection.secure]).toEqual(['192.0.2.1', true]);
    connection.terminate();
    await firstValueFrom(connection.closed$);
    expect(connection.remoteAddress).toBe('192.0.2.1');
  });

  it('reads Forwarded where it is told to, and nothing else then', async () => {
    const trustProxy = { proxies: 1, header: 'forwarded' } as const;
    const lines = [FOR, PROTO, HOST, 'Forwarded: for="[2001:db8::1]:99";proto=http;host=one.example'];
    const { request } = await seen({ trustProxy }, lines);
    expect([request.remoteAddress, request.secure, request.host]).toEqual([
      '2001:db8::1',
      false,
      'one.example',
    ]);
  });

  it('is not for those who are not on the list', async () => {
    const { request } = await seen({ trustProxy: ['192.0.2.0/24'] }, [FOR, PROTO]);
    expect([request.remoteAddress, request.secure]).toEqual(['127.0.0.1', false]);
  });

  it('is for who comes over a Unix socket, where the list says so', async () => {
    const there = await seen({ trustProxy: ['unix'], unixPath: unixPath() }, [FOR]);
    expect(there.connection.remoteAddress).toBe('192.0.2.1');
    const not = await seen({ trustProxy: ['127.0.0.1'], unixPath: unixPath() }, [FOR]);
    expect(not.connection.remoteAddress).toBeUndefined();
  });

  it('hides the address where the proxy does, and not behind its own', async () => {
    const { request, connection } = await seen({ trustProxy: 1 }, ['X-Forwarded-For: unknown']);
    expect(request.remoteAddress).toBeUndefined();
    expect(connection.remoteAddress).toBeUndefined();
  });

  it('refuses malformed words of a trusted proxy with 400', async () => {
    const server = await startServer({ trustProxy: 1 });
    const reply = await replyTo(server.url, requestFor('/', ['X-Forwarded-For: here']));
    expect([reply.status, reply.body]).toEqual([400, 'X-Forwarded-For of a trusted proxy is malformed\n']);
  });

  it.each<[string, string[], number]>([
    ['the host that the client has asked for', ['Origin: https://chat.example', PROTO, HOST], 101],
    ['another scheme than the client’s', ['Origin: http://chat.example', PROTO, HOST], 403],
    ['the host that the proxy has asked for', ['Origin: https://127.0.0.1', PROTO, HOST], 403],
    ['the host alone, where the proxy says no more', ['Origin: https://chat.example', HOST], 101],
    ['the Host, where the proxy says nothing', ['Origin: http://127.0.0.1'], 101],
  ])('compares origins with %s', async (_, lines, status) => {
    const byOption = await startServer({ trustProxy: 1 });
    expect((await replyTo(byOption.url, requestFor('/', lines))).status).toBe(status);
    const byDecision = await startServer({ trustProxy: 1, origins: 'any', authorize: origins('same') });
    expect((await replyTo(byDecision.url, requestFor('/', lines))).status).toBe(status);
  });

  it('is what remoteAddress goes by', async () => {
    const blocked = new BlockList();
    blocked.addAddress('192.0.2.1');
    const server = await startServer({ trustProxy: 1, authorize: allOf(remoteAddress(blocked)) });
    expect((await replyTo(server.url, requestFor('/', [FOR]))).status).toBe(403);
    expect((await replyTo(server.url, requestFor('/', [`${FOR}, 192.0.2.2`]))).status).toBe(101);
  });

  it.each<[unknown, ErrorConstructor]>([
    [0, RangeError],
    [1.5, RangeError],
    [Infinity, RangeError],
    ['127.0.0.1', TypeError],
    [true, TypeError],
    [null, TypeError],
    [{}, TypeError],
    [{ proxies: 'x' }, TypeError],
    [{ proxies: 1, header: 'both' }, RangeError],
    [{ proxies: 1, headers: 'forwarded' }, TypeError],
    [['example.com'], TypeError],
    [['10.0.0.0/33'], TypeError],
    [['10.0.0.0/8/8'], TypeError],
    [['10.0.0.0/'], TypeError],
    [['::1/129'], TypeError],
    [[1], TypeError],
  ])('refuses %j', async (trustProxy, constructor) => {
    const starting = startServer({ trustProxy } as never);
    await expect(starting).rejects.toThrow(constructor);
    await expect(starting).rejects.toThrow('option trustProxy');
  });
});

describe('allowedHosts', () => {
  it.each<[string, ServerOptions, string[], number]>([
    ['one of the list', { allowedHosts: ['127.0.0.1'] }, [], 101],
    ['a name that was made to point here', { allowedHosts: ['localhost:*'] }, [], 421],
    ['the client’s, behind a proxy', { allowedHosts: ['chat.example'], trustProxy: 1 }, [HOST, PROTO], 101],
    ['one that a client makes up', { allowedHosts: ['chat.example'] }, [HOST, PROTO], 421],
  ])('answers a request for %s', async (_, options, lines, status) => {
    const server = await startServer(options);
    const reply = await replyTo(server.url, requestFor('/', lines));
    expect(reply.status).toBe(status);
    if (status === 421) expect(reply.body).toMatch(/^the host "127.0.0.1" is not one/);
  });
});
