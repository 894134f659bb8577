import { type ClientOptions, connect } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { watchResources } from '../support/harness.js';
import { acceptHead, rawServer } from '../support/raw-peer.js';
import { honest, rawProxy } from '../support/raw-proxy.js';
import { until } from '../support/turns.js';

watchResources();

/** Changes every object and list in `value` that can be changed, however deep, and is not of a class. */
function spoil(value: unknown): void {
  if (Array.isArray(value)) {
    value.splice(0, value.length, 'spoilt');
  } else if (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    const record = value as Record<string, unknown>;
    for (const name of Object.keys(record)) {
      spoil(record[name]);
      if (typeof record[name] === 'string') record[name] = 'spoilt';
      if (typeof record[name] === 'number') record[name] = 9;
    }
    record['X-Spoilt'] = 'spoilt';
  } else if (value instanceof Map || value instanceof Headers) {
    value.set('X-Spoilt', 'spoilt');
  } else if (value instanceof URL) {
    value.pathname = '/spoilt';
    value.port = '1';
  }
}

describe('what is given to connect', () => {
  const ROWS: readonly [string, () => ClientOptions][] = [
    ['headers by name', () => ({ headers: { Authorization: 'a', X: ['b', 'c'] } })],
    ['a Map of headers', () => ({ headers: new Map([['X', 'b']]) })],
    ['a Headers', () => ({ headers: new Headers({ X: 'b' }) })],
    ['pairs', () => ({ headers: [['X', 'b']] })],
    ['subprotocols', () => ({ subprotocols: ['a', 'b'], requireSubprotocol: false })],
    ['cookies', () => ({ cookies: { a: 'b' } })],
    ['auth', () => ({ auth: { username: 'a', password: 'b', scheme: 'basic' } })],
    ['compression', () => ({ compression: { serverMaxWindowBits: 10 } })],
    ['extensions', () => ({ extensions: [], compression: false })],
  ];
  it.each(ROWS)('is what is asked, whatever becomes of it: %s', async (_name, optionsOf) => {
    const heads: string[] = [];
    const server = await rawServer((peer) => {
      void peer.headCame().then((head) => {
        heads.push(head.replace(/Sec-WebSocket-Key: .*\r\n/, ''));
        peer.write(acceptHead(head));
      });
    });
    const url = new URL(`${server.url}/path`);
    const options = { logger: {}, ...optionsOf() };
    const connection$ = connect(url, options);
    const before = collect(connection$);
    await until(() => before.values.length === 1 || before.done);
    spoil(options);
    spoil(url);
    const behind = collect(connection$);
    await until(() => behind.values.length === 1 || behind.done);
    expect([before.error, behind.error]).toEqual([undefined, undefined]);
    expect(heads).toHaveLength(2);
    expect(heads[1]).toBe(heads[0]);
    expect(heads[0]).not.toContain('spoilt');
  });

  it('is what a proxy is asked', async () => {
    const server = await rawServer((peer) => {
      void peer.headCame().then((head) => peer.write(acceptHead(head)));
    });
    const { port, heads } = await rawProxy(honest());
    const proxy = {
      url: new URL(`http://127.0.0.1:${port}`),
      username: 'a',
      password: 'b',
      headers: { X: 'c', Y: ['d', 'e'] },
    };
    const noProxy = ['other.example'];
    const connection$ = connect(server.url, { proxy, noProxy, logger: {} });
    for (let i = 1; i <= 2; i++) {
      const opening = collect(connection$);
      await until(() => opening.values.length === 1 || opening.done);
      spoil(proxy);
      spoil(noProxy);
    }
    expect(heads).toHaveLength(2);
    expect(heads[1]).toBe(heads[0]);
    expect(heads[0]).toMatch(/X: c\r\nY: d\r\nY: e\r\n/);
  });
});
