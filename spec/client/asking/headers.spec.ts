import net from 'node:net';
import { NEVER, of, throwError } from 'rxjs';
import {
  type ClientOptions,
  connect,
  type CookieJar,
  HandshakeError,
  type HeadersInput,
  openConnection,
  reconnect,
  upgrade,
} from '../../../src/index.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import { connectionPair, VirtualTime } from 'rxwire/testing';
import { collect } from '../../support/collect.js';
import { owned, startServer, watchResources } from '../../support/harness.js';
import { acceptHead, rawServer } from '../../support/raw-peer.js';
import { until } from '../../support/turns.js';

watchResources();

/** Answers with these texts in turn, then with 101 and further lines. */
async function answering(
  answers: readonly string[] = [],
  lines: readonly string[] = [],
): Promise<{ url: string; port: number; heads: string[] }> {
  const heads: string[] = [];
  const { url, port } = await rawServer((peer) => {
    void peer.headCame().then((head) => {
      const answer = answers[heads.push(head) - 1];
      peer.write(answer === undefined ? acceptHead(head, lines) : `${answer}\r\nContent-Length: 0\r\n\r\n`);
    });
  });
  return { url, port, heads };
}

/** The values of a header field. */
function values(head: string, name: string): (string | undefined)[] {
  return [...head.matchAll(new RegExp(`^${name}: (.*)\\r$`, 'gim'))].map(([, value]) => value);
}

async function valueOf(name: string, options: ClientOptions): Promise<(string | undefined)[]> {
  const server = await answering();
  owned(await openConnection(server.url, options));
  return values(server.heads[0]!, name);
}

async function failure(url: string, options: ClientOptions): Promise<HandshakeError> {
  const outcome: unknown = await openConnection(url, options).then(owned, (error: unknown) => error);
  expect(outcome).toBeInstanceOf(HandshakeError);
  return outcome as HandshakeError;
}

describe('headers as a function', () => {
  it('are asked for before each request, with its URL', async () => {
    const server = await answering([
      'HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm="a"',
      'HTTP/1.1 307 X\r\nLocation: /b',
    ]);
    const asked: string[] = [];
    const options: ClientOptions = {
      headers: ({ href }) => [{ 'X-Count': String(asked.push(href)) }],
      auth: { username: 'a', password: 'b' },
      redirects: 1,
    };
    const connection$ = connect(`${server.url}/a`, options);
    for (let i = 0; i < 2; i++) {
      const opening = collect(connection$);
      await until(() => opening.values.length === 1);
    }
    expect(server.heads.map((head) => values(head, 'X-Count')[0])).toEqual(['1', '2', '3', '4']);
    expect(asked.map((href) => href.replace(server.url, ''))).toEqual(['/a', '/a', '/b', '/a']);
  });

  it.each([
    ['an Observable, of which the first counts', () => of({ X: 'a' }, { X: 'b' })],
    ['a promise', () => Promise.resolve({ X: 'a' })],
    ['an iterable', () => [{ X: 'a', Y: undefined }]],
    ['nowhere: they are there at once', () => ({ X: 'a' })],
  ])('may come from %s', async (_name, headers) => {
    expect(await valueOf('X', { headers })).toEqual(['a']);
  });

  it.each([
    ['nothing', () => [], /option headers failed: it gave no value/],
    ['an error', () => throwError(() => new Error('no token')), /option headers failed: no token/],
    ['a header of the handshake', () => [{ 'sec-websocket-key': 'secret' }], /may not be set/],
    ['two headers in one', () => [{ X: 'a\r\nY: secret' }], /control character/],
    ['a number', () => [5], /header fields are of type number/],
    ['null', () => [null], /option headers failed/],
    [
      'what auth writes',
      () => [{ authorization: 'secret' }],
      /"Authorization" may not be set beside the option "auth"/,
    ],
    [
      'what origin writes',
      () => [{ origin: 'secret' }],
      /"Origin" may not be set beside the option "origin"/,
    ],
    [
      'what cookies writes',
      () => [{ COOKIE: 'secret' }],
      /"Cookie" may not be set beside the option "cookies"/,
    ],
  ])('are the end of the handshake, and nothing else, when they give %s', async (_name, headers, text) => {
    const server = await answering();
    const options = { auth: { username: 'a', password: 'b' }, origin: 'http://a', cookies: 'a=b' };
    const error = await failure(server.url, { ...options, headers: headers as never });
    expect(error.message).toMatch(text);
    expect(error.message).not.toContain('secret');
    expect(error.cause).toBeInstanceOf(Error);
    expect(server.heads).toHaveLength(0);
  });

  it('may not give what the credentials of the URL do', async () => {
    const server = await answering();
    const headers = () => [{ Authorization: 'secret' }];
    const error = await failure(server.url.replace('://', '://a:b@'), { headers });
    expect(error.message).toMatch(/"Authorization" may not be set/);
  });

  it('are asked for again by reconnect after an error of the network, and not after another', async () => {
    const server = await answering();
    const refused = Object.assign(new Error('no token now'), { code: 'ECONNREFUSED' });
    for (const [error, attempts] of [
      [refused, 2],
      [new Error('a bug'), 1],
    ] as const) {
      let count = 0;
      const headers = () => (count++ === 0 ? throwError(() => error) : of({}));
      const connection$ = connect(server.url, { headers }).pipe(reconnect({ delays: () => 0 }));
      const opening = collect(connection$);
      await until(() => opening.values.length === 1 || opening.done);
      opening.stop();
      expect(count).toBe(attempts);
    }
  });

  it('have the time of the handshake', async () => {
    const time = new VirtualTime();
    const opening = collect(
      connect('ws://127.0.0.1:1', { headers: () => NEVER, scheduler: time, handshakeTimeoutMs: 5000 }),
    );
    time.pass(4999);
    expect(opening.done).toBe(false);
    time.pass(1);
    expect(opening.error).toMatchObject({ code: 'RXWIRE_HANDSHAKE_TIMEOUT' });
  });

  it('keep what says who asks from other servers', async () => {
    const other = await answering();
    const server = await answering([`HTTP/1.1 302 X\r\nLocation: ${other.url}/`]);
    owned(
      await openConnection(server.url, {
        redirects: 1,
        headers: () => [{ authorization: 'secret', X: 'y' }],
      }),
    );
    expect(values(server.heads[0]!, 'authorization')).toEqual(['secret']);
    expect(other.heads[0]).not.toContain('secret');
    expect(values(other.heads[0]!, 'X')).toEqual(['y']);
  });
});

describe('headers that are no object of names', () => {
  const KINDS: readonly [string, HeadersInput][] = [
    ['a Headers', new Headers({ X: 'a', y: 'b' })],
    ['a Map', new Map(Object.entries({ X: 'a', y: 'b' }))],
    [
      'a list of pairs',
      [
        ['X', 'a'],
        ['y', 'b'],
      ],
    ],
    ['the fields of another request', HeaderFields.from(Object.entries({ X: 'a', y: 'b' }))],
  ];
  it.each(KINDS)('may be %s, given at once or in time', async (_name, headers) => {
    for (const given of [headers, () => of(headers)]) {
      const server = await answering();
      owned(await openConnection(server.url, { headers: given }));
      expect([values(server.heads[0]!, 'x'), values(server.heads[0]!, 'Y')]).toEqual([['a'], ['b']]);
    }
  });

  it('may have a name several times, in any case, and are judged as all are', async () => {
    const pairs = [
      ['X', 'a'],
      ['Y', 'c'],
      ['x', 'b'],
    ] as const;
    expect(await valueOf('X', { headers: pairs })).toEqual(['a', 'b']);
    for (const [name, says] of [
      ['Upgrade', /may not be set/],
      ['cookie', /"Cookie" may not be set beside/],
      ['a b', /header name/],
    ] as const) {
      expect(() => connect('ws://h', { headers: [[name, 'x']], cookies: 'a=b' })).toThrow(says);
    }
  });

  it('say who asks to the server of the URL only', async () => {
    const other = await answering();
    const server = await answering([`HTTP/1.1 302 X\r\nLocation: ${other.url}/`]);
    const headers = new Headers({ authorization: 'secret', x: 'y' });
    owned(await openConnection(server.url, { redirects: 1, headers }));
    expect(values(server.heads[0]!, 'authorization')).toEqual(['secret']);
    expect([values(other.heads[0]!, 'authorization'), values(other.heads[0]!, 'x')]).toEqual([[], ['y']]);
  });
});

describe('origin and userAgent', () => {
  it.each<[string, ClientOptions, string, string[]]>([
    ['no Origin', {}, 'Origin', []],
    ['no Origin', { origin: false }, 'Origin', []],
    ['an Origin', { origin: 'https://a.example' }, 'Origin', ['https://a.example']],
    ['no User-Agent', {}, 'User-Agent', []],
    ['no User-Agent', { userAgent: false }, 'User-Agent', []],
    ['a User-Agent', { userAgent: 'feed/1.0' }, 'User-Agent', ['feed/1.0']],
    [
      'a User-Agent of headers',
      { userAgent: 'feed/1.0', headers: { 'user-agent': 'mine' } },
      'User-Agent',
      ['mine'],
    ],
  ])('send %s with %j', async (_name, options, name, expected) => {
    expect(await valueOf(name, options)).toEqual(expected);
  });

  it('derive the origin from the first URL, which servers of ours let in', async () => {
    const other = await answering();
    const server = await answering([`HTTP/1.1 302 X\r\nLocation: ${other.url}/`]);
    owned(await openConnection(server.url, { redirects: 1, origin: 'same' }));
    const origin = server.url.replace('ws:', 'http:');
    expect([...server.heads, ...other.heads].map((head) => values(head, 'Origin'))).toEqual([
      [origin],
      [origin],
    ]);
    const ours = await startServer();
    owned(await openConnection(ours.url, { origin: 'same' }));
    expect(connectionPair({ client: { origin: 'same' } }).client.request.headers.get('origin')).toMatch(
      /^http:\/\/[^/]+$/,
    );
  });

  it('are refused where they are empty, or no header', () => {
    expect(() => connect('ws://h', { origin: '' })).toThrow(RangeError);
    expect(() => connect('ws://h', { userAgent: '' })).toThrow(RangeError);
    expect(() => connect('ws://h', { userAgent: 'a\n' })).toThrow(TypeError);
    expect(() => connect('ws://h', { userAgent: true as never })).toThrow(TypeError);
  });
});

describe('cookies', () => {
  it.each<[string, NonNullable<ClientOptions['cookies']>, string[]]>([
    ['a text', 'a=b; c=d', ['a=b; c=d']],
    ['a record', { a: 'b', c: '1=2' }, ['a=b; c=1=2']],
    ['nothing', {}, []],
    ['an empty text', '', []],
  ])('are one header, from %s', async (_name, cookies, expected) => {
    expect(await valueOf('Cookie', { cookies })).toEqual(expected);
  });

  it.each<[string, ClientOptions]>([
    ['a semicolon', { cookies: { a: 'secret; b' } }],
    ['a blank', { cookies: { a: 'secret b' } }],
    ['a comma', { cookies: { a: 'secret,b' } }],
    ['a line feed', { cookies: 'a=secret\n' }],
    ['a value that is no text', { cookies: { a: 5 as never } }],
    ['a name that is no token', { cookies: { 'a b': 'secret' } }],
    ['a Cookie header beside them', { cookies: 'a=b', headers: { cookie: 'secret' } }],
    [
      'a Cookie header beside a jar',
      { cookieJar: { get: () => '', set: () => undefined }, headers: { cookie: 'secret' } },
    ],
    ['a jar that is none', { cookieJar: { get: () => '' } as never }],
  ])('are refused with %s, and not shown', (_name, options) => {
    expect(() => connect('ws://h', options)).toThrow(TypeError);
    expect(() => connect('ws://h', options)).not.toThrow(/secret/);
  });

  it('stay with the server they are for', async () => {
    const other = await answering();
    const server = await answering([`HTTP/1.1 302 X\r\nLocation: ${other.url}/`]);
    owned(await openConnection(server.url, { redirects: 1, cookies: { a: 'secret' } }));
    expect(other.heads[0]).not.toContain('secret');
  });
});

describe('a cookie jar', () => {
  /** A jar that keeps all lines by host. */
  function jarOf(isSlow = false): CookieJar & { readonly log: string[] } {
    const kept = new Map<string, string[]>();
    const log: string[] = [];
    const turn = (): unknown => (isSlow ? new Promise((resolve) => setImmediate(resolve)) : undefined);
    return {
      log,
      get: (url) => {
        log.push(`get ${new URL(url).pathname}`);
        const cookies = kept.get(new URL(url).host)?.join('; ');
        return isSlow ? Promise.resolve(cookies) : cookies;
      },
      set: async (url, line) => {
        await turn();
        log.push(`set ${url.slice(0, 7)} ${line}`);
        const { host } = new URL(url);
        kept.set(host, [...(kept.get(host) ?? []), line.split(';')[0]!]);
      },
    };
  }

  it.each([false, true])(
    'is asked before each request and told after each answer (slow: %s)',
    async (isSlow) => {
      const server = await answering(
        [
          'HTTP/1.1 302 X\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\nLocation: /next',
          'HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm="a"\r\nSet-Cookie: c=3',
        ],
        ['Set-Cookie: d=4'],
      );
      const cookieJar = jarOf(isSlow);
      const options: ClientOptions = {
        cookieJar,
        cookies: 'own=0',
        redirects: 1,
        auth: { username: 'a', password: 'b' },
      };
      owned(await openConnection(server.url, options));
      expect(server.heads.map((head) => values(head, 'Cookie'))).toEqual([
        ['own=0'],
        ['a=1; b=2; own=0'],
        ['a=1; b=2; c=3; own=0'],
      ]);
      await until(() => cookieJar.log.length === 7);
      expect(cookieJar.log).toEqual([
        'get /',
        'set http:// a=1; Path=/',
        'set http:// b=2',
        'get /next',
        'set http:// c=3',
        'get /next',
        'set http:// d=4',
      ]);
    },
  );

  it('is told of the cookies of a refusal that is the end', async () => {
    const server = await answering(['HTTP/1.1 403 X\r\nSet-Cookie: a=1']);
    const cookieJar = jarOf();
    expect((await failure(server.url, { cookieJar })).status).toBe(403);
    expect(cookieJar.log).toContain('set http:// a=1');
  });

  it('has the cookies of each server for that server only', async () => {
    const other = await answering();
    const server = await answering([`HTTP/1.1 302 X\r\nSet-Cookie: a=secret\r\nLocation: ${other.url}/`]);
    owned(await openConnection(server.url, { redirects: 1, cookieJar: jarOf() }));
    expect(values(other.heads[0]!, 'Cookie')).toEqual([]);
  });

  it('may fail to keep a cookie: that is a line of the log', async () => {
    const server = await answering([], ['Set-Cookie: a=1', 'Set-Cookie: b=2']);
    const errors: unknown[] = [];
    const logger = { warn: (_text: string, details: { error?: unknown }) => void errors.push(details.error) };
    let count = 0;
    const set = (): unknown => {
      if (count++ === 0) throw new Error('thrown');
      return Promise.reject(new Error('rejected'));
    };
    owned(await openConnection(server.url, { logger, cookieJar: { get: () => undefined, set } }));
    await until(() => errors.length === 2);
    expect(errors.map(String)).toEqual(['Error: thrown', 'Error: rejected']);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
      /option cookieJar failed: broken/,
    ],
    ['rejects', () => Promise.reject(new Error('broken')), /option cookieJar failed: broken/],
    ['gives what is no header', () => 'a=secret\n', /control character/],
    ['gives what is no text', () => 5, /expected a string/],
  ])('is the end of the handshake when it %s', async (_name, get, text) => {
    const server = await answering();
    const error = await failure(server.url, { cookieJar: { get, set: () => undefined } as never });
    expect(error.message).toMatch(text);
    expect(error.message).not.toContain('secret');
  });

  it('serves a client on a stream that is given, too', async () => {
    const server = await answering([], ['Set-Cookie: a=1']);
    const cookieJar = jarOf();
    const socket = net.connect(server.port, '127.0.0.1');
    const result = collect(
      upgrade(socket, { role: 'client', url: server.url, cookieJar, headers: () => [{ X: 'y' }] }),
    );
    await until(() => result.done);
    owned(result.values[0]!);
    expect(cookieJar.log).toEqual(['get /', 'set http:// a=1']);
    expect(values(server.heads[0]!, 'X')).toEqual(['y']);
  });
});
