import { createPrivateKey } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { ServerOptions } from '../../src/index.js';
import { type Authority, authority } from '../support/authority.js';
import { type Certificate, opensslNeed } from '../support/certificate.js';
import { startServer, watchResources } from '../support/harness.js';
import { describeNeeds } from '../support/skip.js';
import { temporaryFile } from '../support/temporary-file.js';
import { told } from '../support/told.js';

watchResources();

describeNeeds(opensslNeed(), 'rxwire wss://…', () => {
  let trusted: Authority;
  let local: Certificate;
  beforeAll(() => {
    trusted = authority();
    local = trusted.issue({ names: 'DNS:localhost,IP:127.0.0.1' });
  });
  afterAll(() => {
    trusted.remove();
  });

  async function serving(options: ServerOptions): Promise<{ url: string; asked: string[] }> {
    const server = await startServer(options);
    const asked: string[] = [];
    server.connections$.subscribe((connection) => {
      asked.push(connection.request.method);
      connection.messages$.subscribe(connection.outbox);
    });
    return { url: server.url, asked };
  }

  const echoed = { code: 0, stdout: 'hello\n', stderr: '' };

  it.each(['-n', '--nocert', '-k', '--insecure'])(
    'takes any certificate with %s, and warns',
    async (flag) => {
      const { url } = await serving({ tls: local });
      expect((await told([url], 'hello\n')).code).toBe(1);
      expect(await told([url, flag], 'hello\n')).toEqual({
        ...echoed,
        stderr: "rxwire: warning: the server's certificate is not verified\n",
      });
    },
  );

  it('asks for --servername, and compares the certificate with it', async () => {
    const { url } = await serving({ tls: trusted.issue({ names: 'DNS:feed.example' }) });
    const args = [url, '--ca', temporaryFile(trusted.ca)];
    expect((await told(args, 'hello\n')).code).toBe(1);
    expect(await told([...args, '--servername', 'feed.example'], 'hello\n')).toEqual(echoed);
  });

  it.each(['127.0.0.1', '::1', '', 'a b', 'a:1'])('refuses --servername "%s"', async (name) => {
    const { code, stderr } = await told(['wss://h', '--servername', name]);
    expect(code).toBe(2);
    expect(stderr).toContain(`--servername is "${name}", expected a host name (`);
  });

  it.each([
    ['in words', (text: string) => text],
    ['from a file', (text: string) => `@${temporaryFile(`${text}\n`)}`],
  ])('opens its key with --passphrase %s', async (_, given) => {
    const { url } = await serving({ tls: { ...local, ca: trusted.ca, requestCert: true } });
    const mine = trusted.issue({ commonName: 'me' });
    const secret = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
    const key = temporaryFile(String(createPrivateKey(mine.key).export(secret)));
    const args = [url, '--ca', temporaryFile(trusted.ca), '--cert', temporaryFile(mine.cert), '--key', key];
    expect(await told([...args, '--passphrase', given('secret')], 'hello\n')).toEqual(echoed);
    for (const wrong of [[], ['--passphrase', given('another secret')]]) {
      const { code, stderr } = await told([...args, ...wrong], 'hello\n');
      expect(code).toBe(1);
      expect(stderr).toMatch(/^rxwire: --key: [^\n]+\n$/);
      expect(stderr).not.toContain('secret');
    }
  });

  it('wants a key for a passphrase', async () => {
    const { code, stderr } = await told(['wss://h', '--passphrase', 'secret']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^rxwire: --passphrase needs --key \(/);
  });

  it.each(['--ca', '--cert', '--key'])('says at once that the file of %s is no PEM', async (flag) => {
    const files = { '--ca': trusted.ca, '--cert': local.cert, '--key': local.key, [flag]: 'secret' };
    const args = Object.entries(files).flatMap(([name, text]) => [name, temporaryFile(text)]);
    const { code, stderr } = await told(['wss://127.0.0.1:1', ...args]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^rxwire: ${flag}: [^\\n]+\\n$`));
    expect(stderr).not.toContain('secret');
  });

  it('writes the keys to the file of --keylog, which nobody else can read', async () => {
    const { url } = await serving({ tls: local });
    const file = temporaryFile();
    const args = [url, '--ca', temporaryFile(trusted.ca), '--keylog', file];
    expect(await told(args, 'hello\n')).toEqual(echoed);
    expect(readFileSync(file, 'utf8')).toMatch(/^CLIENT_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]+ [0-9a-f]+$/m);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('says at once that it cannot write to the file of --keylog', async () => {
    const { code, stderr } = await told(['ws://127.0.0.1:1', '--keylog', '/no/keys']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'rxwire: --keylog: cannot write /no/keys (ENOENT)\n',
    });
  });

  it.each([
    ['--http2', 'CONNECT'],
    ['--http2-only', 'CONNECT'],
    ['--compress', 'GET'],
  ])('with %s asks by %s', async (flag, method) => {
    const { url, asked } = await serving({ tls: local, http2: true });
    const { code, stderr } = await told([url, '--ca', temporaryFile(trusted.ca), flag, '-v'], 'hello\n');
    expect(code).toBe(0);
    expect(asked).toEqual([method]);
    expect(stderr).toMatch(/^connected to 127\.0\.0\.1:\d+\//);
  });
});
