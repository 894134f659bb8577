import net from 'node:net';
import { Duplex, duplexPair } from 'node:stream';
import tls from 'node:tls';
import { Observable } from 'rxjs';
import {
  type ClientOptions,
  connect,
  type DialTarget,
  HandshakeError,
  openConnection,
  upgrade,
} from '../../src/index.js';
import { VirtualTime } from 'rxwire/testing';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, startClient, startServer, watchResources } from '../support/harness.js';
import { acceptAll, rawServer } from '../support/raw-peer.js';
import { itNeeds } from '../support/skip.js';
import { turns, until } from '../support/turns.js';

watchResources();

type Lookup = NonNullable<ClientOptions['lookup']>;

/** Names have these addresses. */
function resolving(...addresses: readonly string[]): Lookup {
  const found = addresses.map((address) => ({ address, family: net.isIP(address) }));
  return (_name, { all }, done) => {
    process.nextTick(() => {
      if (all === true) done(null, found);
      else done(null, found[0]!.address, found[0]!.family);
    });
  };
}

async function failure(url: string, options: ClientOptions): Promise<HandshakeError> {
  const error: unknown = await openConnection(url, options).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(HandshakeError);
  return error as HandshakeError;
}

async function connected(url: string): Promise<net.Socket> {
  const { hostname, port } = new URL(url);
  const socket = net.connect({ host: hostname, port: Number(port) });
  afterTest(() => socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

describe('a dial', () => {
  it('asks lookup, and tries every address that it gives', async () => {
    const server = await startServer();
    const { port } = new URL(server.url);
    const lookup = resolving('127.0.0.9', '127.0.0.1');
    const client = await startClient(`ws://two.example:${port}`, { lookup, autoSelectFamilyTimeoutMs: 10 });
    expect(client.remoteAddress).toBe('127.0.0.1');
    const options = { lookup, autoSelectFamily: false };
    expect(await failure(`ws://two.example:${port}`, options)).toMatchObject({ phase: 'tcp' });
  });

  it('tells each address that refused, and why', async () => {
    const { port } = new URL((await startServer()).url);
    const error = await failure(`ws://two.example:${port}`, { lookup: resolving('127.0.0.8', '127.0.0.9') });
    expect(error.phase).toBe('tcp');
    expect(error.message).toMatch(/ECONNREFUSED 127\.0\.0\.8:\d+; .*ECONNREFUSED 127\.0\.0\.9:\d+/);
  });

  it('has the phase dns when a name is not found, or the look-up throws', async () => {
    const missing: Lookup = (_name, _options, done) => {
      process.nextTick(done, Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), '');
    };
    const broken: Lookup = () => {
      throw new Error('mine');
    };
    for (const url of ['ws://no.example', 'wss://no.example']) {
      expect(await failure(url, { lookup: missing })).toMatchObject({
        phase: 'dns',
        cause: { code: 'ENOTFOUND' },
      });
      expect(await failure(url, { lookup: broken })).toMatchObject({
        phase: 'dns',
        cause: { message: 'mine' },
      });
    }
  });

  it('asks for addresses of one family', async () => {
    const families: unknown[] = [];
    const lookup: Lookup = (_name, { family }, done) => {
      families.push(family);
      process.nextTick(done, new Error('enough'), '');
    };
    for (const family of [0, 4, 6] as const) await failure('ws://a.example', { lookup, family });
    expect(families).toEqual([0, 4, 6]);
  });

  it('comes from localAddress and localPort', async () => {
    const server = await startServer();
    const probe = await connected(server.url);
    const localPort = probe.localPort!;
    probe.resetAndDestroy();
    await new Promise((resolve) => probe.once('close', resolve));
    await startClient(server.url, { localAddress: '127.0.0.7', localPort });
    await until(() => server.connections.size === 1);
    const [{ remoteAddress } = { remoteAddress: undefined }] = server.connections;
    expect(remoteAddress).toBe('127.0.0.7');
  });

  it.each([
    [{ tcpKeepAliveMs: 30_000 }, [[true, 30_000]]],
    [{ tcpKeepAliveMs: Infinity }, []],
    [{}, []],
  ])('with %j has the system probe the peer or not', async (options, expected) => {
    const server = await rawServer(acceptAll());
    const calls: unknown[][] = [];
    const real = Object.getOwnPropertyDescriptor(net.Socket.prototype, 'setKeepAlive')!;
    const setKeepAlive = function (this: net.Socket, ...args: unknown[]): net.Socket {
      calls.push(args);
      return this;
    };
    Object.defineProperty(net.Socket.prototype, 'setKeepAlive', { ...real, value: setKeepAlive });
    afterTest(() => Object.defineProperty(net.Socket.prototype, 'setKeepAlive', real));
    await startClient(server.url, options);
    expect(calls).toEqual(expected);
  });

  it('is given connectTimeoutMs for the look-up and TCP, and not for more', async () => {
    const clock = new VirtualTime();
    let isAsked = false;
    const never: Lookup = () => (isAsked = true);
    const late = failure('ws://a.example', { lookup: never, scheduler: clock, connectTimeoutMs: 300 });
    await until(() => isAsked);
    clock.pass(300);
    const error = await late;
    expect(error).toMatchObject({
      phase: 'dns',
      code: 'RXWIRE_HANDSHAKE_TIMEOUT',
      cause: { option: 'connectTimeoutMs', limitMs: 300 },
    });
    expect(clock.pending).toBe(0);
    const server = await rawServer();
    const slow = failure(server.url, { scheduler: clock, connectTimeoutMs: 300, handshakeTimeoutMs: 900 });
    const peer = await server.next();
    await peer.headCame();
    clock.pass(800);
    await turns(3);
    clock.pass(100);
    expect(await slow).toMatchObject({ phase: 'http', cause: { option: 'handshakeTimeoutMs' } });
    expect(clock.pending).toBe(0);
  });

  it('by an address can ask for a name: hostHeader', async () => {
    const server = await rawServer(acceptAll());
    await startClient(server.url, { hostHeader: 'name.example:8080' });
    expect((await server.next()).head).toContain('\r\nHost: name.example:8080\r\n');
    for (const hostHeader of ['', 'a b', 'name:99999', 'a\r\nb']) {
      expect(() => connect(server.url, { hostHeader })).toThrow(RangeError);
    }
  });

  it('to a proxy has that limit, too', async () => {
    const clock = new VirtualTime();
    let isAsked = false;
    const never: Lookup = () => (isAsked = true);
    const options = { lookup: never, scheduler: clock, connectTimeoutMs: 300, proxy: 'http://proxy.example' };
    const late = failure('ws://127.0.0.1:1', options);
    await until(() => isAsked);
    clock.pass(300);
    expect(await late).toMatchObject({ phase: 'proxy', code: 'RXWIRE_HANDSHAKE_TIMEOUT' });
  });
});

describe('socket', () => {
  it('is used in place of a dial', async () => {
    const server = await startServer();
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    const client = await startClient('ws://name.example/', { socket: await connected(server.url) });
    const seen = collect(client.messages$);
    client.send('hello');
    await until(() => seen.values.length === 1);
    client.close();
    expect(await ended(client)).toMatchObject({ code: 1000, wasClean: true });
  });

  it('may be any Duplex', async () => {
    const [near, far] = duplexPair();
    const accepted = collect(upgrade(far, { role: 'server' }));
    const client = await startClient('ws://name.example/', { socket: near });
    await until(() => accepted.values.length === 1);
    const seen = collect(client.messages$);
    accepted.values[0]!.send('hello');
    await until(() => seen.values.length === 1);
    expect(client).toMatchObject({ secure: false, remoteAddress: undefined });
    client.close();
    expect(await ended(client)).toMatchObject({ wasClean: true });
  });

  itNeeds(opensslNeed(), 'has TLS laid over it for wss:, unless it has that', async () => {
    const certificate = selfSigned();
    const server = await startServer({ tls: certificate });
    const socket = await connected(server.url.replace('wss:', 'ws:'));
    const options = { tls: { ca: certificate.cert } };
    const client = await startClient('wss://localhost', { ...options, socket });
    expect(client.secure).toBe(true);
    const misnamed = await connected(server.url.replace('wss:', 'ws:'));
    expect(await failure('wss://other.example', { ...options, socket: misnamed })).toMatchObject({
      phase: 'tls',
    });
    const own = tls.connect({
      port: Number(new URL(server.url).port),
      ca: certificate.cert,
      host: 'localhost',
    });
    await new Promise((resolve) => own.once('secureConnect', resolve));
    expect((await startClient('wss://any.example', { socket: own })).secure).toBe(true);
  });

  it('serves for one connection', async () => {
    const server = await startServer();
    const connecting = connect('ws://name.example', { socket: await connected(server.url) });
    const first = collect(connecting);
    await until(() => first.values.length === 1);
    first.stop();
    await ended(first.values[0]!);
    const second = collect(connecting);
    await until(() => second.done);
    expect(second.error).toMatchObject({ phase: 'tcp', code: 'RXWIRE_HANDSHAKE' });
    expect((second.error as Error).message).toContain('closed');
  });

  it('is destroyed when nothing comes of it', async () => {
    const server = await rawServer();
    const socket = await connected(server.url);
    const opening = failure('ws://name.example', { socket, handshakeTimeoutMs: 30 });
    expect(await opening).toMatchObject({ phase: 'http', code: 'RXWIRE_HANDSHAKE_TIMEOUT' });
    expect(socket.destroyed).toBe(true);
  });
});

describe('dial', () => {
  it.each(['a promise', 'an Observable'] as const)('gives a stream by %s', async (kind) => {
    const server = await startServer();
    const targets: DialTarget[] = [];
    let isTornDown = false;
    const client = await startClient('ws://name.example:99/path', {
      dial: (target) => {
        targets.push(target);
        const socket = connected(server.url);
        if (kind === 'a promise') return socket;
        return new Observable<Duplex>((subscriber) => {
          void socket.then((stream) => subscriber.next(stream));
          return () => (isTornDown = true);
        });
      },
    });
    expect(targets).toEqual([{ secure: false, hostname: 'name.example', port: 99, unixPath: undefined }]);
    await turns(5);
    expect(isTornDown).toBe(false);
    client.close();
    await ended(client);
    expect(isTornDown).toBe(kind !== 'a promise');
  });

  it('gives a stream at once', async () => {
    const server = await startServer();
    const socket = await connected(server.url);
    const client = await startClient('ws://name.example', { dial: () => socket });
    expect(client.state).toBe('open');
    client.close();
    await ended(client);
    expect(socket.destroyed).toBe(true);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
      'mine',
    ],
    ['rejects', () => Promise.reject(new Error('mine')), 'mine'],
    ['gives nothing', () => [], 'no stream'],
    ['gives what is no stream', () => [7 as never], 'expected a Duplex'],
    ['gives what nobody can take', () => 7 as never, 'dial'],
  ] as [string, NonNullable<ClientOptions['dial']>, string][])(
    'that %s is an error',
    async (_name, dial, text) => {
      const error = await failure('ws://name.example', { dial });
      expect(error).toMatchObject({ phase: 'tcp' });
      expect(error.message).toContain('name.example');
      if (text !== 'dial') expect(error.message).toContain(text);
    },
  );

  it('is left by who gives up, and what comes too late is destroyed', async () => {
    const [near] = duplexPair();
    let resolve: (stream: Duplex) => void = () => undefined;
    let isTornDown = false;
    const late = collect(
      connect('ws://name.example', { dial: () => new Promise<Duplex>((give) => (resolve = give)) }),
    );
    const never = collect(
      connect('ws://name.example', { dial: () => new Observable<Duplex>(() => () => (isTornDown = true)) }),
    );
    await turns(2);
    late.stop();
    never.stop();
    expect(isTornDown).toBe(true);
    resolve(near);
    await until(() => near.destroyed);
  });
});

describe('options of a dial', () => {
  const socket = new Duplex();
  it.each([
    [{ family: 5 }, RangeError, 'family'],
    [{ localAddress: 'localhost' }, RangeError, 'localAddress'],
    [{ localPort: 0 }, RangeError, 'localPort'],
    [{ connectTimeoutMs: 0 }, RangeError, 'connectTimeoutMs'],
    [{ autoSelectFamilyTimeoutMs: 9 }, RangeError, 'autoSelectFamilyTimeoutMs'],
    [{ tcpKeepAliveMs: 999 }, RangeError, 'tcpKeepAliveMs'],
    [{ lookup: 'dns' }, TypeError, 'lookup'],
    [{ socket: 7 }, TypeError, 'socket'],
    [{ dial: {} }, TypeError, 'dial'],
    [{ keyLog: 7 }, TypeError, 'keyLog'],
    [{ proxy: 7 }, TypeError, 'proxy'],
    [{ socket, dial: () => [] }, TypeError, 'socket and dial'],
    [{ socket, proxy: 'http://h' }, TypeError, 'option proxy is given beside socket'],
    [{ dial: () => [], localPort: 1 }, TypeError, 'option localPort is given beside dial'],
  ] as [object, new () => Error, string][])('%j is refused', (options, kind, text) => {
    expect(() => connect('ws://127.0.0.1', options)).toThrow(kind);
    expect(() => connect('ws://127.0.0.1', options)).toThrow(text);
  });
});
