import type { Browser, Page } from 'playwright-core';
import { type Connection, openServer, type Server } from '../../src/index.js';
import { selfSigned } from '../support/certificate.js';
import { ended } from '../support/harness.js';
import { describeNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';
import { CHROMIUM, launchChromium } from './chromium.js';

const SIZES = [0, 1, 125, 126, 65_535, 65_536, 1024 * 1024];

/** Code for the page, as text: it runs there and not here. */
const ECHO_ALL = `async (sizes) => {
  const url = location.href.replace('http', 'ws');
  const sockets = await Promise.all(Array.from({ length: 5 }, () => new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => resolve(socket);
    socket.onerror = reject;
  })));
  const faults = [];
  for (const size of sizes) {
    await Promise.all(sockets.map(async (socket, n) => {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + n + (i >> 8)) & 255);
      const got = new Promise((resolve) => { socket.onmessage = ({ data }) => resolve(data); });
      socket.send(bytes);
      const back = new Uint8Array(await got);
      if (back.length !== size || back.some((octet, i) => octet !== bytes[i])) faults.push(n + ': ' + size);
    }));
  }
  const closed = await Promise.all(sockets.map((socket) => new Promise((resolve) => {
    socket.onclose = ({ code, reason, wasClean }) => resolve([code, reason, wasClean]);
    socket.close(4321, 'ü');
  })));
  return { faults, closed, extensions: sockets[0].extensions };
}`;
const STAY_OPEN = `() => new Promise((resolve) => {
  globalThis.kept = new WebSocket(location.origin.replace('https', 'wss') + '/stay');
  globalThis.kept.onopen = () => resolve();
})`;

const AWAIT_CLOSE = `(path) => new Promise((resolve) => {
  const socket = new WebSocket(new URL(path, location.href.replace('http', 'ws')));
  socket.onclose = ({ code, reason, wasClean }) => resolve([code, reason, wasClean]);
})`;
const STREAM = `async () => {
  const socket = new WebSocketStream(location.href.replace('http', 'ws'));
  const { readable, writable } = await socket.opened;
  const writer = writable.getWriter();
  await writer.write('through streams');
  const { value } = await readable.getReader().read();
  socket.close({ closeCode: 4000, reason: 'done' });
  const { closeCode } = await socket.closed;
  return [value, closeCode];
}`;

describeNeeds(CHROMIUM, 'Chromium over HTTP/2', () => {
  let browser: Browser;
  let page: Page;
  let server: Server;
  const connections: Connection[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    server = await openServer({
      host: '127.0.0.1',
      tls: selfSigned(),
      http2: true,
      statusPage: true,
      compression: true,
      authorize: ({ path }) => (path === '/no' ? { accept: false, status: 403 } : { accept: true }),
    });
    server.connections$.subscribe((connection) => {
      connections.push(connection);
      const closing = /^\/close\/(\d+)$/.exec(connection.request.target);
      if (closing !== null) connection.close(Number(closing[1]), 'from the server: ü');
      else connection.messages$.subscribe(connection.outbox);
    });
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    page = await context.newPage();
    await page.goto(`${server.url.replace('wss:', 'https:')}/`);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await server.close();
    await until(() => connections.every(({ state }) => state === 'closed'));
  }, 60_000);

  it('loads the status page over HTTP/2, whose WebSocket is in the same session', async () => {
    expect(await page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")).toBe('h2');
    await page.waitForSelector('[data-state=open]');
    await page.keyboard.type('hello ü');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#log .received .data');
    expect(await page.textContent('#log .received .data')).toBe('hello ü');
    expect(connections[0]).toMatchObject({
      request: { method: 'CONNECT', target: '/' },
      response: { status: 200 },
      secure: true,
      remoteAddress: '127.0.0.1',
    });
  }, 60_000);

  it('exchanges messages from 0 B to 1 MiB, compressed, over five connections, and closes with its own code', async () => {
    const before = connections.length;
    const result = await page.evaluate(`(${ECHO_ALL})(${JSON.stringify(SIZES)})`);
    expect(result).toEqual({
      faults: [],
      closed: Array.from({ length: 5 }, () => [4321, 'ü', true]),
      extensions: expect.stringContaining('permessage-deflate') as unknown,
    });
    const mine = connections.slice(before);
    expect(mine.map(({ request }) => request.method)).toEqual(Array.from({ length: 5 }, () => 'CONNECT'));
    for (const connection of mine) {
      expect(await ended(connection)).toMatchObject({ code: 4321, wasClean: true });
    }
  }, 60_000);

  it('exchanges messages with WebSocketStream', async () => {
    expect(await page.evaluate(`(${STREAM})()`)).toEqual(['through streams', 4000]);
    expect(connections.at(-1)!.request.method).toBe('CONNECT');
  }, 60_000);

  it.each([1000, 1001, 3000])(
    'is told the code %i that the server closes with',
    async (code) => {
      expect(await page.evaluate(`(${AWAIT_CLOSE})('/close/${code}')`)).toEqual([
        code,
        'from the server: ü',
        true,
      ]);
      expect(connections.at(-1)!.request.method).toBe('CONNECT');
    },
    60_000,
  );

  it('is told of a refusal as of any failure', async () => {
    expect(await page.evaluate(`(${AWAIT_CLOSE})('/no')`)).toEqual([1006, '', false]);
  }, 60_000);

  it('goes away when the page is left: mostly it resets its stream before its Close frame is out', async () => {
    await page.evaluate(`(${STAY_OPEN})()`);
    const connection = connections.at(-1)!;
    await page.goto('about:blank');
    const { code, cause } = await ended(connection);
    expect([1001, 1006]).toContain(code);
    if (code === 1006) expect(cause?.message).toBe('the HTTP/2 stream was reset with CANCEL');
    await until(() => server.connections.size === 0);
  }, 60_000);
});
