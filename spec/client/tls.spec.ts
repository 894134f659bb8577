import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import fc from 'fast-check';
import { type ClientOptions, type Connection, HandshakeError, openConnection } from '../../src/index.js';
import { authority } from '../support/authority.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { afterTest, ended, owned, startClient, startServer, watchResources } from '../support/harness.js';
import { acceptAll, acceptHead, rawServer } from '../support/raw-peer.js';
import '../support/seed.js';
import { describeNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';

watchResources();

/** Every name is on this machine. */
const lookup: NonNullable<ClientOptions['lookup']> = (_name, { all }, done) => {
  const found = { address: '127.0.0.1', family: 4 };
  process.nextTick(() => {
    if (all === true) done(null, [found]);
    else done(null, found.address, found.family);
  });
};

async function failure(url: string, options: ClientOptions): Promise<HandshakeError> {
  let errors = 0;
  const outcome = await openConnection(url, {
    logger: {},
    lookup,
    handshakeTimeoutMs: 5000,
    ...options,
  }).then(
    (connection) => owned(connection).id,
    (error: unknown) => {
      errors++;
      return error;
    },
  );
  expect(outcome).toBeInstanceOf(HandshakeError);
  expect(errors).toBe(1);
  return outcome as HandshakeError;
}

describeNeeds(opensslNeed(), 'wss:', () => {
  const trusted = authority();
  const other = authority();
  afterAll(() => {
    trusted.remove();
    other.remove();
  });
  const ca = { tls: { ca: trusted.ca } };
  const local = trusted.issue({ names: 'DNS:localhost,IP:127.0.0.1' });
  const wild = trusted.issue({ names: 'DNS:*.a.example' });
  const mail = trusted.issue({ names: 'email:localhost@a.example', commonName: 'localhost' });

  const REFUSED: readonly [string, tls.TlsOptions, string, string, ClientOptions][] = [
    ['a certificate that is self-signed', selfSigned(), 'localhost', 'DEPTH_ZERO_SELF_SIGNED_CERT', {}],
    [
      'one of another authority',
      other.issue({ names: 'DNS:localhost' }),
      'localhost',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      ca,
    ],
    ['one of an authority that nobody named', local, 'localhost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', {}],
    [
      'another name',
      trusted.issue({ names: 'DNS:other.example' }),
      'localhost',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      ca,
    ],
    [
      'a name for an address',
      trusted.issue({ names: 'DNS:localhost' }),
      '127.0.0.1',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      ca,
    ],
    ['a star for two labels', wild, 'c.b.a.example', 'ERR_TLS_CERT_ALTNAME_INVALID', ca],
    ['a star for no label', wild, 'a.example', 'ERR_TLS_CERT_ALTNAME_INVALID', ca],
    ['a name only in the subject', trusted.issue({}), 'localhost', 'ERR_TLS_CERT_ALTNAME_INVALID', ca],
    [
      'a name only in the subject, beside a mail address',
      mail,
      'localhost',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      ca,
    ],
    [
      'one that has expired',
      trusted.issue({ names: 'DNS:localhost', days: [-3, -2] }),
      'localhost',
      'CERT_HAS_EXPIRED',
      ca,
    ],
    [
      'one that is not valid yet',
      trusted.issue({ names: 'DNS:localhost', days: [2, 3] }),
      'localhost',
      'CERT_NOT_YET_VALID',
      ca,
    ],
    [
      'another name than servername',
      local,
      'localhost',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      { tls: { ca: trusted.ca, servername: 'other.example' } },
    ],
    [
      'what a check of yours refuses',
      local,
      'localhost',
      'MINE',
      {
        tls: { ca: trusted.ca, checkServerIdentity: () => Object.assign(new Error('no'), { code: 'MINE' }) },
      },
    ],
    [
      'what a check of yours throws at',
      local,
      'localhost',
      'MINE',
      {
        tls: {
          ca: trusted.ca,
          checkServerIdentity: () => {
            throw Object.assign(new Error('no'), { code: 'MINE' });
          },
        },
      },
    ],
  ];
  it.each(REFUSED)('refuses %s', async (_name, options, hostname, code, client) => {
    const server = await startServer({ tls: options });
    const { port } = new URL(server.url);
    expect(await failure(`wss://${hostname}:${port}`, client)).toMatchObject({
      phase: 'tls',
      cause: { code },
    });
    expect(server.connections.size).toBe(0);
  });

  it('refuses where a check of yours throws what is no error', async () => {
    const server = await startServer({ tls: local });
    const checkServerIdentity = (): never => {
      throw undefined;
    };
    const error = await failure(server.url, { tls: { ca: trusted.ca, checkServerIdentity } });
    expect(error.message).toContain('checkServerIdentity failed');
  });

  const OLD = {
    ...local,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  } as const;
  const SPEAKS: readonly [string, tls.TlsOptions, tls.ConnectionOptions][] = [
    ['only TLS 1.1', OLD, {}],
    ['less than minVersion', { ...local, maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }],
    ['only without a certificate', { ciphers: 'ADH-AES128-SHA256:@SECLEVEL=0', maxVersion: 'TLSv1.2' }, {}],
    ['only HTTP/2', { ...local, ALPNProtocols: ['h2'] }, {}],
    ['HTTP/2 with who offers it', { ...local, ALPNProtocols: ['h2'] }, { ALPNProtocols: ['h2', 'http/1.1'] }],
    [
      'only with clients that have a certificate',
      { ...local, requestCert: true, rejectUnauthorized: true, ca: trusted.ca },
      {},
    ],
    [
      'only with those, in TLS 1.2',
      { ...local, requestCert: true, rejectUnauthorized: true, ca: trusted.ca, maxVersion: 'TLSv1.2' },
      {},
    ],
  ];
  it.each(SPEAKS)('refuses a server that speaks %s, or is refused by it', async (_name, options, client) => {
    const server = tls.createServer(options, (socket) => {
      socket.on('error', () => undefined);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterTest(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as net.AddressInfo;
    const error = await failure(`wss://localhost:${port}`, { tls: { ca: trusted.ca, ...client } });
    expect(error).toMatchObject({ phase: 'tls' });
  });

  it('a client with a certificate of another authority is refused once, by the end of the connection', async () => {
    const server = await startServer({
      tls: { ...local, requestCert: true, rejectUnauthorized: true, ca: trusted.ca },
    });
    const wrong = other.issue({ names: 'DNS:me' });
    await failure(server.url, { tls: { ca: trusted.ca, ...wrong } });
    const right = trusted.issue({ names: 'DNS:me' });
    await startClient(server.url, { tls: { ca: trusted.ca, ...right } });
    await until(() => server.connections.size === 1);
  });

  it('refuses a server without TLS, and ws: one with it', async () => {
    const plain = await rawServer((peer) => {
      peer.stream.once('data', () => peer.write(acceptHead('')));
    });
    expect(await failure(plain.url.replace('ws:', 'wss:'), ca)).toMatchObject({ phase: 'tls' });
    const secure = await startServer({ tls: local });
    expect(await failure(secure.url.replace('wss:', 'ws:'), {})).toMatchObject({ phase: 'http' });
  });

  const OPENED: readonly [string, tls.TlsOptions, string, tls.ConnectionOptions][] = [
    ['a name', local, 'localhost', {}],
    ['an address', local, '127.0.0.1', {}],
    ['a star for a label', wild, 'b.a.example', {}],
    ['another servername', wild, '127.0.0.1', { servername: 'b.a.example' }],
    [
      'anything, where the user says so',
      selfSigned('other.example'),
      'localhost',
      { rejectUnauthorized: false },
    ],
    [
      'a name in the subject, where a check of yours does',
      trusted.issue({}),
      'localhost',
      { checkServerIdentity: () => undefined },
    ],
    ['TLS 1.2', { ...local, maxVersion: 'TLSv1.2' }, 'localhost', {}],
  ];
  it.each(OPENED)('takes %s', async (_name, options, hostname, client) => {
    const server = await startServer({ tls: options });
    const { port } = new URL(server.url);
    const opened = await startClient(`wss://${hostname}:${port}`, {
      lookup,
      tls: { ca: trusted.ca, ...client },
    });
    expect(opened.secure).toBe(true);
  });

  it('resumes no session, which may be of another server', async () => {
    const tls: object = { session: Buffer.alloc(1) };
    await expect(openConnection('wss://127.0.0.1:1', { tls })).rejects.toThrow('tls.session');
    const proxy = { url: 'https://127.0.0.1:1', tls };
    await expect(openConnection('wss://127.0.0.1:1', { proxy })).rejects.toThrow('proxy.tls.session');
  });

  it('cut anywhere it fails to open, or ends with 1006', async () => {
    const server = await startServer({ tls: local });
    const port = Number(new URL(server.url).port);
    server.connections$.subscribe((connection) => {
      for (let i = 0; i < 20; i++) connection.send('x'.repeat(300));
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 9000 }), fc.boolean(), async (cut, isReset) => {
        const relay = await cutAfter(port, cut, isReset);
        const opening = await openConnection(`wss://localhost:${relay.port}`, {
          ...ca,
          lookup,
          logger: {},
        }).catch((error: unknown) => error);
        if (opening instanceof HandshakeError) return;
        const connection = owned(opening as Connection);
        connection.discard();
        relay.cutNow();
        expect(await ended(connection)).toMatchObject({ code: 1006, wasClean: false });
      }),
      { numRuns: 25 },
    );
  });
});

/** A relay to `port` that cuts both sides when so many octets have come from there. */
async function cutAfter(
  port: number,
  octets: number,
  isReset: boolean,
): Promise<{ port: number; cutNow(): void }> {
  const cuts: (() => void)[] = [];
  const relay = net.createServer((client) => {
    const server = net.connect(port, '127.0.0.1');
    let left = octets;
    const cut = (): void => {
      if (isReset) client.resetAndDestroy();
      else client.destroySoon();
      server.destroy();
    };
    cuts.push(cut);
    client.on('error', () => undefined).on('close', () => server.destroy());
    server.on('error', () => undefined).on('close', () => client.destroy());
    client.pipe(server);
    server.on('data', (chunk: Buffer) => {
      client.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) cut();
    });
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const cutNow = (): void => {
    for (const cut of cuts) cut();
    relay.close();
  };
  afterTest(cutNow);
  return { port: (relay.address() as net.AddressInfo).port, cutNow };
}

describeNeeds(opensslNeed(), 'keyLog', () => {
  const certificate = selfSigned();
  const trusting = { tls: { ca: certificate.cert } };

  it('gives each line to a function, of which a throw ends in the log', async () => {
    const server = await startServer({ tls: certificate });
    const lines: string[] = [];
    await startClient(server.url, {
      ...trusting,
      keyLog: (line) => lines.push(Buffer.from(line).toString()),
    });
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line).toMatch(/^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]+\n$/);
    const warnings: unknown[] = [];
    const thrown = new Error('mine');
    await startClient(server.url, {
      ...trusting,
      logger: { warn: (_, { error }) => warnings.push(error) },
      keyLog: () => {
        throw thrown;
      },
    });
    expect(new Set(warnings)).toEqual(new Set([thrown]));
  });

  it('appends them to a file that is the user’s alone, and only where it is asked to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxwire-keys-'));
    afterTest(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'keys.log');
    process.env['SSLKEYLOGFILE'] = path;
    afterTest(() => delete process.env['SSLKEYLOGFILE']);
    const server = await startServer({ tls: certificate });
    await startClient(server.url, trusting);
    expect(() => statSync(path)).toThrow('ENOENT');
    for (const count of [1, 2]) {
      await startClient(server.url, { ...trusting, keyLog: path });
      expect(readFileSync(path, 'utf8').match(/^CLIENT_HANDSHAKE_TRAFFIC_SECRET /gm)).toHaveLength(count);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const warnings: unknown[] = [];
    const logger = { warn: (_: string, { error }: { error?: unknown }) => warnings.push(error) };
    await startClient(server.url, { ...trusting, logger, keyLog: join(folder, 'none', 'keys.log') });
    expect(warnings[0]).toMatchObject({ code: 'ENOENT' });
  });

  it('is nothing for ws:', async () => {
    const server = await rawServer(acceptAll());
    const lines: unknown[] = [];
    await startClient(server.url, { keyLog: (line) => lines.push(line) });
    expect(lines).toEqual([]);
  });
});
