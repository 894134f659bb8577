import { getEventListeners } from 'node:events';
import { connect, HandshakeError, NegotiationError, openConnection, TimeoutError } from '../../src/index.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { freePort } from '../support/free-port.js';
import { ended, owned, startServer, watchResources } from '../support/harness.js';
import { rawServer } from '../support/raw-peer.js';
import { itNeeds } from '../support/skip.js';
import { turns, until } from '../support/turns.js';
import { unixPath } from '../support/unix-path.js';
import { VirtualTime } from 'rxwire/testing';

watchResources();

describe('what fails before it is open', () => {
  it('a refused address has the phase tcp, a text and the cause', async () => {
    const port = await freePort();
    const error = await openConnection(`ws://127.0.0.1:${port}/?token=secret`).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ phase: 'tcp', status: undefined, cause: { code: 'ECONNREFUSED' } });
    expect((error as Error).message).toContain('ECONNREFUSED');
    expect((error as Error).message).not.toContain('secret');
  });

  it('a name all of whose addresses refuse has a text that names them', async () => {
    const port = await freePort();
    const error = (await openConnection(`ws://localhost:${port}`).catch(
      (caught: unknown) => caught,
    )) as Error;
    expect(error).toMatchObject({ phase: 'tcp' });
    expect(error.message).toMatch(/ECONNREFUSED.*:\d+/);
  });

  it('a Unix path that is not there has the phase tcp', async () => {
    await expect(openConnection(`ws+unix:${unixPath('nobody.sock')}`)).rejects.toMatchObject({
      phase: 'tcp',
      cause: { code: 'ENOENT' },
    });
  });

  itNeeds(
    opensslNeed(),
    'a certificate that is not trusted, or of another name, has the phase tls',
    async () => {
      const certificate = selfSigned('other.example');
      const server = await startServer({ tls: certificate });
      await expect(openConnection(server.url)).rejects.toMatchObject({
        phase: 'tls',
        cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      });
      await expect(openConnection(server.url, { tls: { ca: certificate.cert } })).rejects.toMatchObject({
        phase: 'tls',
        cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      });
      expect(server.connections.size).toBe(0);
    },
  );

  itNeeds(opensslNeed(), 'neither side takes plain for encrypted or the other way round', async () => {
    const secure = await startServer({ tls: selfSigned() });
    await expect(openConnection(secure.url.replace('wss:', 'ws:'))).rejects.toBeInstanceOf(HandshakeError);
    const plain = await rawServer((peer) => {
      peer.stream.once('data', () =>
        peer.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'),
      );
    });
    await expect(openConnection(plain.url.replace('ws:', 'wss:'))).rejects.toMatchObject({ phase: 'tls' });
  });

  it('a server that says nothing is given handshakeTimeoutMs', async () => {
    const clock = new VirtualTime();
    const server = await rawServer();
    const opening = openConnection(server.url, { scheduler: clock, handshakeTimeoutMs: 700 });
    const outcome = opening.catch((caught: unknown) => caught);
    const peer = await server.next();
    await peer.headCame();
    clock.pass(700);
    const error = await outcome;
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({
      phase: 'http',
      code: 'RXWIRE_HANDSHAKE_TIMEOUT',
      cause: { option: 'handshakeTimeoutMs', limitMs: 700 },
    });
    expect((error as HandshakeError).cause).toBeInstanceOf(TimeoutError);
    await peer.whenEnded();
    expect(clock.pending).toBe(0);
  });

  it('a subprotocol that was not chosen is an error unless requireSubprotocol is false', async () => {
    const server = await startServer();
    await expect(openConnection(server.url, { subprotocols: ['a'] })).rejects.toBeInstanceOf(
      NegotiationError,
    );
    const connection = owned(
      await openConnection(server.url, { subprotocols: ['a'], requireSubprotocol: false }),
    );
    expect(connection.subprotocol).toBeUndefined();
  });
});

describe('signal', () => {
  const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

  it.each([{}, null, 'now', new AbortController()])('that is none is refused: %j', (signal) => {
    expect(() => connect('ws://h', { signal: signal as never })).toThrow(/option signal .* an AbortSignal/);
  });

  it('that is aborted already stops everything', async () => {
    const server = await rawServer();
    const reason = new Error('aborted');
    await expect(openConnection(server.url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(collect(connect(server.url, { signal: AbortSignal.abort(reason) })).error).toBe(reason);
    await turns(5);
    expect(server.peers).toHaveLength(0);
  });

  it('aborts the dial and leaves no listener', async () => {
    const server = await rawServer();
    const controller = new AbortController();
    const opening = openConnection(server.url, { signal: controller.signal });
    const peer = await server.next();
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    await peer.whenEnded();
    expect(listeners(controller.signal)).toBe(0);
  });

  it('closes an open connection with 1000, and leaves no listener', async () => {
    const server = await startServer();
    const controller = new AbortController();
    const opened = owned(await openConnection(server.url, { signal: controller.signal }));
    const connecting = collect(connect(server.url, { signal: controller.signal }));
    await until(() => connecting.values.length === 1);
    controller.abort();
    for (const connection of [opened, connecting.values[0]!]) {
      expect(await ended(connection)).toMatchObject({ code: 1000, wasClean: true, initiator: 'local' });
    }
    expect(listeners(controller.signal)).toBe(0);
  });

  it('shared by many at the same time has one listener, and Node no complaint', async () => {
    const server = await startServer();
    const controller = new AbortController();
    const { signal } = controller;
    const refused = Array.from({ length: 20 }, () => openConnection('ws://127.0.0.1:1', { signal }));
    expect(listeners(signal)).toBe(1);
    for (const { status } of await Promise.allSettled(refused)) expect(status).toBe('rejected');
    expect(listeners(signal)).toBe(0);
    const open = await Promise.all(
      Array.from({ length: 20 }, async () => owned(await openConnection(server.url, { signal }))),
    );
    expect(listeners(signal)).toBe(1);
    const [first, ...others] = open;
    first!.close();
    await ended(first!);
    controller.abort();
    for (const connection of others) expect(await ended(connection)).toMatchObject({ code: 1000 });
    expect(listeners(signal)).toBe(0);
  });

  it('shared by many connections has no listener once all are gone', async () => {
    const server = await startServer();
    const { signal } = new AbortController();
    for (let i = 0; i < 20; i++) {
      const connection = await openConnection(server.url, { signal });
      connection.close();
      await ended(connection);
      const connecting = collect(connect(server.url, { signal }));
      await until(() => connecting.values.length === 1);
      connecting.stop();
      await ended(connecting.values[0]!);
    }
    expect(listeners(signal)).toBe(0);
  });
});
