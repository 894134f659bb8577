import net, { type AddressInfo } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import tls from 'node:tls';
import {
  type ClientUpgradeOptions,
  type Connection,
  HandshakeError,
  openConnection,
  upgrade,
} from '../../src/index.js';
import { VirtualTime, wireFrame } from 'rxwire/testing';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect, type Record } from '../support/collect.js';
import { afterTest, owned, watchResources } from '../support/harness.js';
import { acceptHead } from '../support/raw-peer.js';
import { itNeeds } from '../support/skip.js';
import { turns, until } from '../support/turns.js';
import { TEXT } from '../support/wire-frames.js';

watchResources();

const AUTH = { username: 'me', password: 'secret' };
const BASIC = 'WWW-Authenticate: Basic realm="a"';
const DIGEST = 'WWW-Authenticate: Digest realm="a", qop="auth", nonce="n", algorithm=SHA-256';
const EMPTY = `HTTP/1.1 401 X\r\n${BASIC}\r\nContent-Length: 0\r\n\r\n`;

/** Reads requests from one stream, one behind the other, and answers them with these texts, and then with 101 and a message. */
function answer(stream: Duplex, ...answers: readonly string[]): string[] {
  const heads: string[] = [];
  let bytes = '';
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.toString('latin1');
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0 || heads.length > answers.length) return;
    const head = bytes.slice(0, end + 4);
    bytes = bytes.slice(end + 4);
    const text = answers[heads.push(head) - 1];
    if (text !== undefined) stream.write(text);
    else {
      stream.write(
        Buffer.concat([Buffer.from(acceptHead(head)), wireFrame({ opcode: TEXT, payload: 'hi' })]),
      );
    }
  });
  return heads;
}

function valueOf(head: string | undefined, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)\\r$`, 'im').exec(head ?? '')?.[1];
}

interface Over {
  readonly heads: readonly string[];
  readonly near: Duplex;
  readonly far: Duplex;
  readonly result: Record<Connection>;
}

function over(answers: readonly string[], options: Partial<ClientUpgradeOptions> = {}): Over {
  const [near, far] = duplexPair();
  afterTest(() => near.destroy());
  const heads = answer(far, ...answers);
  const url = 'ws://name.example/path';
  const result = collect(upgrade(near, { role: 'client', url, auth: AUTH, logger: {}, ...options }));
  return { heads, near, far, result };
}

async function hears(connection: Connection): Promise<void> {
  const seen = collect(owned(connection).messages$);
  await until(() => seen.values.length === 1);
  expect(seen.values[0]).toMatchObject({ data: 'hi' });
}

describe('a server that wants to know who asks, on one stream', () => {
  it.each([
    ['Basic', EMPTY, /^Basic bWU6c2VjcmV0$/],
    ['Digest', `HTTP/1.1 401 X\r\n${DIGEST}\r\nContent-Length: 4\r\n\r\nwho?`, /^Digest username="me"/],
    [
      'a body in chunks',
      `HTTP/1.1 401 X\r\n${BASIC}\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwho?\r\n0\r\n\r\n`,
      /^Basic /,
    ],
    [
      'a long body',
      `HTTP/1.1 401 X\r\n${BASIC}\r\nContent-Length: 1000000\r\n\r\n${'?'.repeat(1_000_000)}`,
      /^Basic /,
    ],
  ])('is told on the same one, with a key of its own: %s', async (_name, refusal, authorization) => {
    const { heads, result } = over([refusal]);
    await until(() => result.done);
    expect(heads.map((head) => valueOf(head, 'Authorization'))).toEqual([
      undefined,
      expect.stringMatching(authorization),
    ]);
    const [first, second] = heads.map((head) => valueOf(head, 'Sec-WebSocket-Key'));
    expect(first).not.toBe(second);
    await hears(result.values[0]!);
  });

  it('is told by a function, which has its time', async () => {
    const auth = (): Promise<string> => new Promise((resolve) => setImmediate(resolve, 'Bearer token'));
    const { heads, result } = over([EMPTY], { auth });
    await until(() => result.done);
    expect(valueOf(heads[1], 'Authorization')).toBe('Bearer token');
    await hears(result.values[0]!);
  });

  it('is told again when only its nonce was too old, and the second 401 of another kind is the end', async () => {
    const digest = (nonce: string, more = ''): string =>
      `HTTP/1.1 401 X\r\nWWW-Authenticate: Digest realm="a", qop="auth", nonce="${nonce}"${more}\r\nContent-Length: 0\r\n\r\n`;
    const { heads, result } = over([digest('one'), digest('two', ', stale=true')]);
    await until(() => result.done);
    expect(heads).toHaveLength(3);
    await hears(result.values[0]!);
    const refused = over([EMPTY, EMPTY]);
    await until(() => refused.result.done);
    expect(refused.result.error).toMatchObject({ status: 401 });
    expect([refused.heads.length, refused.near.destroyed]).toEqual([2, true]);
  });

  const ENDS: readonly [string, string][] = [
    ['says that it closes', `HTTP/1.1 401 X\r\n${BASIC}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`],
    ['speaks HTTP/1.0', `HTTP/1.0 401 X\r\n${BASIC}\r\nContent-Length: 0\r\n\r\n`],
    ['has a body of more than 1 MiB', `${EMPTY.replace('h: 0', 'h: 9999999')}${'?'.repeat(1_100_000)}`],
  ];
  it.each(ENDS)('is not told when its answer %s', async (_name, refusal) => {
    const { heads, result, near } = over([refusal]);
    await until(() => result.done);
    expect(result.error).toBeInstanceOf(HandshakeError);
    expect(result.error).toMatchObject({ phase: 'http', status: 401 });
    expect([heads.length, near.destroyed]).toEqual([1, true]);
  });

  it('is not told when its answer says not where it ends, or breaks off', async () => {
    for (const refusal of [`HTTP/1.1 401 X\r\n${BASIC}\r\n\r\nwho`, `${EMPTY.replace('h: 0', 'h: 4')}who`]) {
      const { far, result, heads } = over([refusal]);
      await until(() => heads.length === 1);
      await turns(5);
      far.end();
      await until(() => result.done);
      expect(result.error).toMatchObject({ status: 401, body: new Uint8Array(Buffer.from('who')) });
    }
  });

  it('whose answer does not come to its end has the time of the opening handshake', async () => {
    const clock = new VirtualTime();
    const { heads, result, near } = over([`${EMPTY.replace('h: 0', 'h: 4')}who`], { scheduler: clock });
    await until(() => heads.length === 1);
    await turns(5);
    clock.pass(10_000);
    await until(() => result.done);
    expect(result.error).toMatchObject({ status: 401 });
    expect([near.destroyed, clock.pending]).toEqual([true, 0]);
  });

  it('that leaves while a function thinks is an error', async () => {
    let resolve: (authorization: string) => void = () => undefined;
    const auth = (): Promise<string> => new Promise((give) => (resolve = give));
    const { near, result } = over([EMPTY], { auth });
    await turns(20);
    near.destroy();
    await turns(5);
    resolve('Bearer token');
    await until(() => result.done);
    expect(result.error).toMatchObject({
      phase: 'http',
      message: expect.stringContaining('closed') as string,
    });
  });

  it('that speaks on while a function thinks is not asked again', async () => {
    let resolve: (authorization: string) => void = () => undefined;
    const auth = (): Promise<string> => new Promise((give) => (resolve = give));
    const { near, far, heads, result } = over([EMPTY], { auth });
    await turns(20);
    far.write('HTTP/1.1 101 X');
    await until(() => near.destroyed);
    resolve('Bearer token');
    await until(() => result.done);
    expect(result.error).toMatchObject({ phase: 'http' });
    expect(heads).toHaveLength(1);
  });

  it('is left, and the stream destroyed, by a signal while a function thinks', async () => {
    const controller = new AbortController();
    let isAsked = false;
    const auth = (): Promise<never> => {
      isAsked = true;
      return new Promise(() => undefined);
    };
    const { near, result } = over([EMPTY], { auth, signal: controller.signal });
    await until(() => isAsked);
    controller.abort(new Error('enough'));
    await until(() => near.destroyed);
    expect(result.error).toMatchObject({ message: 'enough' });
  });
});

describe('the option socket, with a server that wants to know who asks', () => {
  async function listening(server: net.Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterTest(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  async function connected(port: number): Promise<net.Socket> {
    const socket = net.connect(port, '127.0.0.1');
    afterTest(() => socket.destroy());
    await new Promise((resolve) => socket.once('connect', resolve));
    return socket;
  }

  it('is asked on again', async () => {
    let heads: readonly string[] = [];
    const port = await listening(net.createServer((peer) => (heads = answer(peer, EMPTY))));
    const socket = await connected(port);
    const connection = await openConnection('ws://name.example', { socket, auth: AUTH, logger: {} });
    expect(heads).toHaveLength(2);
    await hears(connection);
    const again = openConnection('ws://name.example', {
      socket: await connected(port),
      auth: () => undefined,
    });
    await expect(again).rejects.toMatchObject({ status: 401 });
  });

  itNeeds(opensslNeed(), 'is asked on again under the TLS that was laid over it', async () => {
    const certificate = selfSigned();
    let heads: readonly string[] = [];
    const port = await listening(tls.createServer(certificate, (peer) => (heads = answer(peer, EMPTY))));
    const socket = await connected(port);
    const options = { socket, auth: AUTH, tls: { ca: certificate.cert }, logger: {} };
    const connection = await openConnection('wss://localhost', options);
    expect([heads.length, connection.secure]).toEqual([2, true]);
    await hears(connection);
  });
});
