import { BlockList } from 'node:net';
import {
  accept,
  allOf,
  attach,
  healthCheck,
  openServer,
  origins,
  remoteAddress,
  route,
} from '../../../src/index.js';
import { afterTest, startClient, watchResources } from '../../support/harness.js';
import { dialRaw } from '../../support/raw-peer.js';
import { unixPath } from '../../support/unix-path.js';
import http from 'node:http';
import { readReply, replyTo } from '../requesting.js';
import { guarded, requesting } from './asking.js';

watchResources();

describe('origins', () => {
  it.each([
    ['one of the list', 'https://a.example.com', 101],
    ['another', 'https://example.org', 403],
    ['null', 'null', 403],
    ['none', undefined, 101],
  ])('answers %s', async (_, origin, status) => {
    const { server } = await guarded(origins(['https://*.example.com']), { origins: 'any' });
    const reply = await requesting(server, '/', origin === undefined ? [] : [`Origin: ${origin}`]);
    expect(reply.status).toBe(status);
    if (status === 403) expect(reply.body).toBe(`the origin "${String(origin)}" may not connect here\n`);
  });

  it('compares with the Host, and differs by path', async () => {
    const { server } = await guarded(route({ '/own': origins('same'), '/all': origins('any') }), {
      origins: 'any',
    });
    const statuses: number[] = [];
    for (const path of ['/own', '/all']) {
      for (const origin of ['http://127.0.0.1', 'http://evil.example']) {
        statuses.push((await requesting(server, path, [`Origin: ${origin}`])).status);
      }
    }
    expect(statuses).toEqual([101, 403, 101, 101]);
  });

  it('refuses what is no list of origins', () => {
    expect(() => origins(['example.com'])).toThrow(/origins has "example.com"/);
  });
});

describe('remoteAddress', () => {
  const local = new BlockList();
  local.addSubnet('127.0.0.0', 8, 'ipv4');
  const other = new BlockList();
  other.addAddress('192.0.2.1');

  it.each<[string, Parameters<typeof remoteAddress>[0], number]>([
    ['on a list', local, 403],
    ['not on a list', other, 101],
    ['blocked', { block: local }, 403],
    ['allowed', { allow: local }, 101],
    ['not among those allowed', { allow: other }, 403],
    ['allowed and blocked', { allow: local, block: local }, 403],
  ])('answers an address %s', async (_, lists, status) => {
    const { server } = await guarded(remoteAddress(lists));
    expect((await requesting(server)).status).toBe(status);
  });

  it.each([
    ['::ffff:127.0.0.1', local, true],
    ['::ffff:128.0.0.1', local, false],
    ['::1', local, false],
    [undefined, local, false],
    ['nonsense', local, false],
  ])('looks up %j as what it is', (address, list, listed) => {
    const answer = remoteAddress({ allow: list })({ remoteAddress: address } as never);
    expect(answer).toMatchObject({ accept: listed });
  });

  it('has no address over a Unix socket', async () => {
    const path = unixPath();
    const server = await openServer({ unixPath: path, authorize: remoteAddress(local) });
    afterTest(() => server.close());
    const client = await startClient(server.url);
    expect(client.state).toBe('open');
    client.terminate();
  });

  it.each([[{}], [undefined], [{ allow: [] }], [{ alow: local }], ['127.0.0.1']])('refuses %j', (lists) => {
    expect(() => remoteAddress(lists as never)).toThrow(TypeError);
  });
});

describe('healthCheck', () => {
  const plain = (target: string, method = 'GET'): string =>
    `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;

  it.each([
    ['a plain request', plain('/health?now'), 200, 'OK\n'],
    ['a request for the head', plain('/health', 'HEAD'), 200, ''],
    ['another path', plain('/other'), 426, 'Upgrade is missing, expected "websocket"\n'],
    ['another method', plain('/health', 'POST'), 405, 'the method is "POST", expected GET\n'],
  ])('answers %s', async (_, text, status, body) => {
    const { server } = await guarded(allOf(() => accept(), healthCheck('/health')));
    const reply = await replyTo(server.url, text);
    expect([reply.status, reply.body]).toEqual([status, body]);
    expect(reply.headers.get('connection')).toMatch(/^close/);
  });

  it('answers an upgrade, too, and lets others pass', async () => {
    const { server } = await guarded(healthCheck('/health'));
    const { status, body, headers } = await requesting(server, '/health');
    expect([status, body, headers.get('cache-control')]).toEqual([200, 'OK\n', 'no-store']);
    expect((await requesting(server, '/')).status).toBe(101);
  });

  it('leaves plain requests to the owner of the server that it is attached to', async () => {
    const web = http.createServer((_, response) => response.writeHead(204).end());
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    afterTest(() => new Promise((resolve) => web.close(resolve)));
    const server = attach(web, { authorize: healthCheck('/health') });
    afterTest(() => server.close());
    const peer = await dialRaw(server.url);
    peer.write(plain('/health').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    await peer.whenEnded();
    expect(readReply(peer.head).status).toBe(204);
  });

  it('refuses what is no path', () => {
    expect(() => healthCheck('health')).toThrow(/path is "health"/);
  });
});
