import net from 'node:net';
import type { Duplex } from 'node:stream';
import { of } from 'rxjs';
import { type ClientOptions, HandshakeError, openConnection } from '../../src/index.js';
import { authority } from '../support/authority.js';
import { opensslNeed } from '../support/certificate.js';
import { owned, startClient, startServer, watchResources } from '../support/harness.js';
import { acceptHead, rawServer } from '../support/raw-peer.js';
import { describeNeeds } from '../support/skip.js';
import { turns, until } from '../support/turns.js';

// An exception, or a rejection that nobody takes, fails the test.
watchResources();

type Lookup = NonNullable<ClientOptions['lookup']>;

async function failure(url: string, options: ClientOptions): Promise<HandshakeError> {
  const outcome: unknown = await openConnection(url, { logger: {}, ...options }).then(
    owned,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(HandshakeError);
  return outcome as HandshakeError;
}

/** Asks who it is, and lets in who says so by any header field; the requests that came. */
async function asking(): Promise<{ url: string; heads: string[] }> {
  const heads: string[] = [];
  const { url } = await rawServer((peer) => {
    void peer.headCame().then((head) => {
      heads.push(head);
      const isLetIn = head.includes('\r\nAuthorization: ');
      peer.write(
        isLetIn
          ? acceptHead(head)
          : 'HTTP/1.1 401 X\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n',
      );
    });
  });
  return { url, heads };
}

describe('a function that gives a value itself', () => {
  it('is taken as auth: a text is not its first letter', async () => {
    const server = await asking();
    await startClient(server.url, { auth: () => 'Bearer token' });
    expect(server.heads[1]).toContain('\r\nAuthorization: Bearer token\r\n');
  });

  it('gives up by undefined as auth', async () => {
    const { url } = await asking();
    expect(await failure(url, { auth: () => undefined })).toMatchObject({
      status: 401,
      message: expect.stringContaining('gave no answer') as string,
    });
  });

  it('is taken as headers', async () => {
    const server = await asking();
    await startClient(server.url, { headers: () => ({ Authorization: 'mine' }) });
    expect(server.heads[0]).toContain('\r\nAuthorization: mine\r\n');
  });

  it.each<[string, NonNullable<ClientOptions['headers']>]>([
    ['an Observable', () => of({ Authorization: 'mine' })],
    ['a promise', () => Promise.resolve({ Authorization: 'mine' })],
    ['an array', () => [{ Authorization: 'mine' }]],
    [
      'a generator',
      function* () {
        yield { Authorization: 'mine' };
      },
    ],
    ['fields that are called as methods are', () => ({ then: 'x', Subscribe: 'y', Authorization: 'mine' })],
  ])('is told from what gives it: %s', async (_name, headers) => {
    const server = await asking();
    await startClient(server.url, { headers });
    expect(server.heads[0]).toContain('\r\nAuthorization: mine\r\n');
  });

  it('is taken as dial', async () => {
    const { url } = await startServer();
    const dial = (): Duplex => net.connect(Number(new URL(url).port), '127.0.0.1');
    expect((await startClient('ws://name.example', { dial })).state).toBe('open');
  });

  it('is taken as the URL', async () => {
    const { url } = await startServer();
    for (const give of [() => url, () => new URL(url)]) {
      expect(owned(await openConnection(give, { logger: {} })).state).toBe('open');
    }
  });
});

describe('a function that never answers', () => {
  /** Timers that the process stays for. */
  const timers = (): number =>
    hostProcess.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const never = (): Promise<never> => new Promise(() => undefined);
  it.each<[string, ClientOptions]>([
    ['headers', { headers: never }],
    ['cookieJar', { cookieJar: { get: never, set: () => undefined } }],
    ['dial', { dial: never }],
    ['lookup', { lookup: () => undefined }],
  ])(
    'lets no process exit before the time of the opening handshake, but with unref: %s',
    async (_name, options) => {
      const before = timers();
      for (const unref of [false, true]) {
        const controller = new AbortController();
        const { signal } = controller;
        const late = openConnection('ws://name.example', { ...options, unref, signal }).catch(
          () => undefined,
        );
        await turns(3);
        expect(timers() - before).toBe(unref ? 0 : 1);
        controller.abort();
        await late;
        expect(timers() - before).toBe(0);
      }
    },
  );
});

describe('lookup', () => {
  const NAMED = 'ws://name.example:1';
  const both = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];

  it('may answer at once: the phase of what comes then is tcp, and each address is named', async () => {
    const error = await failure(NAMED, { lookup: (_name, _options, done) => done(null, both) });
    expect(error).toMatchObject({ phase: 'tcp', cause: { code: 'ECONNREFUSED' } });
    expect(error.message).toMatch(/::1:1; .*127\.0\.0\.1:1$/);
  });

  it.each<[string, Lookup]>([
    ['may know of one address only', (_name, _options, done) => done(null, '127.0.0.1', 4)],
    [
      'may answer twice',
      (_name, _options, done) => {
        for (let i = 0; i < 2; i++) done(null, both.slice(1));
      },
    ],
  ])('%s', async (_name, lookup) => {
    const { url } = await startServer();
    const { port } = new URL(url);
    expect((await startClient(`ws://name.example:${port}`, { lookup })).state).toBe('open');
  });

  const rejects = (() => Promise.reject(new Error('mine'))) as unknown as Lookup;
  it.each<[string, Lookup, string]>([
    ['rejects', rejects, 'mine'],
    ['finds nothing', (_name, _options, done) => done(null, []), 'gave no address for name.example'],
  ])('that %s is an error of the phase dns', async (_name, lookup, text) => {
    const error = await failure(NAMED, { lookup });
    expect(error).toMatchObject({ phase: 'dns', message: expect.stringContaining(text) as string });
  });
});

describeNeeds(opensslNeed(), 'functions of TLS', () => {
  const trusted = authority();
  const tls = trusted.issue({ names: 'DNS:localhost' });
  const url = async (): Promise<string> => (await startServer({ tls })).url.replace('127.0.0.1', 'localhost');

  it.each<[string, unknown, string]>([
    ['an Error', new Error('mine'), 'mine'],
    ['anything else', 'mine', 'checkServerIdentity failed'],
  ])('a checkServerIdentity that throws %s finds fault with the certificate', async (_name, thrown, text) => {
    const checkServerIdentity = (): undefined => {
      throw thrown;
    };
    const error = await failure(await url(), { tls: { ca: trusted.ca, checkServerIdentity } });
    expect(error).toMatchObject({ phase: 'tls', message: expect.stringContaining(text) as string });
  });

  it('a checkServerIdentity that is undefined is not given', async () => {
    const options = { tls: { ca: trusted.ca, checkServerIdentity: undefined } } as unknown as ClientOptions;
    expect((await startClient(await url(), options)).state).toBe('open');
    const other = (await url()).replace('localhost', '127.0.0.1');
    expect(await failure(other, options)).toMatchObject({ phase: 'tls' });
  });

  it('a keyLog that rejects ends in the log', async () => {
    const warnings: unknown[] = [];
    const mine = new Error('mine');
    const keyLog = (() => Promise.reject(mine)) as unknown as (line: Uint8Array) => void;
    const logger = { warn: (_: string, { error }: { error?: unknown }) => warnings.push(error) };
    await startClient(await url(), { tls: { ca: trusted.ca }, logger, keyLog });
    await until(() => warnings.length > 3);
    expect(new Set(warnings)).toEqual(new Set([mine]));
  });

  it('an empty text as keyLog is nowhere', async () => {
    const warnings: unknown[] = [];
    const logger = { warn: (text: string) => warnings.push(text) };
    await startClient(await url(), { tls: { ca: trusted.ca }, logger, keyLog: '' });
    expect(warnings).toEqual([]);
  });
});
