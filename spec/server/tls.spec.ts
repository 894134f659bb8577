import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { firstValueFrom } from 'rxjs';
import { openServer } from '../../src/index.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, startClient, startServer, watchResources } from '../support/harness.js';
import { requestHead } from '../support/raw-peer.js';
import { describeNeeds } from '../support/skip.js';
import { turns, until } from '../support/turns.js';

watchResources();

const LOCAL = { host: '127.0.0.1' };

describeNeeds(opensslNeed(), 'over TLS', () => {
  const certificate = selfSigned();

  it('accepts those who trust the certificate', async () => {
    const server = await startServer({ tls: certificate });
    expect(server.url).toMatch(/^wss:/);
    const arrival = firstValueFrom(server.connections$);
    const client = await startClient(server.url, { tls: { ca: certificate.cert } });
    const accepted = await arrival;
    expect([client.secure, accepted.secure]).toEqual([true, true]);
    const seen = collect(client.messages$);
    accepted.messages$.subscribe(accepted.outbox);
    const sent = Array.from({ length: 200 }, (_, i) => `${i}:${'x'.repeat((i * 331) % 9000)}`);
    for (const data of sent) client.send(data);
    client.send(Buffer.alloc(500_000, 7));
    await until(() => seen.values.length === 201);
    expect(seen.values.slice(0, 200).map(({ data }) => data)).toEqual(sent);
    expect(Buffer.from(seen.values[200]!.data as Uint8Array).equals(Buffer.alloc(500_000, 7))).toBe(true);
    client.close(4000);
    expect(await ended(accepted)).toMatchObject({ code: 4000, wasClean: true });
  });

  it.each<[string, tls.TlsOptions, tls.ConnectionOptions]>([
    [
      'a certificate for a name',
      {
        SNICallback: (name, done) => {
          if (name === 'bad.example') throw new Error('mine');
          done(null);
        },
      },
      { servername: 'bad.example' },
    ],
    [
      'a protocol',
      {
        ALPNCallback: ({ protocols }) => {
          if (protocols.includes('bad')) throw new Error('mine');
          return protocols[0];
        },
      },
      { ALPNProtocols: ['bad'] },
    ],
  ])('loses only the client for whom a function of yours throws that chooses %s', async (_, hooks, bad) => {
    const server = await startServer({ tls: { ...certificate, ...hooks } });
    const good = await startClient(server.url, { tls: { ca: certificate.cert } });
    const { port } = server.address as AddressInfo;
    const options = { port, host: '127.0.0.1', ca: certificate.cert, ...bad };
    const socket = tls.connect({ ...options, checkServerIdentity: () => undefined });
    afterTest(() => socket.destroy());
    socket.on('error', () => undefined);
    await until(() => socket.closed, 'the socket is closed');
    await startClient(server.url, { tls: { ca: certificate.cert } });
    expect(good.state).toBe('open');
    expect(server.connections.size).toBe(2);
  });

  it('closes within handshakeTimeoutMs a client that does not even begin TLS', async () => {
    const server = await startServer({ tls: certificate, handshakeTimeoutMs: 100 });
    const socket = net.connect((server.address as AddressInfo).port, '127.0.0.1');
    afterTest(() => socket.destroy());
    socket.on('error', () => undefined);
    await until(() => socket.closed, 'the silent socket is closed');
  });

  it('does not wait for such a client when it closes', async () => {
    const server = await openServer({ ...LOCAL, tls: certificate });
    const socket = net.connect((server.address as AddressInfo).port, '127.0.0.1');
    afterTest(() => socket.destroy());
    socket.on('error', () => undefined);
    await until(() => !socket.connecting);
    await turns(20);
    await server.close();
    await until(() => socket.closed);
  });

  it('survives a client that speaks plain HTTP, garbage, or leaves within the handshake', async () => {
    const server = await startServer({ tls: certificate });
    const { port } = server.address as AddressInfo;
    for (const bytes of [requestHead(), '\x16\x03\x01', Buffer.alloc(2000, 0xff)]) {
      const socket = net.connect(port, '127.0.0.1');
      afterTest(() => socket.destroy());
      socket.on('error', () => undefined);
      socket.end(bytes as never);
      await until(() => socket.closed || socket.readableEnded || socket.destroyed);
      socket.destroy();
    }
    await startClient(server.url, { tls: { ca: certificate.cert } });
  });
});
