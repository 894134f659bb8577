import net from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import tls from 'node:tls';
import { SocketTransport } from '../../src/transport/socket-transport.js';
import { selfSigned, opensslNeed } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { afterTest, watchResources } from '../support/harness.js';
import { describeNeeds } from '../support/skip.js';
import { turns, until } from '../support/turns.js';
import { unixPath } from '../support/unix-path.js';

watchResources();

interface Ends {
  readonly near: net.Socket;
  readonly far: net.Socket;
}

async function connectOver(
  server: net.Server,
  where: net.ListenOptions,
  dial: (address: net.ListenOptions) => net.Socket,
  event: string,
): Promise<Ends> {
  let near: net.Socket | undefined;
  server.on(event, (socket: net.Socket) => (near = socket));
  await new Promise<void>((resolve) => server.listen(where, resolve));
  const address = server.address();
  const far = dial(
    typeof address === 'string'
      ? { path: address }
      : { host: '127.0.0.1', port: (address as net.AddressInfo).port },
  );
  far.on('error', () => undefined);
  afterTest(() => new Promise((resolve) => server.close(resolve)));
  afterTest(() => {
    near?.destroy();
    far.destroy();
  });
  await until(() => near !== undefined && !far.connecting);
  return { near: near!, far };
}

const options = { allowHalfOpen: true };
const overTcp = (): Promise<Ends> =>
  connectOver(
    net.createServer(options),
    { host: '127.0.0.1', port: 0 },
    (to) => net.connect({ ...to, ...options } as net.NetConnectOpts),
    'connection',
  );

function watch(transport: SocketTransport): { closes: unknown[]; drains: number } {
  const seen = { closes: [] as unknown[], drains: 0 };
  transport.listen({ onDrain: () => seen.drains++, onClose: (error) => seen.closes.push(error) });
  return seen;
}

function exchanges(
  name: string,
  make: () => Promise<Ends>,
  expected: { secure: boolean; releasesWrites: boolean },
): void {
  describe(name, () => {
    it('carries bytes both ways and knows what it is', async () => {
      const { near, far } = await make();
      const transport = new SocketTransport(near);
      expect(transport).toMatchObject(expected);
      const seen = collect(transport.bytes$);
      const back: Buffer[] = [];
      far.on('data', (chunk: Buffer) => back.push(chunk));
      far.write('ping');
      await until(() => seen.values.length > 0);
      let taken = 0;
      transport.write(Buffer.from('po'), () => taken++);
      transport.writeAll([Buffer.from('n'), Buffer.from('g')], () => taken++);
      await until(() => Buffer.concat(back).toString() === 'pong' && taken === 2);
    });

    it('begins with the bytes that were read already', async () => {
      const { near, far } = await make();
      const transport = new SocketTransport(near, Buffer.from('head'));
      const seen = collect(transport.bytes$);
      expect(Buffer.concat(seen.values).toString()).toBe('head');
      far.write('then');
      await until(() => Buffer.concat(seen.values).toString() === 'headthen');
    });

    it('completes when the peer ends its side, and can still write', async () => {
      const { near, far } = await make();
      const transport = new SocketTransport(near);
      const { closes } = watch(transport);
      const seen = collect(transport.bytes$);
      far.end('last');
      await until(() => seen.done);
      expect(seen).toMatchObject({ error: undefined });
      const back: Buffer[] = [];
      far.on('data', (chunk: Buffer) => back.push(chunk));
      transport.write(Buffer.from('reply'));
      transport.end();
      transport.end();
      await until(() => closes.length === 1);
      expect(closes).toEqual([undefined]);
      expect(Buffer.concat(back).toString()).toBe('reply');
    });

    it('pauses and resumes', async () => {
      const { near, far } = await make();
      const transport = new SocketTransport(near);
      const seen = collect(transport.bytes$);
      transport.pause();
      far.write('x');
      await turns(50);
      const before = seen.values.length;
      for (let i = 0; i < 20; i++) far.write('y'.repeat(1000));
      await turns(50);
      expect(seen.values.length).toBe(before);
      transport.resume();
      await until(() => Buffer.concat(seen.values).length === 20_001);
    });

    it('tells once that it is destroyed, and completes what is subscribed later', async () => {
      const { near } = await make();
      const transport = new SocketTransport(near);
      const { closes } = watch(transport);
      transport.destroy();
      transport.destroy();
      transport.write(Buffer.from('late'));
      transport.end();
      await until(() => closes.length > 0);
      await turns();
      expect(closes).toEqual([undefined]);
      expect(collect(transport.bytes$).done).toBe(true);
    });
  });
}

describe('SocketTransport', () => {
  exchanges('over TCP', overTcp, { secure: false, releasesWrites: true });
  exchanges(
    'over a Unix socket',
    () =>
      connectOver(
        net.createServer(options),
        { path: unixPath() },
        (to) => net.connect({ ...to, ...options } as net.NetConnectOpts),
        'connection',
      ),
    { secure: false, releasesWrites: true },
  );
  describeNeeds(opensslNeed(), 'over TLS', () => {
    const certificate = selfSigned();
    exchanges(
      'with a certificate',
      () =>
        connectOver(
          tls.createServer({ ...certificate, ...options }),
          { host: '127.0.0.1', port: 0 },
          (to) => tls.connect({ ...to, ca: certificate.cert, ...options } as tls.ConnectionOptions),
          'secureConnection',
        ),
      { secure: true, releasesWrites: false },
    );
  });

  it('takes any Duplex, and does not lend it the slab', async () => {
    const out = new PassThrough();
    const into = new PassThrough();
    const stream = Duplex.from({ readable: into, writable: out });
    const transport = new SocketTransport(stream);
    expect(transport).toMatchObject({ secure: false, releasesWrites: false, remoteAddress: undefined });
    const seen = collect(transport.bytes$);
    into.write('in');
    await until(() => seen.values.length === 1);
    transport.write(Buffer.from('out'));
    await until(() => out.readableLength > 0);
    transport.destroy();
    await until(() => seen.done);
  });

  it('errors with the reason when the peer resets, and survives a reset nobody is subscribed for', async () => {
    const { near, far } = await overTcp();
    const transport = new SocketTransport(near);
    const { closes } = watch(transport);
    const seen = collect(transport.bytes$);
    far.resetAndDestroy();
    await until(() => closes.length === 1);
    expect(seen.error).toMatchObject({ code: 'ECONNRESET' });
    expect(closes).toEqual([seen.error]);
    const lone = await overTcp();
    const silent = new SocketTransport(lone.near);
    const listened = watch(silent);
    lone.far.resetAndDestroy();
    lone.near.resume();
    await until(() => listened.closes.length === 1);
    expect(collect(silent.bytes$).error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('tells of a stream that was destroyed before', async () => {
    const stream = new PassThrough();
    stream.destroy();
    await turns(1);
    const { closes } = watch(new SocketTransport(stream));
    await until(() => closes.length === 1);
  });

  it('reads on when unsubscribed, so that the end is still seen', async () => {
    const { near, far } = await overTcp();
    const transport = new SocketTransport(near);
    const { closes } = watch(transport);
    const seen = collect(transport.bytes$);
    seen.stop();
    far.end('x'.repeat(500_000));
    transport.end();
    await until(() => closes.length === 1);
    expect(seen.values).toEqual([]);
  });

  it('asks for a pause in writing and tells when it may go on', async () => {
    const { near, far } = await overTcp();
    const transport = new SocketTransport(near);
    const seen = watch(transport);
    far.pause();
    while (!transport.needsDrain) transport.write(Buffer.alloc(1_000_000));
    expect(transport.bufferedBytes).toBeGreaterThan(0);
    far.resume();
    await until(() => seen.drains > 0);
    expect(transport.needsDrain).toBe(false);
  });
});
