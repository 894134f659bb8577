import net from 'node:net';
import { Duplex, duplexPair } from 'node:stream';
import { type ClientOptions, HandshakeError, openConnection, upgrade } from '../../src/index.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { afterTest, owned, startClient, startServer, watchResources } from '../support/harness.js';
import { acceptHead, RawPeer } from '../support/raw-peer.js';
import { itNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';

watchResources();

const URL = 'ws://name.example/';

async function connected(url: string): Promise<net.Socket> {
  const { port } = new globalThis.URL(url);
  const socket = net.connect({ host: '127.0.0.1', port: Number(port) });
  afterTest(() => socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** Streams whose `data` is no octets, and what is said of them. Node's parser ends the process when it is given a text. */
const NO_OCTETS: readonly [string, () => Duplex, string][] = [
  ['a stream with an encoding', () => duplexPair()[0].setEncoding('utf8'), 'has the encoding utf8'],
  [
    'a stream in object mode',
    () => new Duplex({ objectMode: true, read: () => undefined, write: () => undefined }),
    'object mode',
  ],
];

describe('a stream that gives no octets', () => {
  it.each(NO_OCTETS)('is refused as socket, and from dial: %s', async (_name, make, text) => {
    const given: ((stream: Duplex) => ClientOptions)[] = [
      (socket) => ({ socket }),
      (stream) => ({ dial: () => Promise.resolve(stream) }),
    ];
    for (const optionsFor of given) {
      const stream = make();
      const error: unknown = await openConnection(URL, optionsFor(stream)).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(HandshakeError);
      expect(error).toMatchObject({ phase: 'tcp', message: expect.stringContaining(text) as string });
      expect(stream.destroyed).toBe(true);
    }
  });

  it.each(NO_OCTETS)('is refused by upgrade: %s', (_name, make, text) => {
    expect(() => upgrade(make(), { role: 'client', url: URL })).toThrow(text);
    expect(() => upgrade(make(), { role: 'server' })).toThrow(text);
  });
});

describe('a stream that is in use', () => {
  it('is not taken for another connection, and the first one has it still', async () => {
    const server = await startServer();
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    const socket = await connected(server.url);
    const dial = (): Duplex => socket;
    const first = await startClient(URL, { socket });
    for (const options of [{ socket }, { dial }]) {
      await expect(openConnection(URL, options)).rejects.toMatchObject({
        phase: 'tcp',
        message: expect.stringContaining('was taken before') as string,
      });
    }
    expect(() => upgrade(socket, { role: 'client', url: URL })).toThrow('before');
    const seen = collect(first.messages$);
    first.send('hello');
    await until(() => seen.values.length === 1);
    expect([server.connections.size, first.state]).toEqual([1, 'open']);
  });
});

describe('a stream that is paused', () => {
  it('is read on, as socket and by upgrade', async () => {
    const server = await startServer();
    const socket = (await connected(server.url)).pause();
    expect((await startClient(URL, { socket })).state).toBe('open');
    const [near, far] = duplexPair();
    const peer = new RawPeer(far, 'server');
    const opening = new Promise((resolve, reject) => {
      upgrade(near.pause(), { role: 'client', url: URL, logger: {} }).subscribe({
        next: (connection) => resolve(owned(connection)),
        error: reject,
      });
    });
    peer.write(acceptHead(await peer.headCame()));
    await opening;
  });

  itNeeds(opensslNeed(), 'is read on under TLS, and over HTTP/2', async () => {
    const certificate = selfSigned();
    const server = await startServer({ tls: certificate, http2: true });
    for (const http2 of [false, true]) {
      const socket = (await connected(server.url)).pause();
      const options = { tls: { ca: certificate.cert }, http2, socket };
      expect((await startClient('wss://localhost', options)).state).toBe('open');
    }
  });
});
