import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { run } from '../../src/cli/run.js';
import {
  accept,
  type Authorize,
  type HandshakeRequest,
  reject,
  type Server,
  type ServerOptions,
} from '../../src/index.js';
import { digestServer } from '../support/digest-server.js';
import { FakeTerminal } from '../support/fake-terminal.js';
import { afterTest, startServer, watchResources } from '../support/harness.js';
import { honest, rawProxy } from '../support/raw-proxy.js';
import { temporaryFile } from '../support/temporary-file.js';
import { told } from '../support/told.js';

watchResources();

const ECHOED = { code: 0, stdout: 'hello\n', stderr: '' };
const SECRET = /secret/i;

/** A server that echoes, and what it was asked. */
async function echoing(options: ServerOptions = {}): Promise<{ server: Server; asked: HandshakeRequest[] }> {
  const server = await startServer(options);
  const asked: HandshakeRequest[] = [];
  server.connections$.subscribe((connection) => {
    asked.push(connection.request);
    connection.messages$.subscribe(connection.outbox);
  });
  return { server, asked };
}

/** Lets in who says by Basic that it is me, with this password. */
function challenging(password: string): Authorize {
  const right = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
  const refusal = reject(401, { headers: { 'WWW-Authenticate': 'Basic realm="r"' } });
  return ({ headers }) => (headers.get('authorization') === right ? accept() : refusal);
}

/** Says hello to `url`, and expects it back. */
async function hello(url: string, ...args: readonly string[]): Promise<void> {
  expect(await told([url, ...args], 'hello\n')).toEqual(ECHOED);
}

/** Expects one line on stderr that matches, and nothing secret in it, at every degree of talking. */
async function refused(pattern: RegExp, ...args: readonly string[]): Promise<void> {
  for (const more of [[], ['-v'], ['-vv']]) {
    const { code, stdout, stderr } = await told([...args, ...more]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(pattern);
    expect(stderr).toMatch(/^rxwire: [^\n]+\n$/);
    expect(stderr).not.toMatch(SECRET);
  }
}

describe('rxwire <url> --proxy', () => {
  it.each([
    ['as a URL', (at: string) => ['-p', `http://me:secret@${at}`]],
    ['without a scheme', (at: string) => ['--proxy', `me:secret@${at}`]],
    ['from a file', (at: string) => ['--proxy', `@${temporaryFile(`http://me:secret@${at}\n`)}`]],
  ])('goes through the proxy that is given %s, with its credentials', async (_, args) => {
    const { server } = await echoing();
    const proxy = await rawProxy(honest());
    await hello(server.url, ...args(`127.0.0.1:${proxy.port}`));
    expect(proxy.heads).toHaveLength(1);
    expect(proxy.heads[0]).toMatch(/^CONNECT 127\.0\.0\.1:/);
    expect(proxy.heads[0]).toMatch(/\r\nproxy-authorization: Basic bWU6c2VjcmV0\r\n/i);
  });

  it('asks the environment with env', async () => {
    const { server } = await echoing();
    const proxy = await rawProxy(honest());
    process.env['ws_proxy'] = `http://127.0.0.1:${proxy.port}`;
    afterTest(() => delete process.env['ws_proxy']);
    await hello(server.url);
    expect(proxy.heads).toHaveLength(0);
    await hello(server.url, '-p', 'env');
    expect(proxy.heads).toHaveLength(1);
  });

  it('reaches the servers of --no-proxy directly', async () => {
    const { server } = await echoing();
    const proxy = await rawProxy(honest());
    await hello(server.url, '-p', `127.0.0.1:${proxy.port}`, '--no-proxy', 'example.com,127.0.0.0/8');
    expect(proxy.heads).toHaveLength(0);
  });

  it('says what the proxy refused, and nothing of the password', async () => {
    const proxy = await rawProxy((client) => client.end('HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n'));
    const url = `ws://127.0.0.1:1/?token=secret`;
    await refused(/proxy .*407/, url, '-p', `http://me:secret@127.0.0.1:${proxy.port}`);
  });
});

describe('rxwire <url> --auth', () => {
  it.each([
    ['in words', 'me:secret: with colons'],
    ['from a file', '@'],
  ])('answers a challenge by Digest: %s', async (_, given) => {
    const server = await digestServer({
      username: 'me',
      password: 'secret: with colons',
      algorithm: 'SHA-256',
    });
    const auth = given === '@' ? `@${temporaryFile('me:secret: with colons\r\n')}` : given;
    const terminal = new FakeTerminal();
    const code = run([server.url, '--auth', auth, '-v'], terminal);
    await terminal.says(/^connected to/);
    expect(server.answers).toHaveLength(1);
    expect(terminal.stderr.text).not.toMatch(SECRET);
    // Nothing more is to be had of that server: the second signal does not wait for it.
    terminal.signals$.next('SIGINT');
    terminal.signals$.next('SIGINT');
    expect(await code).toBe(130);
  });

  it('answers a challenge by Basic', async () => {
    const { server, asked } = await echoing({
      authorize: challenging('secret'),
    });
    await hello(server.url, '--auth', 'me:secret');
    expect(asked[0]?.headers.get('authorization')).toBe('Basic bWU6c2VjcmV0');
  });

  it('says that it was refused, and nothing of the password', async () => {
    const { server } = await echoing({
      authorize: challenging('another'),
    });
    await refused(/ 401/, server.url, '--auth', 'me:secret');
    await refused(/ 401/, server.url.replace('//', '//me:secret@'));
  });
});

describe('rxwire <url> --location', () => {
  /** A server that sends everybody on, and the server where they get to. */
  async function moved(): Promise<{ url: string; asked: HandshakeRequest[] }> {
    const { server, asked } = await echoing();
    const old = http.createServer((_request, response) => {
      response.writeHead(308, { Location: `${server.url}/new?token=secret` }).end();
    });
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
    afterTest(() => {
      old.closeAllConnections();
      old.close();
    });
    return { url: `ws://127.0.0.1:${String((old.address() as AddressInfo).port)}`, asked };
  }

  it.each([['-L'], ['--location', '--max-redirects', '1']])(
    'follows redirects with %s %s %s',
    async (...args) => {
      const { url, asked } = await moved();
      await hello(url, ...args);
      expect(asked[0]?.target).toBe('/new?token=secret');
    },
  );

  it('follows none without it, and no more than --max-redirects', async () => {
    const { url } = await moved();
    await refused(/ 308/, url);
    await refused(/ 308/, url, '-L', '--max-redirects', '0');
  });

  it('tells with -v where it got to, without the query', async () => {
    const { url } = await moved();
    const { stderr } = await told([url, '-L', '-v']);
    expect(stderr).toMatch(/^connected to 127\.0\.0\.1:\d+\/new\?…\nclosed with 1000\n$/);
  });
});

describe('rxwire <url>, what is asked', () => {
  it('sends --host as the Host header', async () => {
    const { server, asked } = await echoing();
    await hello(server.url, '--host', 'feed.example:8080');
    expect(asked[0]?.headers.get('host')).toBe('feed.example:8080');
  });

  it('sends the cookies of --cookie, also of a file', async () => {
    const { server, asked } = await echoing();
    const file = temporaryFile('c="3"\r\n\nd=4; e=5=6\n');
    await hello(server.url, '--cookie', 'a=1', '--cookie', 'b=2;', '--cookie', `@${file}`);
    expect(asked[0]?.headers.get('cookie')).toBe('a=1; b=2; c="3"; d=4; e=5=6');
  });

  it('takes --origin same for that of the URL', async () => {
    const { server, asked } = await echoing();
    await hello(server.url, '-o', 'same');
    expect(asked[0]?.headers.get('origin')).toBe(server.url.replace('ws:', 'http:'));
  });

  it('speaks HTTP/2 with --http2-only', async () => {
    const { server, asked } = await echoing({ http2: true });
    await hello(server.url, '--http2-only');
    expect(asked[0]?.method).toBe('CONNECT');
  });
});

describe('rxwire <url>, how it dials', () => {
  it('gives up after --connect-timeout, wherever it is', async () => {
    const silent = await rawProxy(() => undefined);
    await refused(/within 20 ms/, `ws://127.0.0.1:${silent.port}/?token=secret`, '--connect-timeout', '0.02');
  });

  it('keeps to the addresses of IPv6 with -6', async () => {
    const { server } = await echoing({ host: '127.0.0.1' });
    const url = server.url.replace('127.0.0.1', 'localhost');
    await hello(url, '-4');
    await refused(/cannot connect to ws:\/\/localhost:/, url, '-6');
  });
});

describe('rxwire <url>, wrong flags', () => {
  it.each<[string, readonly string[], string]>([
    ['a proxy of another kind', ['-p', 'ftp://h'], '--proxy has the scheme "ftp:", expected http:, https:,'],
    ['a proxy that is no URL', ['-p', 'secret secret'], '--proxy cannot be parsed as a URL'],
    ['a list without a proxy', ['--no-proxy', 'a'], '--no-proxy is given without --proxy'],
    ['a list that is none', ['-p', 'h', '--no-proxy', 'a/b'], "--no-proxy has the entry 'a/b', expected *,"],
    ['a name without a password', ['--auth', 'secret'], '--auth has no user name and colon, expected USER:'],
    ['a password without a name', ['--auth', ':secret'], '--auth has no user name and colon, expected USER:'],
    ['a password that cannot be sent', ['--auth', 'a:secret\n'], '--auth has a control character in'],
    [
      'credentials twice',
      ['-H', 'Authorization: secret', '--auth', 'a:secret'],
      'header "Authorization" may',
    ],
    ['a cookie without a name', ['--cookie', '=secret'], '--cookie has no name and =, expected NAME=VALUE,'],
    [
      'a cookie that is none',
      ['--cookie', 'a=b; secret'],
      '--cookie has no name and =, expected NAME=VALUE,',
    ],
    ['no cookie', ['--cookie', ''], '--cookie has no name and =, expected NAME=VALUE,'],
    [
      'cookies twice',
      ['--cookie', 'a=b', '-H', 'Cookie: c'],
      'header "Cookie" may not be set beside --cookie',
    ],
    ['a host that is none', ['--host', 'a b'], "--host is 'a b', expected a host, with or without a port"],
    [
      'a Host header',
      ['-H', 'Host: x'],
      'header "Host" may not be set: it is made from the URL, or from --host',
    ],
    ['an empty origin', ['-o', ''], '--origin is "", expected one such as https://example.com, or same'],
    ['redirects without --location', ['--max-redirects', '1'], '--max-redirects needs --location'],
    [
      'too many redirects',
      ['-L', '--max-redirects', '21'],
      '--max-redirects is "21", expected an integer from 0 to',
    ],
    [
      'no time',
      ['--connect-timeout', '0'],
      '--connect-timeout is "0", expected a number of seconds over 0, or -1',
    ],
    [
      'a time that is none',
      ['--connect-timeout', '1s'],
      '--connect-timeout is "1s", expected a number of seconds',
    ],
    ['both families', ['-4', '-6'], '--ipv4 and --ipv6 exclude each other'],
    [
      'an unquoted header',
      ['-H', 'Authorization:', 'Bearer', 'secret'],
      'there are 3 arguments, expected one url;',
    ],
  ])('%s', async (_, args, text) => {
    const { code, stdout, stderr } = await told([...args, 'ws://127.0.0.1:1']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`rxwire: ${text}`);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).not.toMatch(SECRET);
  });

  it('takes -1 for ever', async () => {
    const { server } = await echoing();
    await hello(server.url, '--connect-timeout', '-1');
  });
});
