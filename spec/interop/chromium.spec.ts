import type { Browser, Page } from 'playwright-core';
import { type Connection, serve } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended } from '../support/harness.js';
import { describeNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';
import { CHROMIUM, launchChromium } from './chromium.js';

const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 1024 * 1024];

/** Code for the page, as text: it runs there and not here. */
const ECHO_ALL = `async (sizes) => {
  const socket = new WebSocket(location.href.replace('http', 'ws'));
  socket.binaryType = 'arraybuffer';
  await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
  const faults = [];
  const next = () => new Promise((resolve) => { socket.onmessage = ({ data }) => resolve(data); });
  for (const size of sizes) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255);
    const text = 'ü€𝄞x'.repeat(size / 10) + 'y'.repeat(size % 10);
    const gotBytes = next();
    socket.send(bytes);
    const back = new Uint8Array(await gotBytes);
    if (back.length !== size || back.some((octet, i) => octet !== bytes[i])) faults.push('binary ' + size);
    const gotText = next();
    socket.send(text);
    if (await gotText !== text) faults.push('text ' + size);
  }
  const closed = new Promise((resolve) => { socket.onclose = ({ code, reason, wasClean }) => resolve([code, reason, wasClean]); });
  socket.close(4321, 'from the page: ü');
  return { faults, closed: await closed };
}`;
const AWAIT_CLOSE = `(path) => new Promise((resolve) => {
  const socket = new WebSocket(new URL(path, location.href.replace('http', 'ws')));
  socket.onclose = ({ code, reason, wasClean }) => resolve([code, reason, wasClean]);
})`;

describeNeeds(CHROMIUM, 'Chromium', () => {
  let browser: Browser;
  let page: Page;
  let url: string;
  let stop: () => void;
  const connections: Connection[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    const running = serve(
      (connection) => {
        connections.push(connection);
        const closing = /^\/close\/(\d+)$/.exec(connection.request.target);
        if (closing !== null) connection.close(Number(closing[1]), 'from the server: ü');
        return connection.messages$;
      },
      { host: '127.0.0.1', statusPage: true },
    );
    url = await new Promise<string>((resolve) => {
      const subscription = running.subscribe((server) => resolve(server.url.replace('ws:', 'http:')));
      stop = () => subscription.unsubscribe();
    });
    page = await browser.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    stop();
    await until(() => connections.every(({ state }) => state === 'closed'));
  }, 60_000);

  it('is on a page of the same origin, which connects', async () => {
    await page.goto(`${url}/`);
    await page.waitForSelector('[data-state=open]');
    expect(connections.length).toBe(1);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('exchanges text and binary from 0 B to 1 MiB, octet by octet, and closes with its own code', async () => {
    const before = connections.length;
    const result = await page.evaluate(`(${ECHO_ALL})(${JSON.stringify(SIZES)})`);
    expect(result).toEqual({ faults: [], closed: [4321, 'from the page: ü', true] });
    expect(await ended(connections[before]!)).toMatchObject({
      code: 4321,
      reason: 'from the page: ü',
      wasClean: true,
    });
    expect(complaints).toEqual([]);
  }, 60_000);

  for (const code of [1000, 1001, 1011, 3000, 4999]) {
    it(`is told the code ${code} that the server closes with`, async () => {
      expect(await page.evaluate(`(${AWAIT_CLOSE})('/close/${code}')`)).toEqual([
        code,
        'from the server: ü',
        true,
      ]);
    }, 60_000);
  }

  it('goes away with 1001 when the page is left', async () => {
    const shown = collect(connections.at(0)!.closed$);
    await page.goto('about:blank');
    await until(() => shown.done);
    expect(shown.values[0]).toMatchObject({ code: 1001 });
  }, 60_000);
});
