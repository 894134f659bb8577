import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { firstValueFrom } from 'rxjs';
import { chopDuplex } from 'rxwire/testing';
import { afterTest, startServer, watchResources } from '../support/harness.js';
import { acceptOf, KEY, requestHead } from '../support/raw-peer.js';
import { until } from '../support/turns.js';

watchResources();

/** A stream that notes what is written, in which turn, and what is done to it. */
function noting(): { inner: Duplex; pieces: string[]; turns: number[]; turn: () => void } {
  const pieces: string[] = [];
  const turns: number[] = [];
  let now = 0;
  const inner = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      pieces.push(chunk.toString());
      turns.push(now);
      done();
    },
  });
  return { inner, pieces, turns, turn: () => now++ };
}

describe('chopDuplex', () => {
  it('writes in pieces, each in a turn of its own, in order', async () => {
    const { inner, pieces, turns, turn } = noting();
    const outer = chopDuplex(inner, [2, 1]);
    outer.write('abcdef');
    outer.end('gh');
    while (!inner.writableFinished) {
      turn();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(pieces).toEqual(['ab', 'c', 'de', 'f', 'gh']);
    expect(new Set(turns.slice(0, 4)).size).toBe(4);
    outer.destroy();
  });

  it('passes on what is read, its end, and backpressure', async () => {
    const { inner } = noting();
    const outer = chopDuplex(inner, 1);
    inner.push('x'.repeat(200_000));
    inner.push('y');
    await until(() => outer.readableLength > 0 || !outer.readableFlowing);
    expect(inner.isPaused()).toBe(true);
    inner.push(null);
    const read: Buffer[] = [];
    outer.on('data', (chunk: Buffer) => read.push(chunk));
    await once(outer, 'end');
    expect(Buffer.concat(read)).toHaveLength(200_001);
    outer.destroy();
  });

  it('passes errors and destruction on, both ways', async () => {
    const a = noting();
    const outer = chopDuplex(a.inner, 1);
    const error = once(outer, 'error');
    a.inner.destroy(new Error('of the inside'));
    expect(await error).toMatchObject([{ message: 'of the inside' }]);
    expect(outer.destroyed).toBe(true);
    const b = noting();
    chopDuplex(b.inner, 1).destroy();
    await until(() => b.inner.destroyed);
  });

  it('errors with what a function of sizes gives and should not', async () => {
    const { inner } = noting();
    const outer = chopDuplex(inner, () => 0);
    const error = once(outer, 'error');
    outer.write('a');
    expect(await error).toMatchObject([{ name: 'RangeError' }]);
    expect(() => chopDuplex(inner, 0)).toThrow(RangeError);
  });

  it('lets a server be opened and talked to octet by octet', async () => {
    const server = await startServer();
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    const socket = net.connect({ host: '127.0.0.1', port: Number(new URL(server.url).port), noDelay: true });
    afterTest(() => socket.destroy());
    const outer = chopDuplex(socket, 1);
    let text = '';
    outer.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    outer.write(requestHead());
    await until(() => text.includes('\r\n\r\n'), 'the head comes');
    expect(text).toContain(acceptOf(KEY));
    const accepted = firstValueFrom(server.connections$, { defaultValue: undefined });
    outer.write(Buffer.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69));
    await until(() => text.endsWith('\x81\x02hi'), 'the echo comes');
    outer.destroy();
    await server.close();
    await accepted;
  });

  it('can stand between node:http and a client', async () => {
    const { request } = http;
    const plain = http.createServer((_, response) => response.end('hello'));
    const front = net.createServer((socket) => plain.emit('connection', chopDuplex(socket, 3)));
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    afterTest(() => {
      plain.close();
      return new Promise((resolve) => front.close(resolve));
    });
    const { port } = front.address() as net.AddressInfo;
    const sent = request({ host: '127.0.0.1', port, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [http.IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    expect(body).toBe('hello');
  });
});
