import fc from 'fast-check';
import { take } from 'rxjs';
import {
  type ClientOptions,
  connect,
  type Connection,
  openConnection,
  persistent,
  reconnect,
  request,
} from '../../../src/index.js';
import { watchResources } from '../../support/harness.js';
import { rawServer } from '../../support/raw-peer.js';
import { honest, rawProxy } from '../../support/raw-proxy.js';
import { numRuns } from '../../support/seed.js';
import { type Ending, ENDINGS } from './endings.js';
import { type Given, givenOfAny, secretsOfAny } from './given.js';
import { Told } from './told.js';

watchResources();

/** Whom a client asks, and through whom. */
interface World {
  readonly host: string;
  ending: Ending;
  /** The proxies, each of which wants a password, as they stand behind the credentials; empty for none. */
  readonly proxies: readonly string[];
  /** All that came to the server and the proxies. */
  heard(): string;
}

async function world(): Promise<World> {
  const server = await rawServer((peer) => {
    void peer.headCame().then((head) => {
      if (!peer.closed) made.ending.behave(peer, head);
    });
  });
  const open = await rawProxy(honest());
  const closed = await rawProxy((client) => client.end('HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n'));
  const socks = await rawProxy(
    (client) => {
      client.write(Buffer.of(5, 2));
      client.once('data', () => client.end(Buffer.of(1, 1)));
    },
    { socks: true },
  );
  const made: World = {
    host: new URL(server.url).host,
    ending: ENDINGS[0]!,
    proxies: [
      '',
      `http://|127.0.0.1:${open.port}`,
      `http://|127.0.0.1:${closed.port}`,
      `socks5://|127.0.0.1:${socks.port}`,
    ],
    heard: () =>
      [
        ...server.peers.map(({ head }) => head),
        ...[open, closed, socks].flatMap(({ received }) => received.map(String)),
      ].join('\n'),
  };
  return made;
}

function optionsOf(given: readonly Given[], ending: Ending, proxy: string, told: Told): ClientOptions {
  return Object.assign(
    { logger: told.logger, dropTimeoutMs: 50, ...(proxy !== '' && { proxy }) },
    ...given.map(({ options }) => options),
    ending.options,
  ) as ClientOptions;
}

/** Uses a client in every way, up to the end of it. */
async function use(url: string, options: ClientOptions, payload: string, told: Told): Promise<void> {
  const lived = async (connection: Connection): Promise<void> => {
    told.add(connection);
    connection.send(payload);
    await new Promise<void>((resolve) => {
      connection.closed$.subscribe((info) => {
        told.add(info);
        resolve();
      });
    });
    told.add(connection);
    connection.send(payload);
  };
  const failed = (error: unknown): void => {
    told.add(error);
  };
  await openConnection(url, options).then(lived, failed);
  await request(url, payload, { ...options, replyTimeoutMs: 1000 }).catch(failed);
  const again = connect(url, options).pipe(
    reconnect({ maxAttempts: 2, delays: () => 0, status: { next: (status) => told.add(status) } }),
    take(1),
  );
  told.add(again);
  await new Promise<void>((resolve) => {
    again.subscribe({
      next: (connection) => {
        told.add(connection);
      },
      error: (error: unknown) => {
        failed(error);
        resolve();
      },
      complete: resolve,
    });
  });
  const link = persistent(url, { ...options, classify: () => 'stop' });
  link.send(payload);
  link.status$.subscribe((status) => told.add(status));
  told.add(link);
  await new Promise<void>((resolve) => link.messages$.subscribe({ complete: resolve }));
  told.add(link);
}

describe('what a client tells', () => {
  it.each(ENDINGS)('shows no secret when it $name', async (ending) => {
    const here = await world();
    here.ending = ending;
    await fc.assert(
      fc.asyncProperty(
        givenOfAny,
        fc.tuple(secretsOfAny, secretsOfAny),
        fc.constantFrom(...here.proxies),
        async ({ given, secrets }, [password, payload], proxy) => {
          const told = new Told();
          const part = (name: 'user' | 'query'): string => given.map((each) => each[name] ?? '').join('');
          const options = optionsOf(given, ending, proxy.replace('|', `me:${password}@`), told);
          await use(`ws://${part('user')}${here.host}/a${part('query')}`, options, payload, told);
          told.stop();
          expect(told.leaksOf([...secrets, password, payload])).toEqual([]);
          expect(told.size).toBeGreaterThan(10);
        },
      ),
      // Each uses a client six times.
      { numRuns: Math.ceil(numRuns / 16) },
    );
    // What they are for, they have come to.
    expect(here.heard()).toMatch(/S3/);
  });
});

describe('the spec itself', () => {
  it.each(['a0123456789Z', 'b0123456789Z1', 'c0123456789Z12'])('would notice %s', (secret) => {
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const things: readonly unknown[] = [
      secret,
      new Error(secret),
      new Error('a', { cause: new Error('b', { cause: { text: secret } }) }),
      Object.assign(new Error('a'), { headers: { a: [`Basic ${base64(`me:${secret}`)}`] } }),
      base64(secret),
      base64(`mine:${secret}@`),
    ];
    for (const thing of things) {
      const told = new Told();
      told.add(thing);
      expect(told.leaksOf(['something else', secret])).not.toEqual([]);
      expect(told.leaksOf(['something else'])).toEqual([]);
    }
  });
});
