import { once } from 'node:events';
import { constants, type Settings } from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import { type ClientOptions, connect, openConnection } from '../../../src/index.js';
import { opensslNeed, selfSigned } from '../../support/certificate.js';
import { afterTest, startClient, startServer, watchResources } from '../../support/harness.js';
import { describeNeeds } from '../../support/skip.js';
import { until } from '../../support/turns.js';
import { honest, rawProxy } from '../../support/raw-proxy.js';
import { type OnStream, type ScriptedHttp2, scriptedHttp2 } from './servers.js';

watchResources();

describe('the option http2', () => {
  it.each<[ClientOptions, RegExp]>([
    [{ http2: 'yes' as never }, /option http2 is 'yes', expected false, true, 'only'/],
    [{ http2: 1 as never }, /http2/],
    [{ http2: true, version: 8 }, /version is 8 beside http2/],
    [{ http2: true, tls: { ALPNProtocols: ['h2'] } }, /tls\.ALPNProtocols is given beside http2/],
  ])('is not %j', (options, says) => {
    expect(() => connect('wss://127.0.0.1', options)).toThrow(says);
  });
});

describeNeeds(opensslNeed(), 'a server of HTTP/2 that opens WebSockets over HTTP/1.1', () => {
  const certificate = selfSigned();
  const ca = { ca: certificate.cert };

  const bilingual = (
    onStream: OnStream,
    settings: Settings = { enableConnectProtocol: true },
  ): Promise<ScriptedHttp2> => scriptedHttp2(onStream, settings, certificate);

  it.each([
    ['its settings do not have it', undefined, {}],
    [
      'it requires HTTP/1.1 of the stream',
      constants.NGHTTP2_HTTP_1_1_REQUIRED,
      { enableConnectProtocol: true },
    ],
  ] as const)('is dialled once more, for HTTP/1.1 alone, where %s', async (_, code, settings) => {
    const server = await bilingual((stream) => {
      stream.close(code);
    }, settings);
    const client = await startClient(`${server.url}/a`, {
      tls: ca,
      http2: true,
      headers: { 'X-Mine': 'yes' },
    });
    expect(client.request.method).toBe('GET');
    expect(server.upgrades).toHaveLength(1);
    expect(server.upgrades[0]).toMatch(/^GET \/a HTTP\/1\.1\r\n[^]*X-Mine: yes/);
    await until(() => server.sessions.every((session) => session.destroyed), 'the session ends');
  });

  it('is asked with a new socket of a function, and of a socket that is given not at all', async () => {
    const server = await bilingual(() => undefined, {});
    let dials = 0;
    const dialled = async (): Promise<net.Socket> => {
      dials++;
      const socket = net.connect(server.port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    };
    const client = await startClient('wss://localhost', { tls: ca, http2: true, dial: dialled });
    expect([client.request.method, dials]).toEqual(['GET', 2]);
    const socket = await dialled();
    await expect(openConnection('wss://localhost', { tls: ca, http2: true, socket })).rejects.toMatchObject({
      phase: 'http',
      message: expect.stringContaining('ENABLE_CONNECT_PROTOCOL') as string,
    });
    await until(() => socket.destroyed);
  });

  it('is an error where nothing else may be spoken, also when it speaks HTTP/1.1 after all', async () => {
    const server = await bilingual(() => undefined, {});
    await expect(openConnection(server.url, { tls: ca, http2: 'only' })).rejects.toMatchObject({
      name: 'HandshakeError',
      phase: 'http',
    });
    const mute = await new Promise<tls.Server>((resolve) => {
      const listening = tls.createServer({ ...certificate }, (socket) => {
        socket.on('error', () => undefined);
      });
      listening.listen(0, '127.0.0.1', () => {
        resolve(listening);
      });
    });
    afterTest(() => new Promise((resolve) => mute.close(resolve)));
    const { port } = mute.address() as net.AddressInfo;
    await expect(openConnection(`wss://127.0.0.1:${port}`, { tls: ca, http2: 'only' })).rejects.toMatchObject(
      {
        name: 'HandshakeError',
        phase: 'tls',
        message: expect.stringContaining('did not choose HTTP/2') as string,
      },
    );
  });

  it('is not asked again for what it has refused', async () => {
    const server = await bilingual((stream) => {
      stream.respond({ ':status': 403 }, { endStream: true });
    });
    await expect(openConnection(server.url, { tls: ca, http2: true })).rejects.toMatchObject({ status: 403 });
    expect([server.asked.length, server.upgrades.length]).toEqual([1, 0]);
  });

  it('is reached through a proxy, which is asked once more, too', async () => {
    const proxy = await rawProxy(honest());
    const willing = await startServer({ tls: certificate, http2: true });
    const options = { tls: ca, http2: true, proxy: `http://127.0.0.1:${proxy.port}` } as const;
    expect((await startClient(willing.url, options)).request.method).toBe('CONNECT');
    expect(proxy.heads).toHaveLength(1);
    const unwilling = await bilingual(() => undefined, {});
    expect((await startClient(unwilling.url, options)).request.method).toBe('GET');
    expect(proxy.heads).toHaveLength(3);
  });
});
