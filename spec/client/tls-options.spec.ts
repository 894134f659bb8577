import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { type ClientOptions, HandshakeError, openConnection } from '../../src/index.js';
import { authority } from '../support/authority.js';
import { type Certificate, opensslNeed } from '../support/certificate.js';
import { afterTest, owned, startServer, watchResources } from '../support/harness.js';
import { describeNeeds } from '../support/skip.js';
import { Told } from './secrets/told.js';

watchResources();

const PASSPHRASE = 'open-sesame-passphrase';

/** The same identity, locked with the passphrase: its key in PEM, and both in PKCS #12. */
function locked({ key, cert }: Certificate): { key: string; pfx: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'rxwire-locked-'));
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  try {
    writeFileSync(join(folder, 'key.pem'), key);
    writeFileSync(join(folder, 'cert.pem'), cert);
    openssl('pkcs8', '-topk8', '-in', 'key.pem', '-out', 'locked.pem', '-passout', `pass:${PASSPHRASE}`);
    const both = ['-inkey', 'key.pem', '-in', 'cert.pem'];
    openssl('pkcs12', '-export', ...both, '-out', 'both.pfx', '-passout', `pass:${PASSPHRASE}`);
    return {
      key: readFileSync(join(folder, 'locked.pem'), 'utf8'),
      pfx: readFileSync(join(folder, 'both.pfx')),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describeNeeds(opensslNeed(), 'the option tls', () => {
  const trusted = authority();
  afterAll(() => {
    trusted.remove();
  });
  const { ca } = trusted;
  const server = trusted.issue({ names: 'DNS:localhost,IP:127.0.0.1' });
  const mine = trusted.issue({ names: 'DNS:me', commonName: 'me' });
  const safe = locked(mine);

  const SAYS: readonly [string, tls.TlsOptions, NonNullable<ClientOptions['tls']>, object][] = [
    ['a certificate and its key', {}, { cert: mine.cert, key: mine.key }, { name: 'me' }],
    [
      'a key that is locked, and its passphrase',
      {},
      { cert: mine.cert, key: safe.key, passphrase: PASSPHRASE },
      { name: 'me' },
    ],
    ['both in one file', {}, { pfx: safe.pfx, passphrase: PASSPHRASE }, { name: 'me' }],
    [
      'a context that is made before',
      {},
      { secureContext: tls.createSecureContext({ ca, cert: mine.cert, key: mine.key }) },
      { name: 'me' },
    ],
    ['no certificate', {}, {}, { name: undefined }],
    [
      'ciphers',
      { maxVersion: 'TLSv1.2' },
      { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
      { cipher: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    ],
    ['the least version', {}, { minVersion: 'TLSv1.3' }, { protocol: 'TLSv1.3' }],
    ['the greatest version', {}, { maxVersion: 'TLSv1.2' }, { protocol: 'TLSv1.2' }],
    ['a name', {}, { servername: 'localhost' }, { servername: 'localhost' }],
  ];
  it.each(SAYS)('says %s', async (_name, theirs, options, expected) => {
    const seen: object[] = [];
    const raw = tls.createServer(
      { ...server, ca, requestCert: true, rejectUnauthorized: false, ...theirs },
      (socket) => {
        seen.push({
          name: (socket.getPeerCertificate() as Partial<tls.PeerCertificate>).subject?.CN,
          cipher: socket.getCipher().name,
          protocol: socket.getProtocol(),
          servername: (socket as { servername?: string | false }).servername,
        });
      },
    );
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    afterTest(() => new Promise((resolve) => raw.close(resolve)));
    const listening = await startServer({ server: raw });
    const { port } = raw.address() as AddressInfo;
    owned(await openConnection(`wss://127.0.0.1:${port}`, { tls: { ca, ...options }, logger: {} }));
    expect(listening.connections.size).toBe(1);
    expect(seen).toEqual([expect.objectContaining(expected)]);
  });

  const WRONG: readonly [string, NonNullable<ClientOptions['tls']>][] = [
    ['a wrong passphrase', { cert: mine.cert, key: safe.key, passphrase: `not-${PASSPHRASE}` }],
    ['no passphrase', { cert: mine.cert, key: safe.key }],
    ['a passphrase for another file', { pfx: Buffer.from(PASSPHRASE), passphrase: PASSPHRASE }],
    ['a passphrase of another type', { key: safe.key, passphrase: { PASSPHRASE } as never }],
    ['a key that is none', { cert: mine.cert, key: PASSPHRASE }],
    ['a certificate that is none', { cert: PASSPHRASE, key: mine.key }],
    ['the key of another', { cert: mine.cert, key: server.key }],
    ['ciphers that nobody knows', { ciphers: 'NONE' }],
  ];
  it.each(WRONG)(
    'with %s are refused before anything is dialled, and show no secret',
    async (_name, options) => {
      const listening = await startServer({ tls: { ...server, ca, requestCert: true } });
      const told = new Told();
      const outcome: unknown = await openConnection(listening.url, {
        tls: { ca, ...options },
        logger: told.logger,
      }).then(owned, (error: unknown) => error);
      expect(outcome).toBeInstanceOf(TypeError);
      expect(outcome).toMatchObject({ message: expect.stringContaining('option tls') as string });
      told.add(outcome);
      told.stop();
      const keys = [mine.key, safe.key, server.key].map((key) => key.split('\n')[1]!);
      expect(told.leaksOf([PASSPHRASE, ...keys])).toEqual([]);
    },
  );

  it.each<[string, NonNullable<ClientOptions['tls']>]>([
    ['an authority that is none', { ca: PASSPHRASE }],
    ['versions that leave nothing', { ca, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }],
  ])('with %s are an error of TLS when they are used, and show no secret', async (_name, options) => {
    const listening = await startServer({ tls: { ...server, ca, requestCert: true } });
    const told = new Told();
    const outcome: unknown = await openConnection(listening.url, { tls: options, logger: told.logger }).then(
      owned,
      (error: unknown) => error,
    );
    expect(outcome).toBeInstanceOf(HandshakeError);
    expect(outcome).toMatchObject({ phase: 'tls', code: 'RXWIRE_HANDSHAKE' });
    told.add(outcome);
    told.stop();
    expect(told.leaksOf([PASSPHRASE])).toEqual([]);
  });
});
