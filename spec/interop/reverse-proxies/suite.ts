import { firstValueFrom } from 'rxjs';
import {
  accept,
  type Connection,
  HandshakeError,
  reject,
  type Server,
  type ServerOptions,
} from '../../../src/index.js';
import { opensslNeed } from '../../support/certificate.js';
import { endCommands } from '../../support/command.js';
import { afterTest, ended, owned, startClient, startServer, watchResources } from '../../support/harness.js';
import { describeNeeds } from '../../support/skip.js';
import { unixPath } from '../../support/unix-path.js';
import { until } from '../../support/turns.js';
import { expectEcho } from '../echo.js';
import { noise, SHORT, ticker } from '../messages.js';
import { type Kind, run, type Running, type Setting } from './proxy.js';

const START_MS = 30_000;

/** A server, and the proxy in front of it. */
interface Fronted {
  readonly server: Server;
  readonly proxy: Running;
}

/** Everything that is expected of a server behind `kind`, as the guide configures it. */
export function describeProxy(kind: Kind): void {
  const available = kind.need.available && opensslNeed().available;
  describeNeeds({ available, what: `${kind.need.what}, and openssl` }, `a server behind ${kind.name}`, () => {
    watchResources();
    afterAll(endCommands);

    async function fronted(options: ServerOptions = {}, setting: Partial<Setting> = {}): Promise<Fronted> {
      const server = await startServer({ ...options });
      const upstream = options.unixPath ?? new URL(server.url).host;
      const proxy = await run(kind, { upstream, tls: false, idle: '60s', ...setting });
      afterTest(() => proxy.stop());
      return { server, proxy };
    }

    async function pair(both: Fronted, ours = {}): Promise<{ client: Connection; accepted: Connection }> {
      const arrival = firstValueFrom(both.server.connections$);
      const client = await startClient(both.proxy.url, ours);
      return { client, accepted: owned(await arrival) };
    }

    function echo(connection: Connection): void {
      connection.messages$.subscribe(connection.outbox);
    }

    it.each([false, true])(
      'gets and sends messages of all sizes, with compression %s',
      async (compression) => {
        const both = await fronted({ compression });
        const { client, accepted } = await pair(both, { compression });
        expect(accepted.extensions).toEqual(compression ? ['permessage-deflate'] : []);
        echo(accepted);
        await expectEcho(client, [...SHORT, noise(70_000), ticker(200_000), noise(1_000_000)]);
      },
      START_MS,
    );

    it(
      'is pinged, and pings, from end to end; subprotocols and long heads pass',
      async () => {
        const both = await fronted({ subprotocols: ['chat'] });
        const { client, accepted } = await pair(both, {
          subprotocols: ['other', 'chat'],
          headers: { Cookie: `long=${'x'.repeat(7000)}` },
        });
        expect([client.subprotocol, accepted.subprotocol]).toEqual(['chat', 'chat']);
        expect(accepted.request.headers.get('cookie')).toHaveLength(7005);
        expect(await firstValueFrom(client.ping('there'))).toBeGreaterThan(0);
        expect(await firstValueFrom(accepted.ping('here'))).toBeGreaterThan(0);
      },
      START_MS,
    );

    it(
      'sees how clients close, and they see how it does',
      async () => {
        const both = await fronted();
        const one = await pair(both);
        one.client.close(3000, 'grund: ü');
        expect(await ended(one.accepted)).toMatchObject({ code: 3000, reason: 'grund: ü', wasClean: true });
        const two = await pair(both);
        two.accepted.close(4999, 'bye');
        expect(await ended(two.client)).toMatchObject({ code: 4999, reason: 'bye', wasClean: true });
        const three = await pair(both);
        three.client.terminate();
        expect(await ended(three.accepted)).toMatchObject({ code: 1006, initiator: 'transport' });
        const four = await pair(both);
        four.accepted.terminate();
        expect(await ended(four.client)).toMatchObject({ code: 1006, initiator: 'transport' });
        const five = await pair(both);
        await both.server.close();
        expect(await ended(five.client)).toMatchObject({ code: 1001, wasClean: true });
      },
      START_MS,
    );

    it(
      'is told who has come and how, also where TLS ends at the proxy, and knows its own pages',
      async () => {
        const seen: (string | undefined)[] = [];
        const both = await fronted(
          {
            authorize: ({ headers, remoteAddress, secure }) => {
              seen.push(headers.get('x-forwarded-for'), headers.get('x-forwarded-proto'), remoteAddress);
              seen.push(String(secure));
              return accept();
            },
          },
          { tls: true },
        );
        const { port, cert } = both.proxy;
        const tls = { ca: cert };
        const forged = { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'gopher' };
        const { client } = await pair(both, {
          tls,
          headers: forged,
          origin: `https://127.0.0.1:${String(port)}`,
        });
        expect(client.secure).toBe(true);
        expect(seen).toEqual(['127.0.0.1', 'https', '127.0.0.1', 'false']);
        const other = startClient(both.proxy.url, { tls, origin: 'https://evil.example' });
        await expect(other).rejects.toMatchObject({ status: 403 });
      },
      START_MS,
    );

    it(
      'refuses in its own words',
      async () => {
        const headers = { 'WWW-Authenticate': 'Basic realm="r"' };
        const both = await fronted({ authorize: () => reject(401, { headers, body: 'who are you?\n' }) });
        const error: unknown = await startClient(both.proxy.url).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(HandshakeError);
        const { status, body, headers: got } = error as HandshakeError;
        expect([status, Buffer.from(body ?? []).toString()]).toEqual([401, 'who are you?\n']);
        expect(got).toMatchObject({ 'www-authenticate': 'Basic realm="r"' });
      },
      START_MS,
    );

    it(
      `is missed with ${String(kind.gone)} when it is gone`,
      async () => {
        const both = await fronted();
        await both.server.close();
        await expect(startClient(both.proxy.url)).rejects.toMatchObject({ status: kind.gone });
      },
      START_MS,
    );

    it(
      'keeps a silent connection from the timeout of the proxy with its Pings',
      async () => {
        const both = await fronted({ keepAlive: false }, { idle: '2s' });
        const lively = await startServer({ keepAlive: { intervalMs: 200, timeoutMs: 200 } });
        const behind = await run(kind, { upstream: new URL(lively.url).host, tls: false, idle: '2s' });
        afterTest(() => behind.stop());
        const kept = await startClient(behind.url, { keepAlive: false });
        const { client: silent, accepted } = await pair(both, { keepAlive: false });
        expect(await ended(silent)).toMatchObject({ code: 1006 });
        expect(await ended(accepted)).toMatchObject({ code: 1006 });
        expect(kept.state).toBe('open');
        expect(kept.stats.received.frames).toBeGreaterThan(0);
      },
      START_MS,
    );

    it(
      'may be on a Unix socket',
      async () => {
        const both = await fronted({ unixPath: unixPath() });
        const { client, accepted } = await pair(both);
        echo(accepted);
        await expectEcho(client, ['over a path']);
        expect(accepted.remoteAddress).toBeUndefined();
        client.close();
        await until(() => both.server.connections.size === 0);
      },
      START_MS,
    );
  });
}
