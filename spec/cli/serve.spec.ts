import { mkdtempSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { openConnection } from 'rxwire';
import { BUILD, endCommands, rxwire, rxwireServe } from '../support/command.js';
import { describeNeeds, itNeeds } from '../support/skip.js';

const OPENSSL = { available: spawnSync('openssl', ['version']).status === 0, what: 'openssl' };

describeNeeds(BUILD, 'rxwire serve, as a process', () => {
  afterEach(endCommands);

  it('says where it listens, first and alone on stdout, and what to type next on stderr', async () => {
    const { server, url } = await rxwireServe();
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:[1-9]\d*$/);
    await server.says(/Ctrl\+C/);
    expect(server.text).toBe(`listening on ${url}\n`);
    expect(server.stderr).toContain(`open ${url.replace('ws:', 'http:')}/ in a browser, or: rxwire ${url}\n`);
  });

  it('serves a page to a browser and echoes to a WebSocket', async () => {
    const { url } = await rxwireServe('--echo');
    const page = await fetch(url.replace('ws:', 'http:'));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<!doctype html>');
    const connection = await openConnection(url);
    connection.send('hello');
    expect(await firstValueFrom(connection.messages$)).toEqual({ type: 'text', data: 'hello' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'closes every client with 1001 at %s, and exits with 0',
    async (signal) => {
      const { server, url } = await rxwireServe();
      const clients = await Promise.all([openConnection(url), openConnection(url)]);
      server.signal(signal);
      for (const client of clients) {
        expect(await firstValueFrom(client.closed$)).toMatchObject({ code: 1001, wasClean: true });
      }
      expect(await server.ended).toBe(0);
    },
  );

  it('takes limits', async () => {
    const { url } = await rxwireServe('--max-message', '1KiB');
    const connection = await openConnection(url);
    connection.send('x'.repeat(1025));
    expect(await firstValueFrom(connection.closed$)).toMatchObject({ code: 1009 });
  });

  it('takes origins', async () => {
    const { url } = await rxwireServe('--origins', 'https://a.example', 'https://*.b.example');
    const welcome = await openConnection(url, { origin: 'https://x.b.example' });
    expect(welcome.state).toBe('open');
    await expect(openConnection(url, { origin: 'https://evil.example' })).rejects.toMatchObject({
      status: 403,
    });
  });

  it('goes on when whoever read its first line has left', async () => {
    const { server, url } = await rxwireServe();
    server.closeStdout();
    const connection = await openConnection(url);
    connection.send('still there');
    expect(await firstValueFrom(connection.messages$)).toMatchObject({ data: 'still there' });
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  describe('in a folder of its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxwire-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('listens on a Unix socket', async () => {
      const path = join(folder, 'socket');
      const server = rxwire('serve', '--unix', path);
      await server.says(/Ctrl\+C/);
      expect(server.text).toBe(`listening on ws+unix:${path}\n`);
      const client = rxwire(`ws+unix:${path}`).end('over a socket\n');
      expect(await client.ended).toBe(0);
      expect(client.text).toBe('over a socket\n');
    });

    itNeeds(OPENSSL, 'serves TLS, which the client verifies unless told not to', async () => {
      const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
      const make = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${cert}`;
      expect(spawnSync('openssl', make.split(' ')).status).toBe(0);
      const { url } = await rxwireServe('--tls-cert', cert, '--tls-key', key);
      expect(url).toMatch(/^wss:/);

      const wary = rxwire(url).end('x\n');
      expect(await wary.ended).toBe(1);
      expect(wary.stderr).toMatch(/^rxwire: cannot connect to wss:.*\n$/);

      const careless = rxwire(url, '--nocert').end('x\n');
      expect(await careless.ended).toBe(0);
      expect(careless.text).toBe('x\n');
      expect(careless.stderr).toBe("rxwire: warning: the server's certificate is not verified\n");

      const informed = rxwire(url, '--ca', cert).end('x\n');
      expect(await informed.ended).toBe(0);
      expect(informed.stderr).toBe('');
    });
  });
});
