import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { NEVER } from 'rxjs';
import { VirtualTime } from 'rxwire/testing';
import { attach, type ServerOptions, upgrade } from '../../src/index.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { afterTest, startServer, watchResources } from '../support/harness.js';
import { dialRaw, type RawPeer } from '../support/raw-peer.js';
import { describeNeeds } from '../support/skip.js';
import { turns, until } from '../support/turns.js';
import { replyOf, requestFor } from './requesting.js';

watchResources();

const LIMIT = 10_000;

interface Waiting {
  readonly clock: VirtualTime;
  /** How many are being decided about. */
  asked(): number;
  readonly options: ServerOptions;
}

function waiting(): Waiting {
  const clock = new VirtualTime();
  let count = 0;
  const authorize = (): typeof NEVER => {
    count++;
    return NEVER;
  };
  const options = { scheduler: clock, handshakeTimeoutMs: LIMIT, logger: {}, authorize };
  return { clock, options, asked: () => count };
}

async function bound(server: net.Server, scheme = 'ws'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => server.close());
  return `${scheme}://127.0.0.1:${String((server.address() as net.AddressInfo).port)}`;
}

/** Lets a client wait for `beforeMs` before it asks, and then so long that it has had its time, to the millisecond. */
async function expectOneTime({ clock, asked }: Waiting, url: string, beforeMs: number): Promise<void> {
  const peer: RawPeer = await dialRaw(url);
  await turns(20);
  clock.pass(beforeMs);
  peer.write(requestFor('/'));
  await until(() => asked() === 1);
  clock.pass(LIMIT - beforeMs - 1);
  await turns(20);
  expect(peer.head).toBe('');
  clock.pass(1);
  const reply = await replyOf(peer);
  expect(reply.status).toBe(503);
  expect(reply.body).toBe('authorize did not decide in time: the opening handshake has 10000 ms\n');
}

describe('handshakeTimeoutMs is one time for the request and for authorize', () => {
  it.each([0, 1, 6000, LIMIT - 1])(
    'of a server of our own, %i ms of which the client has taken',
    async (ms) => {
      const all = waiting();
      const server = await startServer(all.options);
      await expectOneTime(all, server.url, ms);
    },
  );

  it('of a server of node:net', async () => {
    const all = waiting();
    const given = net.createServer();
    await startServer({ ...all.options, server: given });
    await expectOneTime(all, await bound(given), 6000);
  });

  it('of a socket that is upgraded', async () => {
    const all = waiting();
    const options = { ...all.options, role: 'server' } as const;
    const url = await bound(net.createServer((socket) => upgrade(socket, options)));
    await expectOneTime(all, url, 6000);
  });

  it('from the request on where others have read it', async () => {
    const all = waiting();
    const web = http.createServer();
    const url = await bound(web);
    const endpoint = attach(web, all.options);
    afterTest(() => endpoint.close());
    await expectOneTime(all, url, 0);
  });
});

describeNeeds(
  opensslNeed(),
  'handshakeTimeoutMs over TLS is one time for the request and for authorize',
  () => {
    const certificate = selfSigned();

    it('of a server of our own, behind the handshake of TLS', async () => {
      const all = waiting();
      const server = await startServer({ ...all.options, tls: certificate });
      await expectOneTime(all, server.url, 6000);
    });

    it('of a server of node:tls', async () => {
      const all = waiting();
      const given = tls.createServer(certificate);
      await startServer({ ...all.options, server: given });
      await expectOneTime(all, await bound(given, 'wss'), 6000);
    });
  },
);
