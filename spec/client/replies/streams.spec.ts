import { once } from 'node:events';
import net from 'node:net';
import type { HandshakeError } from '../../../src/index.js';
import { openConnection, WebSocketError } from '../../../src/index.js';
import { VirtualTime } from '../../../src/testing/index.js';
import { ended, watchResources } from '../../support/harness.js';
import { rawServer } from '../../support/raw-peer.js';
import { turns, until } from '../../support/turns.js';
import { reply } from './row.js';

watchResources();

const STALLED = 'HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nhalf';

describe('a reply that does not open', () => {
  it('is not read on for ever: 1 MiB of the body is kept', async () => {
    const server = await rawServer((peer) => {
      void peer.headCame().then(() => {
        peer.write('HTTP/1.1 503 Busy\r\n\r\n');
        const chunk = Buffer.alloc(100_000, 'x');
        const more = (error?: Error | null): void => {
          if (!error && !peer.stream.destroyed) peer.stream.write(chunk, more);
        };
        more();
      });
    });
    const error = (await openConnection(server.url).catch((caught: unknown) => caught)) as HandshakeError;
    expect(error).toMatchObject({ status: 503 });
    expect(error.body).toHaveLength(1024 * 1024);
    await server.peers[0]!.whenEnded();
  });

  it('keeps its status when the body stalls until handshakeTimeoutMs', async () => {
    const clock = new VirtualTime();
    const server = await rawServer((peer) => {
      void peer.headCame().then(() => peer.write(STALLED));
    });
    const socket = net.connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const outcome = openConnection(server.url, { scheduler: clock, socket }).catch(
      (caught: unknown) => caught,
    );
    await until(() => socket.bytesRead === STALLED.length, 'the answer has come');
    await turns(2);
    clock.pass(10_000);
    const error = (await outcome) as HandshakeError;
    expect(error).toMatchObject({ phase: 'http', status: 503 });
    expect(Buffer.from(error.body!).toString()).toBe('half');
  });

  it('of 1000 interim answers and nothing more is given handshakeTimeoutMs', async () => {
    const clock = new VirtualTime();
    const server = await rawServer((peer) => {
      void peer.headCame().then(() => peer.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)));
    });
    const outcome = openConnection(server.url, { scheduler: clock }).catch((caught: unknown) => caught);
    await (await server.next()).headCame();
    clock.pass(10_000);
    expect(await outcome).toMatchObject({ code: 'RXWIRE_HANDSHAKE_TIMEOUT' });
  });
});

describe('a reply that opens', () => {
  it('may be cut into two chunks anywhere', async () => {
    const server = await rawServer();
    const length = 129;
    for (let i = 1; i < length; i++) {
      const opening = openConnection(server.url);
      const peer = await server.next();
      const head = await peer.headCame();
      const bytes = Buffer.from(reply()(head), 'latin1');
      expect(bytes).toHaveLength(length);
      peer.write(bytes.subarray(0, i));
      await new Promise((resolve) => setImmediate(resolve));
      peer.write(bytes.subarray(i));
      const connection = await opening;
      connection.terminate();
    }
  });

  it('may be reset anywhere: an error before it is open, 1006 after', async () => {
    const server = await rawServer();
    for (let i = 0; i <= 129; i += 3) {
      const opening = openConnection(server.url).catch((caught: unknown) => caught);
      const peer = await server.next();
      const head = await peer.headCame();
      peer.write(reply()(head).slice(0, i));
      await new Promise((resolve) => setImmediate(resolve));
      peer.reset();
      const outcome = await opening;
      if (outcome instanceof WebSocketError) expect(outcome).toMatchObject({ phase: 'http' });
      else expect(await ended(outcome as never)).toMatchObject({ code: 1006 });
    }
  });
});
