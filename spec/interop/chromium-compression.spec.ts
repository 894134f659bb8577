import type { Browser, Page } from 'playwright-core';
import { filter, firstValueFrom } from 'rxjs';
import type { CompressionOptions, Connection } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, startServer, watchResources } from '../support/harness.js';
import { describeNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';
import { agreedOn, takesOver } from './agreement.js';
import { CHROMIUM, launchChromium } from './chromium.js';
import { expectEcho, expectSame } from './echo.js';
import { LONG, noise, SHORT } from './messages.js';
import { Wire } from './wire.js';

const LIMIT_MS = 60_000;

/** Code for the page, as text: it runs there and not here. Sends back what it gets, until the connection is closed. */
const ECHO_BACK = `() => new Promise((resolve) => {
  const socket = new WebSocket(new URL('/from-page', location.href.replace('http', 'ws')));
  socket.binaryType = 'arraybuffer';
  let extensions;
  socket.onopen = () => { extensions = socket.extensions; };
  socket.onmessage = ({ data }) => socket.send(data);
  socket.onclose = ({ code, reason, wasClean }) => resolve({ extensions, code, reason, wasClean });
})`;

/** Sends octets that the page makes itself, and closes. */
const SEND_OWN = `(sizes) => new Promise((resolve) => {
  const socket = new WebSocket(new URL('/from-page', location.href.replace('http', 'ws')));
  socket.onopen = () => {
    for (const size of sizes) {
      socket.send(Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) & 255));
      socket.send('grüße €𝄞 '.repeat(size));
    }
    socket.close(4321, 'from the page: ü');
  };
  socket.onclose = ({ code, reason, wasClean }) => resolve({ code, reason, wasClean });
})`;

const AGREEMENTS: readonly (readonly [ours: true | CompressionOptions, agreed: string])[] = [
  [true, 'permessage-deflate; client_max_window_bits=12; server_max_window_bits=12'],
  [{ preset: 'stateless' }, 'permessage-deflate; client_no_context_takeover; server_no_context_takeover'],
  [{ preset: 'large' }, 'permessage-deflate'],
  [
    { serverMaxWindowBits: 9, clientMaxWindowBits: 9 },
    'permessage-deflate; client_max_window_bits=9; server_max_window_bits=9',
  ],
];

describeNeeds(CHROMIUM, 'Chromium, compressed', () => {
  watchResources();
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  }, LIMIT_MS);

  afterEach(() => {
    expect(complaints.splice(0)).toEqual([]);
  });

  afterAll(() => browser.close(), LIMIT_MS);

  /** Opens a page of a server with `compression`; the arrival is that of the connection that the code above makes. */
  async function visit(compression: true | CompressionOptions): Promise<{ arrival: Promise<Connection> }> {
    const server = await startServer({ compression, statusPage: true });
    const fromPage = server.connections$.pipe(filter(({ request }) => request.target === '/from-page'));
    const arrival = firstValueFrom(fromPage);
    // The page looks for a server that has gone, and the console tells of every look.
    afterTest(() => page.goto('about:blank'));
    await page.goto(server.url.replace('ws:', 'http:'));
    return { arrival };
  }

  it.each(AGREEMENTS)(
    'sends back everything, octet by octet, with %j',
    async (ours, agreed) => {
      const OCTETS = 200;
      const { arrival } = await visit(ours);
      const result = page.evaluate<unknown>(`(${ECHO_BACK})()`);
      const connection = await arrival;
      expect(agreedOn(connection)).toBe(agreed);
      await expectEcho(connection, SHORT);
      await expectEcho(connection, SHORT, { compress: true, fragmentBytes: 100 });
      await expectEcho(connection, LONG);
      await expectEcho(connection, SHORT.slice(0, 20), { compress: false });

      const wire = new Wire(connection);
      await expectEcho(connection, [noise(OCTETS), noise(OCTETS)], { compress: true });
      expect(wire.sent[1]!.octets < OCTETS / 4).toBe(takesOver('server', connection));
      expect(wire.received.map(({ compressed }) => compressed)).toEqual([true, true]);
      expect(wire.received[1]!.octets < OCTETS / 4).toBe(takesOver('client', connection));

      connection.close(4000, 'from the server: ü');
      const extensions = connection.response.headers.get('sec-websocket-extensions');
      expect(await result).toEqual({ extensions, code: 4000, reason: 'from the server: ü', wasClean: true });
    },
    LIMIT_MS,
  );

  it.each(AGREEMENTS)(
    'sends what the page has made, and closes behind it, with %j',
    async (ours) => {
      const SIZES = [0, 1, 64, 1024, 50_000];
      const { arrival } = await visit(ours);
      const result = page.evaluate<unknown>(`(${SEND_OWN})(${JSON.stringify(SIZES)})`);
      const connection = await arrival;
      const got = collect(connection.messages$);
      const status = { code: 4321, reason: 'from the page: ü', wasClean: true };
      expect(await ended(connection)).toMatchObject({ ...status, initiator: 'remote' });
      expect(await result).toEqual(status);
      await until(() => got.done);
      expectSame(
        SIZES.flatMap((size) => [
          Buffer.from(Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) & 255)),
          'grüße €𝄞 '.repeat(size),
        ]),
        got.values.map(({ data }) => data),
      );
    },
    LIMIT_MS,
  );
});
