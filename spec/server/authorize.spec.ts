import { EMPTY, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import {
  accept,
  type Authorize,
  type Decision,
  openServer,
  reject,
  type Server,
  type ServerOptions,
  type UpgradeRequest,
} from '../../src/index.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, startClient, watchResources } from '../support/harness.js';
import { dialRaw, openRaw, type RawPeer } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { VirtualTime } from 'rxwire/testing';
import { TEXT } from '../support/wire-frames.js';
import { ask, readReply, replyOf, replyTo, requestFor } from './requesting.js';

watchResources();

interface Started<C> {
  readonly server: Server<C>;
  readonly errors: unknown[];
}

async function starting<C = undefined>(
  authorize: Authorize<C>,
  options: ServerOptions<C> = {},
): Promise<Started<C>> {
  const errors: unknown[] = [];
  const logger = { error: (_: string, details: { error?: unknown }) => void errors.push(details.error) };
  const server = await openServer({ host: '127.0.0.1', logger, ...options, authorize });
  afterTest(() => {
    for (const connection of server.connections) connection.terminate();
    return server.close();
  });
  return { server, errors };
}

const YES: Decision = { accept: true };

describe('a decision to accept', () => {
  const ways: [string, () => ReturnType<Authorize>][] = [
    ['itself', () => YES],
    ['an Observable of it', () => of(YES)],
    ['a promise of it', () => Promise.resolve(YES)],
    [
      'an asynchronous iterable',
      async function* () {
        yield YES;
      },
    ],
    ['an array, of which the first counts', () => [YES, reject(403)]],
    ['an Observable that goes on', () => of(YES, reject(403), YES)],
    [
      'an Observable that errors behind it',
      () =>
        new Observable<Decision>((subscriber) => {
          subscriber.next(YES);
          subscriber.error(new Error('too late'));
        }),
    ],
    ['accept()', () => accept()],
  ];
  it.each(ways)('may be given as %s', async (_, authorize) => {
    const { server, errors } = await starting(authorize);
    await openRaw(server.url);
    expect(server.connections.size).toBe(1);
    expect(errors).toEqual([]);
  });

  it('is the connection’s context', async () => {
    const user = { name: 'ada' };
    const { server } = await starting(() => of(accept({ context: user })));
    const contexts: { name: string }[] = [];
    server.connections$.subscribe(({ context }) => contexts.push(context));
    await openRaw(server.url);
    expect(contexts).toEqual([user]);
    expect(contexts[0]).toBe(user);
  });

  it('has header fields of its own, which replace those of the option headers', async () => {
    const { server } = await starting(
      () => accept({ headers: { 'X-Room': '1', 'set-cookie': ['a=1', 'b=2'], 'X-None': undefined } }),
      { headers: { 'x-room': '0', Server: 'mine' } },
    );
    const peer = await openRaw(server.url);
    const lines = peer.head.trimEnd().split('\r\n').slice(4);
    expect(lines).toEqual(['Server: mine', 'X-Room: 1', 'set-cookie: a=1', 'set-cookie: b=2']);
    const [connection] = server.connections;
    expect(connection!.response.headers.get('x-room')).toBe('1');
    expect(connection!.response.headers.all('set-cookie')).toEqual(['a=1', 'b=2']);
  });

  it('chooses a subprotocol before the options do', async () => {
    const { server } = await starting(() => accept({ subprotocol: 'c' }), { subprotocols: ['a', 'b'] });
    const client = await startClient(server.url, { subprotocols: ['a', 'c'] });
    expect(client.subprotocol).toBe('c');
  });
});

describe('a decision to reject', () => {
  const cases: [string, Decision, number, string, Record<string, string>][] = [
    ['a status alone', { accept: false, status: 401 }, 401, 'Unauthorized\n', {}],
    ['a text', reject(403, { body: 'né' }), 403, 'né', { 'content-length': '3' }],
    ['octets', reject(429, { body: Buffer.from('slow') }), 429, 'slow', {}],
    ['an empty body', reject(400, { body: '' }), 400, '', { 'content-length': '0' }],
    ['header fields', reject(302, { headers: { Location: '/in' } }), 302, 'Found\n', { location: '/in' }],
    [
      'a type',
      reject(400, { headers: { 'content-type': 'text/html' }, body: '<p>' }),
      400,
      '<p>',
      { 'content-type': 'text/html' },
    ],
    ['200', reject(200, { body: 'OK' }), 200, 'OK', {}],
    ['a status without a phrase', reject(499), 499, '\n', {}],
  ];
  it.each(cases)('has %s', async (_, decision, status, body, headers) => {
    const { server, errors } = await starting(() => decision);
    const rejections = collect(server.rejections$);
    const reply = await replyTo(server.url, requestFor('/'));
    expect([reply.status, reply.body]).toEqual([status, body]);
    const usual = { connection: 'close', 'content-type': 'text/plain; charset=utf-8' };
    expect(Object.fromEntries(reply.headers)).toMatchObject({ ...usual, ...headers });
    expect(Number(reply.headers.get('content-length'))).toBe(Buffer.byteLength(body));
    expect(rejections.values).toMatchObject([{ status, phase: 'http' }]);
    expect([server.connections.size, errors]).toEqual([0, []]);
  });

  it('is told with its body', async () => {
    const { server } = await starting(() => reject(403, { body: 'not here\nsecond line' }));
    const rejections = collect(server.rejections$);
    await replyTo(server.url, requestFor('/'));
    expect(rejections.values[0]!.message).toBe('request refused with 403: not here');
    expect(Buffer.from(rejections.values[0]!.body!).toString()).toBe('not here\nsecond line');
  });
});

describe('what authorize does wrong is answered with 500 and no detail, and told here', () => {
  const fault = new Error('secret');
  const cases: [string, () => unknown][] = [
    [
      'a throw',
      () => {
        throw fault;
      },
    ],
    ['a rejection', () => Promise.reject(fault)],
    [
      'a rejection later',
      async () => {
        await turns(3);
        throw fault;
      },
    ],
    ['an error of an Observable', () => throwError(() => fault)],
    ['nothing', () => undefined],
    ['null', () => null],
    ['true', () => true],
    ['a text', () => 'yes'],
    ['a promise of nothing', () => Promise.resolve()],
    ['an empty Observable', () => EMPTY],
    ['an empty array', () => []],
    ['an object that is no decision', () => ({})],
    ['accept that is no boolean', () => ({ accept: 1 })],
    [
      'a thenable that throws',
      () => ({
        then: () => {
          throw fault;
        },
      }),
    ],
    ['an unknown member', () => ({ accept: true, contxt: 1 })],
    ['a status with an acceptance', () => ({ accept: true, status: 200 })],
    ['a rejection without a status', () => ({ accept: false })],
    ['a status of 101', () => reject(101)],
    ['a status without a body', () => reject(204)],
    ['a status of 600', () => reject(600)],
    ['a status in words', () => reject('403' as never)],
    ['a body that is no text', () => reject(403, { body: {} as never })],
    ['a Content-Length in a rejection', () => reject(403, { headers: { 'content-length': '0' } })],
    ['a line end in a header', () => accept({ headers: { 'X-A': 'a\r\nX-B: b' } })],
    ['a line end in a header of a rejection', () => reject(400, { headers: { 'X-A': 'a\nb' } })],
    ['a line end in a header’s name', () => accept({ headers: { 'X-A: b\r\nX-B': 'a' } })],
    ['a Sec-WebSocket-Accept', () => accept({ headers: { 'sec-websocket-accept': 'x' } })],
    ['a Connection', () => accept({ headers: { connection: 'close' } })],
    ['a header twice', () => accept({ headers: { 'X-A': '1', 'x-a': '2' } })],
    ['a header beyond Latin-1', () => accept({ headers: { 'X-A': '€' } })],
    ['a subprotocol that was not offered', () => accept({ subprotocol: 'z' })],
    ['a subprotocol with a line end', () => accept({ subprotocol: 'a\r\nX-B: b' })],
    ['a subprotocol that is no text', () => accept({ subprotocol: 1 as never })],
  ];
  it.each(cases)('%s', async (_, authorize) => {
    const { server, errors } = await starting(authorize as Authorize);
    const rejections = collect(server.rejections$);
    const reply = await replyTo(server.url, requestFor('/', ['Sec-WebSocket-Protocol: a']));
    expect([reply.status, reply.body]).toEqual([500, 'the server could not decide about the request\n']);
    expect(errors).toHaveLength(1);
    expect(rejections.values).toMatchObject([{ status: 500, cause: errors[0] }]);
    expect(server.connections.size).toBe(0);
    await replyTo(server.url, requestFor('/'));
  });

  it.each([1, 'yes', undefined])('says what a decision looks like when accept is %p', async (accept) => {
    const { server, errors } = await starting((() => ({ accept })) as unknown as Authorize);
    await replyTo(server.url, requestFor('/'));
    expect((errors[0] as Error).message).toMatch(
      /expected \{ accept: true \} or \{ accept: false, status \}/,
    );
  });
});

describe('the request', () => {
  async function asked(text: string): Promise<UpgradeRequest> {
    const requests: UpgradeRequest[] = [];
    const { server } = await starting((request) => {
      requests.push(request);
      return YES;
    });
    await replyTo(server.url, text);
    return requests[0]!;
  }

  it('has its parts', async () => {
    const request = await asked(
      requestFor('/a%20b/c?x=1&y=%C3%BC&x=2', [
        'Origin: http://127.0.0.1',
        'Sec-WebSocket-Protocol: b, a',
        'Cookie: one=1; two=%C3%BC; one=3',
        'Cookie: three="3"',
      ]),
    );
    expect(request).toMatchObject({
      method: 'GET',
      target: '/a%20b/c?x=1&y=%C3%BC&x=2',
      path: '/a%20b/c',
      url: 'ws://127.0.0.1/a%20b/c?x=1&y=%C3%BC&x=2',
      origin: 'http://127.0.0.1',
      subprotocols: ['b', 'a'],
      remoteAddress: '127.0.0.1',
      secure: false,
    });
    expect(request.query.getAll('x')).toEqual(['1', '2']);
    expect(request.query.get('y')).toBe('ü');
    expect([...request.cookies]).toEqual([
      ['one', '1'],
      ['two', 'ü'],
      ['three', '3'],
    ]);
    expect(request.cookies).toBe(request.cookies);
    expect(Object.keys(request.params)).toEqual([]);
    expect(request.headers.get('host')).toBe('127.0.0.1');
    expect(request.message.method).toBe('GET');
    expect(request.signal.aborted).toBe(false);
  });

  it.each(['//evil/x', '/?', '/%', '/%00', '/\\..', `/${'?'.repeat(8000)}`, '/#a'])(
    'has the parts of the target %j, and none of them throws',
    async (target) => {
      const request = await asked(requestFor(target));
      expect([request.path, request.url].map((text) => text.length > 0)).toEqual([true, true]);
      expect(request.query.toString().length).toBeLessThan(30_000);
      expect(request.url).toBe(`ws://127.0.0.1${target}`);
    },
  );

  it('is not shown to authorize when it is refused anyway', async () => {
    let calls = 0;
    const { server } = await starting(() => {
      calls++;
      return YES;
    });
    await replyTo(server.url, requestFor('/', ['Origin: http://evil.example']));
    await replyTo(server.url, requestFor('/').replace('GET', 'POST'));
    await replyTo(server.url, requestFor('/', ['Sec-WebSocket-Protocol: a, a']));
    expect(calls).toBe(0);
  });
});

/** A server whose requests wait until they are told. */
async function hesitant(
  options: ServerOptions = {},
): Promise<
  Started<undefined> & { readonly decide$: Subject<Decision>; readonly requests: UpgradeRequest[] }
> {
  const decide$ = new Subject<Decision>();
  const requests: UpgradeRequest[] = [];
  const started = await starting((request) => {
    requests.push(request);
    return decide$;
  }, options);
  return { ...started, decide$, requests };
}

async function asking(server: { readonly url: string }, requests: readonly unknown[]): Promise<RawPeer> {
  const before = requests.length;
  const peer = await dialRaw(server.url);
  peer.write(requestFor('/'));
  await until(() => requests.length > before, 'authorize is asked');
  return peer;
}

describe('while a decision takes its time', () => {
  it('nothing is said, and then it holds', async () => {
    const { server, decide$, requests } = await hesitant();
    const peer = await asking(server, requests);
    await turns(5);
    expect([peer.head, server.connections.size, decide$.observed]).toEqual(['', 0, true]);
    decide$.next(YES);
    await peer.headCame();
    expect([server.connections.size, decide$.observed]).toEqual([1, false]);
    decide$.next(reject(403));
    expect(requests[0]!.signal.aborted).toBe(false);
  });

  it('frames that come are held in order, 64 KiB of them, and are the first messages', async () => {
    const { server, decide$, requests } = await hesitant();
    const peer = await dialRaw(server.url);
    const frames = Array.from({ length: 2000 }, (_, i) => peer.frame(TEXT, `${i} ${'x'.repeat(200)}`));
    peer.write(Buffer.concat([Buffer.from(requestFor('/')), ...frames.slice(0, 10)]));
    await until(() => requests.length === 1);
    const { socket } = requests[0]!.message;
    for (const frame of frames.slice(10)) peer.write(frame);
    await until(() => socket.isPaused(), 'no more is read');
    const read = socket.bytesRead;
    await turns(20);
    expect(socket.bytesRead).toBe(read);
    expect(read).toBeLessThanOrEqual(3 * 64 * 1024);
    const seen: unknown[] = [];
    server.connections$.subscribe((connection) =>
      connection.messages$.subscribe(({ data }) => seen.push(data)),
    );
    decide$.next(YES);
    await until(() => seen.length === frames.length);
    expect(seen.map((data) => Number.parseInt(String(data), 10))).toEqual(frames.map((_, i) => i));
  });

  it('a client that leaves aborts the signal, and a late decision is nobody’s', async () => {
    for (const leave of [
      (peer: RawPeer) => peer.stream.end(),
      (peer: RawPeer) => peer.stream.destroy(),
      (peer: RawPeer) => {
        peer.reset();
      },
    ]) {
      const { server, decide$, requests } = await hesitant();
      const opened = collect(server.connections$);
      const peer = await asking(server, requests);
      const { signal, message } = requests[0]!;
      leave(peer);
      await until(() => signal.aborted, 'the signal aborts');
      expect((signal.reason as Error).message).toBe('the client has left');
      expect(decide$.observed).toBe(false);
      decide$.next(YES);
      await until(() => message.socket.destroyed);
      expect([opened.values, peer.head]).toEqual([[], '']);
    }
  });

  it('a client that left before anybody asked for the signal has it aborted', async () => {
    const { server, requests } = await hesitant();
    const peer = await asking(server, requests);
    peer.stream.destroy();
    await until(() => requests[0]!.message.socket.destroyed);
    expect(requests[0]!.signal.aborted).toBe(true);
  });

  it('a promise that comes too late is nobody’s, however it ends', async () => {
    let settle: ((how: 'yes' | 'no') => void) | undefined;
    const { server, errors } = await starting(
      () =>
        new Promise<Decision>((resolve, refuse) => {
          settle = (how) => {
            if (how === 'yes') resolve(YES);
            else refuse(new Error('too late'));
          };
        }),
    );
    for (const how of ['yes', 'no'] as const) {
      settle = undefined;
      const peer = await dialRaw(server.url);
      peer.write(requestFor('/'));
      await until(() => settle !== undefined);
      peer.stream.destroy();
      await turns(20);
      (settle as unknown as (how: string) => void)(how);
      await turns(3);
    }
    expect([server.connections.size, errors]).toEqual([0, []]);
  });

  it('after handshakeTimeoutMs it is answered with 503, the signal aborts, and a late decision is nobody’s', async () => {
    const clock = new VirtualTime();
    const { server, decide$, requests } = await hesitant({ scheduler: clock, handshakeTimeoutMs: 500 });
    const rejections = collect(server.rejections$);
    const peer = await asking(server, requests);
    const { signal } = requests[0]!;
    clock.pass(499);
    expect([signal.aborted, peer.head]).toEqual([false, '']);
    clock.pass(1);
    const reply = await replyOf(peer);
    expect([reply.status, reply.body]).toEqual([
      503,
      'authorize did not decide in time: the opening handshake has 500 ms\n',
    ]);
    expect(signal.reason).toMatchObject({ option: 'handshakeTimeoutMs', limitMs: 500 });
    expect(rejections.values).toMatchObject([
      { status: 503, code: 'RXWIRE_HANDSHAKE_TIMEOUT', cause: signal.reason },
    ]);
    decide$.next(YES);
    expect([server.connections.size, clock.pending]).toEqual([0, 0]);
  });

  it('a server that closes answers with 503', async () => {
    const { server, decide$, requests } = await hesitant();
    const peer = await asking(server, requests);
    const closing = server.close();
    expect(requests[0]!.signal.aborted).toBe(true);
    expect((await replyOf(peer)).status).toBe(503);
    decide$.next(YES);
    await closing;
    expect(server.connections.size).toBe(0);
  });

  it('no more than maxPendingHandshakes wait; the next one is closed', async () => {
    const { server, decide$, requests } = await hesitant({ maxPendingHandshakes: 2 });
    const peers = [await asking(server, requests), await asking(server, requests)];
    const third = await dialRaw(server.url);
    await third.whenEnded();
    decide$.next(YES);
    await Promise.all(peers.map((peer) => peer.headCame()));
    await asking(server, requests);
  });

  it('the server keeps nothing of a request that was refused', async () => {
    const { server, decide$, requests } = await hesitant({ keepAlive: false });
    const gone = await asking(server, requests);
    decide$.next(reject(403));
    await gone.whenEnded();
    const { socket } = requests[0]!.message;
    await until(() => socket.destroyed);
    expect(decide$.observed).toBe(false);
    expect(socket.listenerCount('data')).toBe(0);
  });
});

describe('a source that never settles', () => {
  it('is left when the client has', async () => {
    let open = 0;
    const { server } = await starting(
      () =>
        new Observable<Decision>(() => {
          open++;
          return () => open--;
        }),
    );
    const peer = await dialRaw(server.url);
    peer.write(requestFor('/'));
    await until(() => open === 1);
    peer.reset();
    await until(() => open === 0);
  });

  it('does not keep the server from closing', async () => {
    const { server } = await starting(() => NEVER);
    const { peer } = await closingWith(server);
    expect(readReply(peer.head).status).toBe(503);
  });

  async function closingWith(server: Server): Promise<{ peer: RawPeer }> {
    const peer = await dialRaw(server.url);
    peer.write(requestFor('/'));
    await turns(20);
    await server.close();
    await peer.whenEnded();
    return { peer };
  }
});

describe('a client that is let in', () => {
  it('may be gone by then', async () => {
    const { server } = await starting(() => {
      peers[0]?.reset();
      return Promise.resolve(YES);
    });
    const peers: RawPeer[] = [];
    for (let i = 0; i < 5; i++) {
      const peer = await dialRaw(server.url);
      peers[0] = peer;
      peer.write(requestFor('/'));
      await peer.whenClosed();
    }
    await until(() => server.connections.size === 0);
  });

  it('closes as any other', async () => {
    const { server } = await starting(() => Promise.resolve(YES));
    const { peer, reply } = await ask(server.url, requestFor('/'));
    expect(reply.status).toBe(101);
    const [connection] = server.connections;
    peer.reset();
    expect((await ended(connection!)).code).toBe(1006);
  });
});
