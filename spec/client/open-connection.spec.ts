import { BehaviorSubject, filter, from, NEVER, of, Subject, throwError } from 'rxjs';
import { connect, openConnection, WebSocketError } from '../../src/index.js';
import { VirtualTime } from '../../src/testing/index.js';
import { collect } from '../support/collect.js';
import { owned, startServer, watchResources } from '../support/harness.js';
import { acceptAll, rawServer } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { unixPath } from '../support/unix-path.js';

watchResources();

const QUIET = { logger: {} };

describe('the URL as a function', () => {
  it('is asked at every subscription, and may answer late', async () => {
    const server = await startServer();
    let asked = 0;
    const connecting = connect(() => Promise.resolve(`${server.url}/${++asked}`), QUIET);
    expect(asked).toBe(0);
    for (let i = 1; i <= 2; i++) {
      const opened = collect(connecting);
      await until(() => opened.values.length === 1);
      expect(opened.values[0]!.request.target).toBe(`/${i}`);
      opened.stop();
    }
  });

  it('errors with what it errors, throws or gives', async () => {
    const failure = new Error('no token');
    const wrong: [() => never, unknown][] = [
      [() => throwError(() => failure) as never, failure],
      [() => Promise.reject(failure) as never, failure],
      [
        () => {
          throw failure;
        },
        failure,
      ],
    ];
    for (const [url, error] of wrong) {
      expect(collect(connect(url, QUIET))).toMatchObject({ values: [] });
      await expect(openConnection(url)).rejects.toBe(error);
    }
    await expect(openConnection(() => of('ftp://x'))).rejects.toThrow(TypeError);
    await expect(openConnection(() => from([]))).rejects.toBeInstanceOf(WebSocketError);
  });

  it.each([
    ['a string', (url: string) => url],
    ['a URL', (url: string) => new URL(url)],
    ['a string in an array', (url: string) => [url]],
    ['a URL that comes later', (url: string) => Promise.resolve(new URL(url))],
  ])('may give %s', async (_name, give) => {
    const server = await startServer();
    const connection = await openConnection(() => give(`${server.url}/given`), QUIET);
    owned(connection);
    expect(connection.request.target).toBe('/given');
  });

  it('is let go when unsubscribed, and when it has given one', async () => {
    const never$ = new BehaviorSubject('');
    const connecting = collect(connect(() => never$.pipe(filter(Boolean)), QUIET));
    expect(never$.observed).toBe(true);
    connecting.stop();
    expect(never$.observed).toBe(false);
    const server = await startServer();
    const url$ = new BehaviorSubject(server.url);
    owned(await openConnection(() => url$, QUIET));
    expect(url$.observed).toBe(false);
  });

  it('has the time of the opening handshake', () => {
    const scheduler = new VirtualTime();
    const connecting = collect(connect(() => NEVER, { ...QUIET, scheduler, handshakeTimeoutMs: 5000 }));
    scheduler.pass(4999);
    expect(connecting.done).toBe(false);
    scheduler.pass(1);
    expect(connecting.error).toMatchObject({
      code: 'RXWIRE_HANDSHAKE_TIMEOUT',
      phase: 'dns',
      cause: { option: 'handshakeTimeoutMs', limitMs: 5000 },
    });
    expect(scheduler.pending).toBe(0);
  });

  it('has a timer for no longer than it takes', () => {
    const scheduler = new VirtualTime();
    const url$ = new Subject<string>();
    const connecting = collect(connect(() => url$, { ...QUIET, scheduler }));
    expect(scheduler.pending).toBe(1);
    connecting.stop();
    expect(scheduler.pending).toBe(0);
  });
});

describe('openConnection', () => {
  it('hands out a connection that stays open', async () => {
    const server = await startServer();
    const connection = owned(await openConnection(server.url));
    await turns(20);
    expect(connection.state).toBe('open');
  });

  it('refuses wrong options: connect at the call, openConnection as a rejection', async () => {
    const wrong: [object, RegExp][] = [
      [{ header: {} }, /did you mean headers/],
      [{ version: 7 }, /version/],
      [{ handshakeTimeoutMs: 0 }, /handshakeTimeoutMs is 0/],
      [{ subprotocols: ['a', 'a'] }, /subprotocols/],
      [{ autoPong: 'yes' }, /autoPong/],
      [{ sendHighWaterBytes: 0 }, /sendHighWaterBytes/],
    ];
    for (const [options, text] of wrong) {
      expect(() => connect('ws://127.0.0.1', options)).toThrow(text);
      await expect(openConnection('ws://127.0.0.1', options)).rejects.toThrow(text);
    }
    expect(() => connect('nonsense')).toThrow(TypeError);
    await expect(openConnection('ws://secret@h/')).rejects.toThrow(/user name or a password/);
    await expect(openConnection('ws://secret@h/')).rejects.not.toThrow(/secret/);
  });

  for (const headers of [
    { Host: 'x' },
    { 'sec-websocket-key': 'x' },
    { UPGRADE: 'x' },
    { 'content-length': '5' },
    { X: 'a\r\nb' },
    { 'a b': 'c' },
  ]) {
    it(`refuses the headers ${JSON.stringify(headers)} before it dials`, async () => {
      const server = await rawServer();
      await expect(openConnection(server.url, { headers })).rejects.toThrow(TypeError);
      expect(server.peers).toHaveLength(0);
    });
  }

  it('writes the request as the options say', async () => {
    const server = await rawServer(acceptAll(['Sec-WebSocket-Protocol: b']));
    const connection = owned(
      await openConnection(`${server.url}/path?q=1`, {
        headers: { 'X-Own': ['1', '2'], Authorization: 'Bearer t' },
        origin: 'https://example.com',
        subprotocols: ['a', 'b'],
        version: 8,
      }),
    );
    const lines = server.peers[0]!.head.trim().split('\r\n');
    expect(lines[0]).toBe('GET /path?q=1 HTTP/1.1');
    expect(
      lines
        .slice(1)
        .map((line) => line.replace(/^(Sec-WebSocket-Key: ).*/, '$1…'))
        .sort(),
    ).toEqual([
      'Authorization: Bearer t',
      'Connection: Upgrade',
      `Host: 127.0.0.1:${server.port}`,
      'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
      'Sec-WebSocket-Key: …',
      'Sec-WebSocket-Origin: https://example.com',
      'Sec-WebSocket-Protocol: a, b',
      'Sec-WebSocket-Version: 8',
      'Upgrade: websocket',
      'X-Own: 1',
      'X-Own: 2',
    ]);
    expect(connection.subprotocol).toBe('b');
    expect(connection.request.headers.get('x-own')).toBeDefined();
  });

  it('connects over a Unix socket', async () => {
    const path = unixPath();
    const server = await startServer({ unixPath: path });
    const connection = owned(await openConnection(`${server.url}:/target?x`));
    expect(connection.request.target).toBe('/target?x');
  });
});
