import type net from 'node:net';
import { PassThrough } from 'node:stream';
import { inspect } from 'node:util';
import { HandshakeError, openConnection, ProxyError } from '../../../src/index.js';
import { openSocksTunnel } from '../../../src/transport/socks-tunnel.js';
import { VirtualTime } from 'rxwire/testing';
import { collect } from '../../support/collect.js';
import { owned, startClient, startServer, watchResources } from '../../support/harness.js';
import { forward, rawProxy, type RawProxy } from '../../support/raw-proxy.js';
import { nextTurn, until } from '../../support/turns.js';

watchResources();

const SECRET = 'open-sesame';
const USER = `user:${SECRET}`;

/** What a SOCKS proxy answers, each after one more thing that the client said; the last one opens the way. */
type Answers = readonly (string | Buffer)[];

const bytes = (answer: string | Buffer): Buffer =>
  typeof answer === 'string' ? Buffer.from(answer.replaceAll(' ', ''), 'hex') : answer;

/** Plays `answers`; behind the last one it forwards to `port`, if there is one. */
function scripted(answers: Answers, port?: number, size = Infinity): Promise<RawProxy> {
  return rawProxy(
    (client) => {
      const left = answers.map(bytes);
      const answer = (): void => {
        const next = left.shift();
        if (next === undefined) return;
        if (left.length === 0 && port !== undefined) {
          client.off('data', answer);
          // The client speaks as soon as the last octet has come.
          client.pause();
          void inPieces(client, next, size).then(() => {
            forward(client, port, '');
          });
        } else void inPieces(client, next, size);
      };
      client.on('data', answer);
      answer();
    },
    { socks: true },
  );
}

async function inPieces(client: net.Socket, answer: Buffer, size: number): Promise<void> {
  for (let at = 0; at < answer.length; at += size) {
    if (client.destroyed) return;
    client.write(answer.subarray(at, at + size));
    await nextTurn();
  }
}

const name255 = Buffer.concat([
  Buffer.from('05000003ff', 'hex'),
  Buffer.alloc(255, 'x'),
  Buffer.from('0050', 'hex'),
]);
const GRANTED = '05 00 00 01 7f000001 0050';

const OPENED: readonly [string, string, Answers][] = [
  ['SOCKS 5 without a password', 'socks5', ['05 00', GRANTED]],
  ['SOCKS 5 with one that is not wanted', `socks5|${USER}`, ['05 00', GRANTED]],
  ['SOCKS 5 with one', `socks5h|${USER}`, ['05 02', '01 00', GRANTED]],
  ['an address of IPv6', 'socks5h', ['05 00', `05 00 00 04 ${'00'.repeat(16)} 0050`]],
  ['a name of no octet', 'socks5h', ['05 00', '05 00 00 03 00 0050']],
  ['a name of 255 octets', 'socks5h', ['05 00', name255]],
  ['SOCKS 4', 'socks4', ['00 5a 0050 00000000']],
  ['SOCKS 4a with a user', 'socks4a|user', ['00 5a 0050 00000000']],
];

const REFUSED: readonly [string, string, Answers][] = [
  ['another version of SOCKS 5', 'socks5', ['04 00']],
  ['no method that would do', 'socks5', ['05 ff']],
  ['a method that was not offered', 'socks5', ['05 01']],
  ['a password wanted, and none there', 'socks5', ['05 02', '01 01']],
  ['a wrong password', `socks5|${USER}`, ['05 02', '01 01']],
  ['a wrong version in the answer', 'socks5', ['05 00', '04 00 00 01 7f000001 0050']],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 255].map((code): [string, string, Answers] => [
    `the code ${code}`,
    'socks5h',
    ['05 00', `05 ${code.toString(16).padStart(2, '0')} 00 01 00000000 0000`],
  ]),
  ['an address of type 9', 'socks5', ['05 00', '05 00 00 09 7f000001 0050']],
  ['too much of everything', `socks5|${USER}`, [Buffer.alloc(70_000, 5)]],
  ['HTTP', 'socks5', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
  ['HTTP for SOCKS 4', 'socks4', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
  ['SOCKS 4: refused', 'socks4', ['00 5b 0000 00000000']],
  ['SOCKS 4: no identd', 'socks4a', ['00 5c 0000 00000000']],
  ['SOCKS 4: a wrong first octet', 'socks4', ['05 5a 0000 00000000']],
];

function urlOf(kind: string, { port }: RawProxy): string {
  const [scheme = '', credentials] = kind.split('|');
  return `${scheme}://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${port}`;
}

async function failure(kind: string, proxy: RawProxy, url = 'ws://127.0.0.1:1'): Promise<HandshakeError> {
  const outcome = await openConnection(url, { proxy: urlOf(kind, proxy), handshakeTimeoutMs: 8000 }).then(
    (connection) => owned(connection).id,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(HandshakeError);
  return outcome as HandshakeError;
}

describe('a SOCKS proxy', () => {
  it.each(OPENED.flatMap((row) => [Infinity, 1].map((size) => [...row, size] as const)))(
    'opens the way: %s (%s, %j) in pieces of %d',
    async (_name, kind, answers, size) => {
      const server = await startServer();
      server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
      const proxy = await scripted(answers, Number(new URL(server.url).port), size);
      const client = await startClient(server.url, { proxy: urlOf(kind, proxy) });
      const seen = collect(client.messages$);
      client.send('hello');
      await until(() => seen.values.length === 1);
      expect(seen.values[0]).toMatchObject({ data: 'hello' });
    },
  );

  it.each(REFUSED.flatMap((row) => [Infinity, 1].map((size) => [...row, size] as const)))(
    'does not: %s (%s, %j) in pieces of %d',
    async (_name, kind, answers, size) => {
      const proxy = await scripted(
        answers.map((answer) => bytes(answer).subarray(0, size === 1 ? 600 : 70_000)),
        undefined,
        size,
      );
      const error = await failure(kind, proxy);
      expect(error).toBeInstanceOf(ProxyError);
      expect(error).toMatchObject({ phase: 'proxy', code: 'RXWIRE_PROXY' });
      const told = [
        inspect(error, { depth: 9, showHidden: true }),
        String(error),
        error.stack,
        JSON.stringify(error),
      ];
      expect(told.join()).not.toContain(SECRET);
      await proxy.whenAlone();
    },
  );

  it('may not answer what it was not asked yet', async () => {
    const error = await failure(`socks5|${USER}`, await scripted([`05 02 01 00 ${GRANTED}`]));
    expect(error).toMatchObject({ phase: 'proxy', code: 'RXWIRE_PROXY' });
  });

  it('says what was refused', async () => {
    const refused = await failure('socks5h', await scripted(['05 00', '05 05 00 01 00000000 0000']));
    expect(refused.message).toContain('ConnectionRefused');
    const password = await failure(`socks5|${USER}`, await scripted(['05 02', '01 01']));
    expect(password.message).toMatch(/authentication failed/i);
  });

  it('may not speak before TLS has begun', async () => {
    const error = await failure('socks5', await scripted(['05 00', `${GRANTED} 00`]), 'wss://127.0.0.1:1');
    expect(error).toMatchObject({ phase: 'proxy' });
    expect(error.message).toContain('behind its answer');
  });

  it.each([
    ['before its first answer', 'socks5', []],
    ['before the password is judged', `socks5|${USER}`, ['05 02']],
    ['before the way is open', 'socks5', ['05 00']],
    ['within its answer', 'socks5', ['05 00', '05 00 00 03 ff 61']],
    ['in SOCKS 4', 'socks4', ['00 5a']],
  ] as [string, string, Answers][])('hangs or leaves %s', async (_name, kind, answers) => {
    const clock = new VirtualTime();
    const proxy = await scripted(answers);
    const opening = openConnection('ws://127.0.0.1:1', {
      proxy: urlOf(kind, proxy),
      scheduler: clock,
      handshakeTimeoutMs: 900,
    }).catch((error: unknown) => error);
    // It has said what it will say when the client has said what there is to say.
    await until(
      () =>
        proxy.received.length > Math.min(answers.length, kind.includes('|') ? 2 : kind === 'socks4' ? 0 : 1),
    );
    clock.pass(900);
    expect(await opening).toMatchObject({ phase: 'proxy', code: 'RXWIRE_HANDSHAKE_TIMEOUT' });
    await proxy.whenAlone();
    const leaving = await scripted(answers);
    const outcome = failure(kind, leaving);
    await until(() => leaving.clients.length === 1);
    await nextTurn();
    leaving.clients[0]!.end();
    expect(await outcome).toMatchObject({ phase: 'proxy', code: 'RXWIRE_PROXY' });
  });

  const QUESTIONS: readonly [string, string, string, string][] = [
    ['socks5 is given an address of IPv4', 'socks5', 'ws://127.0.0.1:81', '05 01 00 01 7f000001 0051'],
    ['socks5 looks a name up', 'socks5', 'ws://two.example:81', '05 01 00 01 c0000201 0051'],
    [
      'socks5h does not',
      'socks5h',
      'ws://two.example:81',
      `05 01 00 03 0b ${Buffer.from('two.example').toString('hex')} 0051`,
    ],
    [
      'socks5 is given an address of IPv6',
      'socks5',
      'ws://[::1]:81',
      `05 01 00 04 ${'00'.repeat(15)}01 0051`,
    ],
    [
      'socks5 looks up one that has only IPv6',
      'socks5',
      'wss://six.example',
      `05 01 00 04 20010db8${'00'.repeat(11)}01 01bb`,
    ],
    ['socks4 looks a name up', 'socks4|me', 'ws://two.example:81', '04 01 0051 c0000201 6d6500'],
    [
      'socks4a does not',
      'socks4a',
      'ws://two.example:81',
      `04 01 0051 00000001 00 ${Buffer.from('two.example').toString('hex')}00`,
    ],
  ];
  it.each(QUESTIONS)('%s', async (_name, kind, url, expected) => {
    const asked: string[] = [];
    const proxy = await scripted(
      kind.startsWith('socks4') ? ['00 5b 0000 00000000'] : ['05 00', '05 02 00 01 00000000 0000'],
    );
    const lookup = (name: string, _options: unknown, done: (error: null, found: object[]) => void): void => {
      asked.push(name);
      const six = { address: '2001:db8::1', family: 6 };
      process.nextTick(
        done,
        null,
        name === 'six.example' ? [six] : [six, { address: '192.0.2.1', family: 4 }],
      );
    };
    await expect(
      openConnection(url, { proxy: urlOf(kind, proxy), lookup: lookup as never }),
    ).rejects.toBeInstanceOf(ProxyError);
    expect(proxy.received.at(-1)?.toString('hex')).toBe(expected.replaceAll(' ', ''));
    const isLocal = kind.startsWith('socks5h') || kind.startsWith('socks4a') ? [] : [new URL(url).hostname];
    expect(asked).toEqual(url.includes('example') ? isLocal : []);
  });

  it('a name that is not found here has the phase dns, and the proxy is not asked', async () => {
    const proxy = await scripted([]);
    const lookup = (_: string, __: unknown, done: (error: Error) => void): void => {
      process.nextTick(done, Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }));
    };
    const opening = openConnection('ws://no.example', {
      proxy: urlOf('socks5', proxy),
      lookup: lookup as never,
    });
    await expect(opening).rejects.toMatchObject({ phase: 'dns', cause: { code: 'ENOTFOUND' } });
    expect(proxy.clients).toHaveLength(0);
  });

  it('SOCKS 4 has no place for an address of IPv6', async () => {
    const proxy = await scripted([]);
    expect((await failure('socks4', proxy, 'ws://[::1]')).message).toContain('IPv4');
    expect(proxy.clients).toHaveLength(0);
  });
});

describe('openSocksTunnel', () => {
  it('keeps the password out of what refuses a name of 256 octets', async () => {
    const request = { version: 5, host: 'x'.repeat(256), port: 80, speaksFirst: false } as const;
    const opening = openSocksTunnel(new PassThrough(), { ...request, username: 'user', password: SECRET });
    const error: unknown = await opening.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ message: expect.stringContaining('destination') as string });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it('does not begin on a stream that is gone', async () => {
    const stream = new PassThrough();
    stream.destroy();
    const request = { version: 5, host: 'x', port: 80, speaksFirst: false } as const;
    await expect(
      openSocksTunnel(stream, { ...request, username: undefined, password: undefined }),
    ).rejects.toThrow('closed');
  });
});
