import net from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import tls from 'node:tls';
import { VirtualTime } from 'rxwire/testing';
import { type ClientUpgradeOptions, type Connection, HandshakeError, upgrade } from '../../src/index.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect, type Record } from '../support/collect.js';
import { afterTest, ended, owned, startServer, watchResources } from '../support/harness.js';
import { acceptHead, RawPeer } from '../support/raw-peer.js';
import { itNeeds } from '../support/skip.js';
import { turns, until } from '../support/turns.js';
import { PING, TEXT } from '../support/wire-frames.js';

watchResources();

const URL = 'ws://example.com/chat?room=1';

interface Over {
  readonly peer: RawPeer;
  readonly socket: Duplex;
  readonly result: Record<Connection>;
}

/** A client on one end of a pair of streams, and a server by hand on the other. */
function over(options: Partial<ClientUpgradeOptions> = {}): Over {
  const [socket, far] = duplexPair();
  const peer = new RawPeer(far, 'server');
  afterTest(() => socket.destroy());
  const result = collect(upgrade(socket, { role: 'client', url: URL, logger: {}, ...options }));
  return { peer, socket, result };
}

async function opened({ peer, result }: Over, lines: readonly string[] = []): Promise<Connection> {
  peer.write(acceptHead(await peer.headCame(), lines));
  await until(() => result.done);
  return owned(result.values[0]!);
}

describe('upgrade, with a socket and as a client', () => {
  it('asks for what the URL names, and opens a connection of a client', async () => {
    const both = over({ headers: { 'X-Own': '1' }, subprotocols: ['chat'], context: undefined });
    const connection = await opened(both, ['Sec-WebSocket-Protocol: chat']);
    const [first, ...lines] = both.peer.head.split('\r\n');
    expect(first).toBe('GET /chat?room=1 HTTP/1.1');
    expect(lines).toEqual(expect.arrayContaining(['Host: example.com', 'X-Own: 1']));
    expect([connection.role, connection.subprotocol, connection.request.target]).toEqual([
      'client',
      'chat',
      '/chat?room=1',
    ]);
    connection.send('hi');
    expect((await both.peer.next()).payload.toString()).toBe('hi');
    both.peer.send(TEXT, 'ho');
    const seen = collect(connection.messages$);
    await until(() => seen.values.length === 1);
  });

  it('acts at once, and replays the connection', async () => {
    const [socket, far] = duplexPair();
    const peer = new RawPeer(far, 'server');
    const result$ = upgrade(socket, { role: 'client', url: URL, logger: {} });
    peer.write(acceptHead(await peer.headCame()));
    await turns(5);
    const [one, two] = [collect(result$), collect(result$)];
    expect([one.values.length, one.done, one.error]).toEqual([1, true, undefined]);
    expect(two.values[0]).toBe(owned(one.values[0]!));
  });

  it('has what came behind the 101 as its first messages', async () => {
    const both = over();
    const head = acceptHead(await both.peer.headCame());
    both.peer.write(
      Buffer.concat([Buffer.from(head), both.peer.frame(PING, 'p'), both.peer.frame(TEXT, 'first')]),
    );
    expect((await both.peer.next()).payload.toString()).toBe('p');
    const seen = collect(owned(both.result.values[0]!).messages$);
    await until(() => seen.values.length === 1);
    expect(seen.values[0]!.data).toBe('first');
  });

  it('meets upgrade as a server, on the other end of a pair', async () => {
    const [near, far] = duplexPair();
    const server = collect(upgrade(far, { role: 'server', logger: {}, subprotocols: ['a'] }));
    const client = collect(upgrade(near, { role: 'client', url: URL, logger: {}, subprotocols: ['a'] }));
    await until(() => client.done && server.done);
    const [theirs, ours] = [owned(server.values[0]!), owned(client.values[0]!)];
    theirs.messages$.subscribe(theirs.outbox);
    const back = collect(ours.messages$);
    ours.send('x'.repeat(100_000));
    await until(() => back.values.length === 1);
    ours.close(3000, 'enough');
    expect(await ended(theirs)).toMatchObject({ code: 3000, reason: 'enough', wasClean: true });
  });

  it('works on a socket that is connected, and on one that is about to be', async () => {
    const server = await startServer();
    const { port } = server.address as net.AddressInfo;
    const early = net.connect(port, '127.0.0.1');
    const late = net.connect(port, '127.0.0.1');
    await until(() => !late.connecting);
    for (const socket of [early, late]) {
      const result = collect(upgrade(socket, { role: 'client', url: server.url, logger: {}, unref: true }));
      await until(() => result.done);
      expect(owned(result.values[0]!).remoteAddress).toBe('127.0.0.1');
    }
  });

  itNeeds(opensslNeed(), 'speaks TLS where the socket does', async () => {
    const { key, cert } = selfSigned();
    const server = await startServer({ tls: { key, cert } });
    const { port } = server.address as net.AddressInfo;
    const socket = tls.connect({ port, host: '127.0.0.1', ca: cert, servername: 'localhost' });
    const result = collect(upgrade(socket, { role: 'client', url: 'wss://localhost', logger: {} }));
    await until(() => result.done);
    expect(owned(result.values[0]!).secure).toBe(true);
  });
});

describe('upgrade as a client errors, and destroys the socket', () => {
  const refusing: [string, string, RegExp][] = [
    ['with another status', 'HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno', /status 403, expected 101/],
    ['with a wrong key', acceptHead('Sec-WebSocket-Key: x\r\n'), /does not answer the key/],
    ['with what is no HTTP', 'nonsense\r\n\r\n', /cannot connect to/],
  ];
  it.each(refusing)('when the server answers %s', async (_, answer, text) => {
    const { peer, socket, result } = over();
    await peer.headCame();
    peer.write(answer);
    await until(() => result.done);
    expect(result.values).toEqual([]);
    expect(result.error).toBeInstanceOf(HandshakeError);
    expect((result.error as Error).message).toMatch(text);
    expect(socket.destroyed).toBe(true);
  });

  it('when the server leaves', async () => {
    const { peer, socket, result } = over();
    await peer.headCame();
    peer.stream.end();
    await until(() => result.done);
    expect(result.error).toMatchObject({ code: 'RXWIRE_HANDSHAKE', phase: 'http' });
    await until(() => socket.destroyed);
  });

  it('when the socket was destroyed before', async () => {
    const [socket] = duplexPair();
    socket.destroy();
    const result = collect(upgrade(socket, { role: 'client', url: URL }));
    await until(() => result.done);
    expect(result.error).toBeInstanceOf(HandshakeError);
  });

  it('after handshakeTimeoutMs, and leaves no timer', async () => {
    const clock = new VirtualTime();
    const { peer, socket, result } = over({ scheduler: clock, handshakeTimeoutMs: 100 });
    await peer.headCame();
    clock.pass(99);
    expect(result.done).toBe(false);
    clock.pass(1);
    expect(result.error).toMatchObject({ code: 'RXWIRE_HANDSHAKE_TIMEOUT', phase: 'http' });
    expect([socket.destroyed, clock.pending]).toEqual([true, 0]);
  });

  it.each(['before', 'while it waits'])('with the reason of a signal that aborts %s', async (when) => {
    const controller = new AbortController();
    if (when === 'before') controller.abort('enough');
    const { socket, result } = over({ signal: controller.signal });
    controller.abort('enough');
    await until(() => result.done && socket.destroyed);
    expect([result.error, result.values]).toEqual(['enough', []]);
  });

  it('and nobody has to subscribe', async () => {
    const [socket, far] = duplexPair();
    upgrade(socket, { role: 'client', url: URL });
    far.destroy();
    socket.destroy();
    await turns(10);
  });
});

describe('upgrade as a client', () => {
  it('closes with 1000 when the signal aborts later', async () => {
    const controller = new AbortController();
    const both = over({ signal: controller.signal });
    await opened(both);
    controller.abort();
    expect((await both.peer.next()).payload.readUInt16BE(0)).toBe(1000);
  });

  it('takes a socket once, whatever the role, and a wrong call takes none', () => {
    const [socket] = duplexPair();
    afterTest(() => socket.destroy());
    const options = { role: 'client', url: URL } as const;
    expect(() => upgrade(socket, { ...options, url: 'http//x' })).toThrow('URL cannot be parsed');
    upgrade(socket, options);
    expect(() => upgrade(socket, options)).toThrow(/upgraded before/);
    expect(() => upgrade(socket, { role: 'server' })).toThrow(/upgraded before/);
  });

  const [stream] = duplexPair();
  it.each<[string, unknown, object, RegExp]>([
    ['no URL', stream, {}, /URL is of type undefined/],
    ['a URL of another scheme', stream, { url: 'ftp://h' }, /scheme "ftp:"/],
    ['options of TLS, which is the socket’s', stream, { url: URL, tls: {} }, /unknown option tls/],
    ['options of a server', stream, { url: URL, origins: 'any' }, /unknown option origins/],
    ['a wrong option', stream, { url: URL, version: 7 }, /version is 7/],
    ['what is no stream', {}, { url: URL }, /upgrade takes/],
  ])('refuses %s', (_, socket, options, text) => {
    expect(() => upgrade(socket as never, { role: 'client', ...options } as never)).toThrow(text);
  });
});
