import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { reject, type Server, type ServerOptions } from 'rxwire';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { BUILD, endCommands, rxwireServe } from '../support/command.js';
import { ROOT } from '../support/doc-blocks.js';
import { afterTest, startClient, startServer, watchResources } from '../support/harness.js';
import { proxyBelow } from '../support/path-proxy.js';
import { describeNeeds, itNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';
import { CHROMIUM, launchChromium } from './chromium.js';

/** To be looked at; git does not. */
const SCREENSHOTS = join(ROOT, 'screenshots');

/** Waits for what is drawn once a second, on a machine that has other things to do. */
const PATIENCE_MS = 60_000;

const OPEN = '[data-state=open]';
const LIVE = '[data-live=live]';
const ECHOED = '#log .received .data';

describeNeeds(CHROMIUM, 'the status page in Chromium', () => {
  let browser: Browser;

  watchResources();

  beforeAll(async () => {
    browser = await launchChromium();
  }, PATIENCE_MS);

  afterAll(async () => {
    await browser.close();
  }, PATIENCE_MS);

  /** A page, and what the console and the policy had to complain of. */
  async function pageAt(
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1100, height: 1060 }, ...options });
    afterTest(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(url.replace(/^ws/, 'http'));
    return { page, complaints };
  }

  async function echoServer(options: ServerOptions = {}): Promise<Server> {
    const server = await startServer({ statusPage: true, ...options });
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    return server;
  }

  it(
    'connects to where it is, and shows what is sent and received: text as it is, octets as hexadecimal',
    async () => {
      const server = await echoServer({ subprotocols: ['chat.v2', 'chat.v1'] });
      const { page, complaints } = await pageAt(`${server.url}/?room=1`);
      await page.waitForSelector(OPEN);
      expect(await page.textContent('#url')).toBe(`${server.url}/?room=1`);
      const [connection] = server.connections;
      expect([connection!.request.target, connection!.subprotocol]).toEqual(['/?room=1', 'chat.v2']);

      // The field has the focus: nothing but a keyboard is needed.
      await page.keyboard.type('hello <b>ü</b> €');
      await page.keyboard.press('Enter');
      await page.waitForSelector(ECHOED);
      expect(await page.textContent(ECHOED)).toBe('hello <b>ü</b> €');
      expect(await page.textContent('#log .sent .data')).toBe('hello <b>ü</b> €');
      expect(await page.textContent('#log .received .about')).toBe('text, 19 B');
      expect(await page.textContent('#log .received .time')).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/);

      await page.getByLabel('Kind of message').selectOption('binary');
      await page.getByRole('textbox', { name: 'Message' }).fill('0x00 ff:48 6');
      await page.getByRole('button', { name: 'Send' }).click();
      expect(await page.textContent('#fault')).toContain('pairs of hexadecimal digits');
      await page.getByRole('textbox', { name: 'Message' }).fill('0x00 ff:48 69');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#log .received pre');
      expect(await page.textContent('#log .received pre')).toMatch(/^000000 {2}00 ff 48 69 +\.\.Hi$/);
      expect(complaints).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'draws the connections and messages of the last minute, and tells of them in words',
    async () => {
      const server = await echoServer();
      const { page, complaints } = await pageAt(server.url);
      await page.waitForSelector(OPEN);
      const plot = page.locator('#connections-plot');
      await page.waitForSelector('#connections-plot[data-connections="1"]');
      const drawn = await plot.locator('path.line').getAttribute('d');
      const clients = [];
      for (let i = 0; i < 3; i++) clients.push(await startClient(server.url));
      await page.waitForSelector('#connections-plot[data-connections="4"]');
      expect(await plot.locator('path.line').getAttribute('d')).not.toBe(drawn);
      expect(await page.textContent('#connections')).toBe('4');
      const described = page.getByRole('img', { name: /^Connections 4 now, [01] to 4/ });
      expect(await described.count()).toBe(1);

      expect(await page.getAttribute('#messages-plot', 'data-out')).not.toBe('5');
      for (const client of clients) for (let i = 0; i < 100; i++) client.send('tick');
      await page.waitForSelector('#messages-plot[data-in]:not([data-in="0"])');
      expect(Number(await page.getAttribute('#messages-plot', 'data-in'))).toBeGreaterThan(10);
      await until(() => server.stats.sent.messages === 300);

      clients[0]!.close();
      await page.waitForSelector('#connections-plot[data-connections="3"]');
      expect(await page.textContent('#clean')).toBe('1');
      expect(complaints).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'shows no connection where there is none: its own is the one to try, and can be ended',
    async () => {
      const server = await echoServer();
      const { page, complaints } = await pageAt(server.url);
      await page.waitForSelector('#connections-plot[data-connections="1"]');
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.waitForSelector('#connections-plot[data-connections="0"]');
      expect(await page.textContent('#state')).toBe('closed with 1000 (normal)');
      expect(await page.isHidden('#notice')).toBe(true);
      expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
      expect(server.connections.size).toBe(0);
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.waitForSelector(OPEN);
      expect(complaints).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'says how the server closed a connection, and offers the next',
    async () => {
      const server = await echoServer();
      const { page, complaints } = await pageAt(server.url);
      await page.waitForSelector(OPEN);
      for (const connection of server.connections) connection.close(4321, 'that is enough');
      await page.waitForSelector('[data-state=lost]');
      const alert = page.locator('#notice[role=alert]');
      expect(await alert.textContent()).toContain('closed with 4321: that is enough');
      expect(await page.textContent('#log li:last-child')).toContain('closed with 4321: that is enough');
      await page.getByRole('button', { name: 'Reconnect' }).click();
      await page.waitForSelector(OPEN);
      expect(await alert.isHidden()).toBe(true);
      expect(complaints).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'says when the server is gone, and finds it again when it is back',
    async () => {
      const server = await echoServer();
      const { port } = server.address as AddressInfo;
      const { page } = await pageAt(server.url);
      await page.waitForSelector(`${OPEN}${LIVE}`);
      await server.close();
      await page.waitForSelector('[data-state=gone][data-live=stopped]');
      expect(await page.textContent('#notice-text')).toContain('The server does not answer.');
      expect(await page.textContent('#live')).toBe('the last figures there were');
      await page.getByRole('button', { name: 'Reconnect' }).click();
      await page.waitForSelector('[data-state=gone]:has(#log li:has-text("no answer"))');
      await echoServer({ port });
      await page.getByRole('button', { name: 'Reconnect' }).click();
      await page.waitForSelector(`${OPEN}${LIVE}`);
      await page.waitForSelector('#connections-plot[data-connections="1"]');
    },
    PATIENCE_MS,
  );

  it(
    'says that the server refuses, and shows no figures to whom it does not let in',
    async () => {
      const server = await echoServer({ authorize: () => reject(401) });
      const { page } = await pageAt(server.url);
      await page.waitForSelector('[data-state=refused][data-live=none]');
      expect(await page.textContent('#notice-text')).toBe('The server answers, and refuses the connection.');
      expect(await page.textContent('#live')).toContain('does not give them to this page');
      expect(await page.textContent('#connections')).toBe('–');
      expect(server.stats).toMatchObject({ accepted: 0, refused: 2 });
    },
    PATIENCE_MS,
  );

  it(
    'works behind a proxy that serves it below a path',
    async () => {
      const server = await echoServer({ path: '/chat' });
      const { port } = server.address as AddressInfo;
      const proxy = await proxyBelow('/below/the', port);
      const { page, complaints } = await pageAt(`${proxy.url}/chat?token=1`);
      await page.waitForSelector(`${OPEN}${LIVE}`);
      expect(await page.textContent('#url')).toBe(`${proxy.url.replace('http', 'ws')}/chat?token=1`);
      expect([...server.connections].map(({ request }) => request.target)).toEqual(['/chat?token=1']);
      expect(complaints).toEqual([]);
    },
    PATIENCE_MS,
  );

  itNeeds(
    opensslNeed(),
    'works over TLS',
    async () => {
      const server = await echoServer({ tls: selfSigned() });
      const { page, complaints } = await pageAt(server.url, { ignoreHTTPSErrors: true });
      await page.waitForSelector(`${OPEN}${LIVE}`);
      expect(await page.textContent('#url')).toMatch(/^wss:/);
      expect(complaints).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'can talk to nobody else',
    async () => {
      const server = await echoServer();
      const { page } = await pageAt(server.url);
      await page.waitForSelector(OPEN);
      const forbidden = await page.evaluate(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      fetch('http://127.0.0.1:1/').catch(() => undefined);
    })`);
      expect(forbidden).toBe('connect-src');
    },
    PATIENCE_MS,
  );

  it.each(['light', 'dark'] as const)(
    'is to be looked at by %s',
    async (colorScheme) => {
      const server = await echoServer();
      const { page, complaints } = await pageAt(server.url, { colorScheme });
      await page.waitForSelector(OPEN);
      await page.keyboard.type('hello');
      await page.keyboard.press('Enter');
      for (let i = 1; i <= 3; i++) {
        const client = await startClient(server.url);
        for (let k = 0; k < 20 * i; k++) client.send('tick');
        await page.waitForSelector(`#connections-plot[data-connections="${i + 1}"]`);
      }
      const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(background).toBe(colorScheme === 'light' ? 'rgb(246, 247, 249)' : 'rgb(17, 21, 27)');
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `status-page-${colorScheme}.png`), fullPage: true });
      expect(complaints).toEqual([]);
    },
    PATIENCE_MS,
  );

  itNeeds(
    BUILD,
    'is what rxwire serve shows',
    async () => {
      afterTest(endCommands);
      const { url } = await rxwireServe();
      const { page, complaints } = await pageAt(url);
      await page.waitForSelector(`${OPEN}${LIVE}`);
      await page.keyboard.type('hello');
      await page.keyboard.press('Enter');
      await page.waitForSelector(ECHOED);
      expect(await page.textContent(ECHOED)).toBe('hello');
      expect(complaints).toEqual([]);
    },
    PATIENCE_MS,
  );
});
