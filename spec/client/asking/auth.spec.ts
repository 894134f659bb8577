import { spawnSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { finalize, NEVER, of, throwError } from 'rxjs';
import {
  type AuthOptions,
  basicAuth,
  type Challenge,
  connect,
  HandshakeError,
  openConnection,
  openServer,
} from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { digestServer } from '../../support/digest-server.js';
import { afterTest, ended, owned, watchResources } from '../../support/harness.js';
import { acceptHead, rawServer, type RawServer } from '../../support/raw-peer.js';
import { itNeeds } from '../../support/skip.js';
import { until } from '../../support/turns.js';
import { VirtualTime } from 'rxwire/testing';

watchResources();

const AUTH: AuthOptions = { username: 'Mufasa', password: 'Circle of Life' };
const BASIC = `Basic ${Buffer.from('Mufasa:Circle of Life').toString('base64')}`;
const ALGORITHMS = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256'];
const CURL = { available: spawnSync('curl', ['--version']).status === 0, what: 'the Debian package curl' };

/** Answers each request in turn: a list of the lines of a refusal, or 101. The last one is for all that follow. */
async function answering(
  ...answers: readonly (readonly string[] | 101)[]
): Promise<RawServer & { heads: string[] }> {
  const heads: string[] = [];
  const server = await rawServer((peer) => {
    void peer.headCame().then((head) => {
      const answer = answers[heads.push(head) - 1] ?? answers.at(-1)!;
      peer.write(
        answer === 101
          ? acceptHead(head)
          : ['HTTP/1.1 401 Unauthorized', ...answer, 'Content-Length: 0', '', ''].join('\r\n'),
      );
    });
  });
  return { ...server, heads };
}

function authorizationOf(head: string): string | undefined {
  return /^authorization: (.*)\r$/im.exec(head)?.[1];
}

async function failure(opening: Promise<unknown>): Promise<HandshakeError> {
  const error: unknown = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HandshakeError);
  return error as HandshakeError;
}

describe('the option auth', () => {
  it.each(ALGORITHMS)(
    'answers a challenge of Digest with %s, as its server computes it',
    async (algorithm) => {
      const { url, answers } = await digestServer({ ...AUTH, algorithm });
      const connection = owned(await openConnection(`${url}/a?b="c"`, { auth: AUTH }));
      expect(connection.request.target).toBe('/a?b=%22c%22');
      expect(answers).toHaveLength(1);
      expect(JSON.stringify([...answers[0]!])).not.toContain('Circle');
    },
  );

  itNeeds(CURL, 'has a server to try it with that lets curl in', async () => {
    for (const algorithm of ['MD5', 'SHA-256']) {
      const { url } = await digestServer({ ...AUTH, algorithm });
      const page = url.replace('ws:', 'http:');
      const codes = [];
      for (const password of [AUTH.password, 'wrong']) {
        const args = [
          '--noproxy',
          '*',
          '--digest',
          '-su',
          `Mufasa:${password}`,
          '-o',
          '/dev/null',
          '-w',
          '%{http_code}',
          page,
        ];
        const curl = spawn('curl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
        let code = '';
        curl.stdout.on('data', (chunk: Buffer) => (code += chunk.toString()));
        await once(curl, 'close');
        codes.push(code);
      }
      expect(codes).toEqual(['200', '401']);
    }
  });

  it('takes a new nonce where its own was too old, once', async () => {
    const once = await digestServer({ ...AUTH, algorithm: 'SHA-256', stale: 1 });
    owned(await openConnection(once.url, { auth: AUTH }));
    const twice = await digestServer({ ...AUTH, algorithm: 'SHA-256', stale: 9 });
    expect((await failure(openConnection(twice.url, { auth: AUTH }))).status).toBe(401);
    expect([once.answers.length, twice.answers.length]).toEqual([2, 2]);
  });

  it('ends with the 401 of who has the wrong password, after one answer, without a secret', async () => {
    const { url, answers } = await digestServer({ ...AUTH, algorithm: 'MD5' });
    const opening = openConnection(url, { auth: { ...AUTH, password: 'geheim' }, handshakeTimeoutMs: 500 });
    const error = await failure(opening);
    expect(error).toMatchObject({ status: 401, phase: 'http' });
    expect(answers).toHaveLength(1);
    expect(JSON.stringify([error.message, error.headers])).not.toContain('geheim');
  });

  it.each([
    [
      'the best of Digest',
      ['Digest realm="a", nonce="m", algorithm=MD5', 'Digest realm="a", nonce="s", algorithm=SHA-256'],
      /nonce="s"/,
    ],
    ['Digest before Basic', ['Basic realm="a", Digest realm="a", nonce="m"'], /^Digest/],
    ['Basic where there is nothing else', ['Negotiate, Basic realm="a"'], /^Basic/],
    [
      'Basic where Digest is of no known kind',
      ['Digest realm="a", nonce="m", algorithm=X', 'Basic realm="a"'],
      /^Basic/,
    ],
    ['what is not malformed', ['Digest realm="a', 'Basic realm="a"'], /^Basic/],
  ])('chooses %s', async (_name, challenges, expected) => {
    const server = await answering(
      challenges.map((each) => `WWW-Authenticate: ${each}`),
      101,
    );
    owned(await openConnection(server.url, { auth: AUTH }));
    expect(server.heads.map(authorizationOf)).toEqual([undefined, expect.stringMatching(expected)]);
    expect(server.peers[0]!.ended || server.peers[0]!.closed).toBe(true);
  });

  it.each([
    ['no challenge', AUTH, [], 1],
    ['one of no known scheme', AUTH, ['WWW-Authenticate: Negotiate'], 1],
    [
      'Basic for who wants only Digest',
      { ...AUTH, scheme: 'digest' as const },
      ['WWW-Authenticate: Basic realm="a"'],
      1,
    ],
    [
      'Digest for who wants only Basic',
      { ...AUTH, scheme: 'basic' as const },
      ['WWW-Authenticate: Digest realm="a", nonce="b"'],
      1,
    ],
    ['Basic again and again', AUTH, ['WWW-Authenticate: Basic realm="a"'], 2],
    [
      'Digest again and again, stale with the same nonce',
      AUTH,
      ['WWW-Authenticate: Digest realm="a", nonce="b", stale=true'],
      2,
    ],
  ])('gives up at %s', async (_name, auth, lines, requests) => {
    const server = await answering(lines);
    expect((await failure(openConnection(server.url, { auth }))).status).toBe(401);
    expect(server.heads).toHaveLength(requests);
  });

  it('sends Basic at once where that is what it is to be, from the URL too', async () => {
    const server = await answering(101);
    owned(await openConnection(server.url, { auth: { ...AUTH, scheme: 'basic' } }));
    owned(await openConnection(server.url.replace('://', '://Mufasa:Circle%20of%20Life@')));
    expect(server.heads.map(authorizationOf)).toEqual([BASIC, BASIC]);
  });

  it('shows the credentials of a URL in no error', async () => {
    const server = await answering(['X: y']);
    const error = await failure(openConnection(server.url.replace('://', '://Mufasa:geheim@')));
    expect(`${error.message}${String(error.stack)}`).not.toMatch(/geheim|Mufasa/);
  });

  it('lets a server of ours in', async () => {
    const authorize = basicAuth({ realm: 'x', credentials: ['Mufasa', 'Circle of Life'] });
    const server = await openServer({ host: '127.0.0.1', authorize, logger: {} });
    afterTest(() => server.close());
    const connection = owned(await openConnection(server.url, { auth: AUTH }));
    connection.close();
    await ended(connection);
  });
});

describe('a function as auth', () => {
  const LINES = ['WWW-Authenticate: Negotiate abc==', 'WWW-Authenticate: Bearer realm="a"'];

  it('is given what the server wants, and gives the header', async () => {
    const server = await answering(LINES, 101);
    const asked: Challenge[] = [];
    const auth = (challenge: Challenge): Promise<string> => {
      asked.push(challenge);
      return Promise.resolve('Bearer xyz');
    };
    owned(await openConnection(`${server.url}/a?b=c`, { auth }));
    expect(server.heads.map(authorizationOf)).toEqual([undefined, 'Bearer xyz']);
    expect(asked[0]!.url.href).toBe(`${server.url}/a?b=c`);
    expect(asked[0]!.challenges).toEqual([
      { scheme: 'negotiate', token68: 'abc==', parameters: new Map() },
      { scheme: 'bearer', token68: undefined, parameters: new Map([['realm', 'a']]) },
    ]);
  });

  it('may give the header at once, and not its first letter', async () => {
    const server = await answering(LINES, 101);
    owned(await openConnection(server.url, { auth: () => 'Bearer xyz' }));
    expect(server.heads.map(authorizationOf)).toEqual([undefined, 'Bearer xyz']);
  });

  it('is asked once', async () => {
    const server = await answering(LINES);
    let count = 0;
    const opening = openConnection(server.url, { auth: () => of(`Bearer ${String(count++)}`) });
    expect((await failure(opening)).status).toBe(401);
    expect([count, server.heads.length]).toEqual([1, 2]);
  });

  it.each([
    ['gives up', () => of(undefined), /status 401, and option auth gave no answer/, 401],
    ['gives up at once', () => undefined, /status 401, and option auth gave no answer/, 401],
    ['gives nothing', () => [], /option auth failed: it gave no value/, undefined],
    ['errors', () => throwError(() => new Error('no ticket')), /option auth failed: no ticket/, undefined],
    [
      'throws',
      () => {
        throw new Error('a bug');
      },
      /option auth failed: a bug/,
      undefined,
    ],
    ['gives what is no header', () => of('a\r\nX: secret'), /control character/, undefined],
    ['gives what is no text', () => of(5 as never), /expected a string/, undefined],
    ['gives what is no Observable', () => 5 as never, /option auth failed/, undefined],
  ])('is the end of this handshake when it %s', async (_name, auth, text, status) => {
    const server = await answering(LINES);
    const error = await failure(openConnection(server.url, { auth: auth as never }));
    expect(error.message).toMatch(text);
    expect(error.message).not.toContain('secret');
    expect(error.status).toBe(status);
    expect(server.heads).toHaveLength(1);
  });

  it('has until handshakeTimeoutMs', async () => {
    const time = new VirtualTime();
    const server = await answering(LINES);
    let isAsked = false;
    const auth = () => {
      isAsked = true;
      return NEVER;
    };
    const opening = collect(connect(server.url, { auth, scheduler: time, handshakeTimeoutMs: 5000 }));
    await until(() => isAsked);
    time.pass(4999);
    expect(opening.done).toBe(false);
    time.pass(1);
    expect(opening.error).toMatchObject({ code: 'RXWIRE_HANDSHAKE_TIMEOUT', phase: 'http' });
  });

  it('is unsubscribed from when nobody wants the connection any more', async () => {
    const server = await answering(LINES);
    let state = '';
    const auth = () => {
      state = 'asked';
      return NEVER.pipe(finalize(() => (state = 'left')));
    };
    const opening = collect(connect(server.url, { auth }));
    await until(() => state === 'asked');
    opening.stop();
    expect(state).toBe('left');
    expect(server.heads).toHaveLength(1);
  });
});

describe('options that exclude each other', () => {
  const refused: readonly [string, string, object][] = [
    ['auth and an Authorization header', 'ws://h', { auth: AUTH, headers: { AUTHORIZATION: 'x' } }],
    ['the URL’s credentials and auth', 'ws://u:secret@h', { auth: AUTH }],
    [
      'the URL’s credentials and an Authorization header',
      'ws://u:secret@h',
      { headers: { authorization: 'x' } },
    ],
    ['a user name without a password', 'ws://secret@h', {}],
    ['credentials that cannot be decoded', 'ws://secret:%zz@h', {}],
    ['a colon in a user name of a URL', 'ws://a%3Asecret:b@h', {}],
    ['a colon in a user name for Basic', 'ws://h', { auth: { username: 'a:secret', password: 'b' } }],
    ['a control character', 'ws://h', { auth: { username: 'a', password: 'secret\n' } }],
    ['no password', 'ws://h', { auth: { username: 'secret' } }],
    ['a password of another type', 'ws://h', { auth: { username: 'secret', password: 1 } }],
    ['another option', 'ws://h', { auth: { ...AUTH, user: 'secret' } }],
  ];
  it.each(refused)('refuses %s with a TypeError that shows no secret', (_name, url, options) => {
    expect(() => connect(url, options)).toThrow(TypeError);
    expect(() => connect(url, options)).not.toThrow(/secret/);
  });

  it('refuses another scheme with a RangeError', () => {
    expect(() => connect('ws://h', { auth: { ...AUTH, scheme: 'ntlm' as never } })).toThrow(RangeError);
  });

  it('refuses on one stream of HTTP/2 what would need another', () => {
    const socket = new PassThrough();
    for (const auth of [AUTH, () => of('x')]) {
      const options = { auth, socket, http2: true };
      expect(() => connect('ws://h', options)).toThrow(/option auth .* one stream/);
      expect(() => connect('ws://h', { ...options, http2: false })).not.toThrow();
    }
    const basic = { auth: { ...AUTH, scheme: 'basic' }, socket, http2: true } as const;
    expect(() => connect('ws://h', basic)).not.toThrow();
    socket.destroy();
  });
});
