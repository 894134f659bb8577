import net from 'node:net';
import { PassThrough } from 'node:stream';
import tls from 'node:tls';
import { type ClientOptions, connect, HandshakeError, openConnection } from '../../../src/index.js';
import { selfSigned, opensslNeed } from '../../support/certificate.js';
import { collect } from '../../support/collect.js';
import { afterTest, owned, watchResources } from '../../support/harness.js';
import { acceptHead, RawPeer, rawServer } from '../../support/raw-peer.js';
import { describeNeeds } from '../../support/skip.js';
import { unixPath } from '../../support/unix-path.js';
import { until } from '../../support/turns.js';

watchResources();

/** What is answered to a request for a URL: a place to go to, further lines included, or 101. */
type Map = Readonly<Record<string, string | readonly string[]>>;

const SECRET: ClientOptions = {
  headers: {
    Authorization: 'Bearer secret',
    Cookie: 'a=secret',
    'Proxy-Authorization': 'secret',
    'X-Own': 'mine',
  },
  hostHeader: 'name.test',
};

/** All hosts of the world on one raw server, and what each was asked. */
async function world(
  map: Map,
): Promise<{ asked: { url: string; head: string }[]; options: ClientOptions; peers: RawPeer[] }> {
  const asked: { url: string; head: string }[] = [];
  const dialled: string[] = [];
  const server = await rawServer((peer) => {
    void peer.headCame().then((head) => {
      const url = `${dialled[asked.length]!}${/^GET (\S+)/.exec(head)?.[1] ?? ''}`;
      asked.push({ url, head });
      const answer = map[url];
      if (answer === undefined) peer.write(acceptHead(head));
      else peer.write(typeof answer === 'string' ? redirectTo(answer) : `${answer.join('\r\n')}\r\n\r\n`);
    });
  });
  const dial: NonNullable<ClientOptions['dial']> = ({ hostname, port }) => {
    dialled.push(`${hostname}:${String(port)}`);
    const socket = net.connect(server.port, '127.0.0.1');
    return new Promise((resolve) =>
      socket.once('connect', () => {
        resolve(socket);
      }),
    );
  };
  return { asked, options: { dial, redirects: 5 }, peers: server.peers };
}

function redirectTo(location: string, status = 302): string {
  // The body that is announced never comes.
  return `HTTP/1.1 ${String(status)} Elsewhere\r\nLocation: ${location}\r\nContent-Length: 1000000\r\n\r\n`;
}

async function failure(url: string, options: ClientOptions): Promise<HandshakeError> {
  const outcome: unknown = await openConnection(url, options).then(owned, (error: unknown) => error);
  expect(outcome).toBeInstanceOf(HandshakeError);
  return outcome as HandshakeError;
}

const SECRET_LINE = /^(authorization|cookie|proxy-authorization|host: name\.test)/im;

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('is followed with the status %d, when it is allowed', async (status) => {
    const { asked, options } = await world({ 'a.test:80/': [redirectTo('/b?c=d', status).trim()] });
    const connection = owned(await openConnection('ws://a.test', options));
    expect(asked.map(({ url }) => url)).toEqual(['a.test:80/', 'a.test:80/b?c=d']);
    expect(connection.request.target).toBe('/b?c=d');
  });

  it.each([200, 300, 304, 305, 306, 310, 399])('is none with the status %d', async (status) => {
    const { asked, options } = await world({
      'a.test:80/': [`HTTP/1.1 ${String(status)} X`, 'Location: /b', 'Content-Length: 0'],
    });
    expect((await failure('ws://a.test', options)).status).toBe(status);
    expect(asked).toHaveLength(1);
  });

  it('is an error by default, and leaves nothing behind', async () => {
    const { asked, options } = await world({
      'a.test:80/': ['HTTP/1.1 302 X', 'Location: /b', 'Content-Length: 0'],
    });
    const error = await failure('ws://a.test', { ...options, redirects: 0 });
    expect(error).toMatchObject({ status: 302, phase: 'http' });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['a path', '/b', 'a.test:80/b'],
    ['a relative path', 'b', 'a.test:80/x/b'],
    ['a query', '?q', 'a.test:80/x/y?q'],
    ['a URL of ws:', 'ws://a.test/b', 'a.test:80/b'],
    ['a URL of http:', 'http://a.test/b', 'a.test:80/b'],
    ['the host in other case', 'ws://A.TEST/b', 'a.test:80/b'],
    ['the same host without a scheme', '//a.test/b', 'a.test:80/b'],
    ['the default port', 'ws://a.test:80/b', 'a.test:80/b'],
    ['the same host with a percent sign', 'ws://%61.test/b', 'a.test:80/b'],
  ])('to the same server keeps what was said: %s', async (_name, location, url) => {
    const { asked, options } = await world({ 'a.test:80/x/y': location });
    owned(await openConnection('ws://a.test/x/y', { ...options, ...SECRET }));
    expect(asked.map((each) => each.url)).toEqual(['a.test:80/x/y', url]);
    for (const { head } of asked) {
      expect(head).toMatch(/Host: name\.test\r[^]*Authorization: Bearer secret\r[^]*Cookie: a=secret/);
    }
  });

  it.each([
    ['another host', 'ws://b.test/b', 'b.test:80/b'],
    ['another host without a scheme', '//b.test/b', 'b.test:80/b'],
    ['another host behind a backslash', '/\\b.test/b', 'b.test:80/b'],
    ['another port', 'ws://a.test:81/b', 'a.test:81/b'],
    ['a subdomain', 'ws://b.a.test/b', 'b.a.test:80/b'],
    ['the host with a dot at its end', 'ws://a.test./b', 'a.test.:80/b'],
    ['an address', 'http://127.1/b', '127.0.0.1:80/b'],
  ])('to another server takes nothing along that says who asks: %s', async (_name, location, url) => {
    const { asked, options } = await world({ 'a.test:80/': location });
    owned(await openConnection('ws://a.test', { ...options, ...SECRET }));
    expect(asked.map((each) => each.url)).toEqual(['a.test:80/', url]);
    expect(asked[1]!.head).not.toMatch(SECRET_LINE);
    expect(asked[1]!.head).toContain('X-Own: mine');
    expect(asked[0]!.head).toMatch(SECRET_LINE);
  });

  it('takes nothing along on the way back either', async () => {
    const { asked, options } = await world({ 'a.test:80/': 'ws://b.test/', 'b.test:80/': 'ws://a.test/end' });
    owned(await openConnection('ws://a.test', { ...options, ...SECRET }));
    expect(asked.map(({ url }) => url)).toEqual(['a.test:80/', 'b.test:80/', 'a.test:80/end']);
    for (const { head } of asked.slice(1)) expect(head).not.toMatch(SECRET_LINE);
  });

  it('leaves the credentials of the URL, and auth, with the server they are for', async () => {
    const refusal = ['HTTP/1.1 401 X', 'WWW-Authenticate: Basic realm="a"', 'Content-Length: 0'];
    const { asked, options } = await world({ 'a.test:80/': 'ws://b.test/', 'b.test:80/': refusal });
    await failure('ws://me:secret@a.test', options);
    await failure('ws://a.test', { ...options, auth: { username: 'me', password: 'secret' } });
    await failure('ws://a.test', { ...options, auth: () => ['Bearer secret'] });
    expect(asked).toHaveLength(6);
    expect(asked[0]!.head).toContain('Authorization');
    for (const { url, head } of asked) if (url.startsWith('b.')) expect(head).not.toContain('Authorization');
  });

  it('on one server does not use an answer of Digest for another request', async () => {
    const challenge = (nonce: string): string[] => [
      'HTTP/1.1 401 X',
      `WWW-Authenticate: Digest realm="r", qop="auth", nonce="${nonce}"`,
      'Content-Length: 0',
    ];
    let count = 0;
    const answers = [challenge('1'), ['HTTP/1.1 302 X', 'Location: /b', 'Content-Length: 0'], challenge('2')];
    const heads: string[] = [];
    const server = await rawServer((peer) => {
      void peer.headCame().then((head) => {
        heads.push(head);
        const answer = answers[count++];
        peer.write(answer === undefined ? acceptHead(head) : `${answer.join('\r\n')}\r\n\r\n`);
      });
    });
    owned(await openConnection(server.url, { auth: { username: 'a', password: 'b' }, redirects: 1 }));
    expect(heads.map((head) => /nonce="(.)", uri="([^"]*)"/.exec(head)?.slice(1).join())).toEqual([
      undefined,
      '1,/',
      undefined,
      '2,/b',
    ]);
  });

  it.each([
    ['no Location', ['HTTP/1.1 302 X']],
    ['an empty Location', ['HTTP/1.1 302 X', 'Location:']],
    ['two Locations', ['HTTP/1.1 302 X', 'Location: /b', 'Location: /b']],
    ['a Location that cannot be parsed', redirectTo('ws://[secret')],
    ['a blank in it', redirectTo('/a secret')],
    ['a tab in it', redirectTo('/a\tsecret')],
    ['what is not ASCII', redirectTo('/secret\xfc')],
    ['a Unix socket', redirectTo('ws+unix:/secret.sock')],
    ['a file', redirectTo('file:///secret')],
    ['javascript:', redirectTo('javascript:secret')],
    ['a fragment', redirectTo('/b#secret')],
    ['credentials', redirectTo('ws://me:secret@b.test/')],
    ['a user', redirectTo('ws://secret@a.test/')],
    ['no host', redirectTo('ws://')],
    ['a port out of range', redirectTo('ws://b.test:65536/secret')],
  ])('is an error that shows nothing of it with %s', async (_name, answer) => {
    const lines = typeof answer === 'string' ? [answer.trim()] : [...answer, 'Content-Length: 0'];
    const { asked, options } = await world({ 'a.test:80/': lines });
    const error = await failure('ws://a.test', options);
    expect(error).toMatchObject({ status: 302, phase: 'http' });
    expect(error.message).toMatch(/^ws:\/\/a\.test\/ answered with status 302, which is not followed: /);
    expect(error.message).not.toContain('secret');
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['a line feed in the Location', redirectTo('/a\nX: y')],
    ['a Location of 64 KiB', redirectTo(`/${'a'.repeat(65536)}`)],
  ])('is no answer of HTTP with %s', async (_name, answer) => {
    const { asked, options } = await world({ 'a.test:80/': [answer.trim()] });
    expect((await failure('ws://a.test', options)).phase).toBe('http');
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(asked.every(({ url }) => url.startsWith('a.test:80/'))).toBe(true);
  });

  it('to itself ends at the limit, and no socket is left', async () => {
    const { asked, options, peers } = await world({ 'a.test:80/': '/' });
    const error = await failure('ws://a.test', { ...options, redirects: 3 });
    expect(error.message).toMatch(/option redirects allows 3/);
    expect(asked).toHaveLength(4);
    await until(() => peers.every(({ ended: isEnded, closed }) => isEnded || closed));
  });

  it('tells the way without secrets in every error behind it', async () => {
    const { options } = await world({
      'a.test:80/?t=secret': 'ws://b.test/x?t=secret',
      'b.test:80/x?t=secret': ['HTTP/1.1 403 No', 'Content-Length: 0'],
    });
    const error = await failure('ws://a.test/?t=secret', options);
    expect(error.message).toContain('ws://a.test/?… -> ws://b.test/x?… answered with status 403');
    expect(error.message).not.toContain('secret');
  });

  it('is not followed when nobody wants the connection any more', async () => {
    const server = await rawServer();
    const opening = collect(connect(server.url, { redirects: 5 }));
    const peer = await server.next();
    await peer.headCame();
    peer.write(redirectTo('/b'));
    opening.stop();
    await peer.whenClosed().catch(() => undefined);
    expect(server.peers).toHaveLength(1);
  });

  it.each([
    ['a path', '/b', '/b'],
    ['its own name', 'ws://localhost/b', '/b'],
    ['another host', 'ws://127.0.0.1/b', undefined],
    ['another port', 'ws://localhost:81/b', undefined],
    ['TLS', 'wss://localhost/b', undefined],
  ])('from a Unix socket leads to the same one or nowhere: %s', async (_name, location, target) => {
    const path = unixPath();
    const heads: string[] = [];
    const server = net.createServer((socket) => {
      const peer = new RawPeer(socket, 'server');
      void peer.headCame().then((head) => {
        peer.write(heads.push(head) === 1 ? redirectTo(location) : acceptHead(head));
      });
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    afterTest(() => server.close());
    const opening = openConnection(`ws+unix:${path}:/a`, { ...SECRET, redirects: 1 });
    if (target === undefined) await expect(opening).rejects.toThrow(/away from a Unix socket/);
    else expect(owned(await opening).request.target).toBe(target);
    expect(heads).toHaveLength(target === undefined ? 1 : 2);
    expect(heads.every((head) => head.includes('secret'))).toBe(true);
  });

  it('is refused beside a stream that is good for one request, and over 20 of them', () => {
    const socket = new PassThrough();
    expect(() => connect('ws://h', { redirects: 1, socket })).toThrow(/redirects .* socket/);
    expect(() => connect('ws://h', { redirects: 0, socket })).not.toThrow();
    expect(() => connect('ws://h', { redirects: 21 })).toThrow(RangeError);
    expect(() => connect('ws://h', { redirects: -1 })).toThrow(RangeError);
    socket.destroy();
  });
});

describeNeeds(opensslNeed(), 'a redirect with TLS', () => {
  let cert: string;
  let key: string;
  beforeAll(() => {
    ({ cert, key } = selfSigned());
  });

  /** A server of TLS that answers with `answer`, or opens, and asks for certificates. */
  async function secureServer(answer?: string): Promise<{ port: number; named: boolean[]; heads: string[] }> {
    const named: boolean[] = [];
    const heads: string[] = [];
    const server = tls.createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (socket) => {
      named.push(Object.keys(socket.getPeerCertificate()).length > 0);
      const peer = new RawPeer(socket, 'server');
      void peer.headCame().then((head) => {
        heads.push(head);
        peer.write(answer ?? acceptHead(head));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterTest(() => server.close());
    return { port: (server.address() as net.AddressInfo).port, named, heads };
  }

  it('never leads from wss: to ws:', async () => {
    const open = await rawServer();
    for (const location of [open.url, open.url.replace('ws:', 'http:')]) {
      const server = await secureServer(redirectTo(location));
      const options = { redirects: 5, tls: { rejectUnauthorized: false } };
      const error = await failure(`wss://127.0.0.1:${server.port}`, options);
      expect(error.message).toContain('from TLS to no TLS');
    }
    expect(open.peers).toHaveLength(0);
  });

  it('takes a certificate of the client’s to the same server only', async () => {
    const last = await secureServer();
    const first = await secureServer(redirectTo(`wss://127.0.0.1:${last.port}/`));
    const options = { redirects: 5, tls: { rejectUnauthorized: false, cert, key } };
    owned(await openConnection(`wss://127.0.0.1:${first.port}`, options));
    expect([first.named, last.named]).toEqual([[true], [false]]);
  });

  it.each([
    ['keeps what was said from ws: to wss: on their own ports', 80, '', true],
    ['drops it on other ports', 81, ':444', false],
  ])('%s', async (_name, port, suffix, isKept) => {
    const secure = await secureServer();
    const plain = await rawServer((peer) => {
      void peer.headCame().then(() => {
        peer.write(redirectTo(`wss://a.test${suffix}/`));
      });
    });
    const dial: NonNullable<ClientOptions['dial']> = (target) => {
      const socket = net.connect(target.secure ? secure.port : plain.port, '127.0.0.1');
      return new Promise((resolve) =>
        socket.once('connect', () => {
          resolve(socket);
        }),
      );
    };
    const options = { ...SECRET, dial, redirects: 1, tls: { rejectUnauthorized: false } };
    owned(await openConnection(`ws://a.test:${port}/`, options));
    expect(SECRET_LINE.test(secure.heads[0]!)).toBe(isKept);
  });
});
