import http2, { type ClientHttp2Stream, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Http2Transport } from '../../src/transport/http2-transport.js';
import { collect } from '../support/collect.js';
import { afterTest, watchResources } from '../support/harness.js';
import { turns, until } from '../support/turns.js';

watchResources();

/** Both ends of one stream, each as a transport. */
async function pair(): Promise<{ near: Http2Transport; far: Http2Transport; stream: ClientHttp2Stream }> {
  const server = http2.createServer();
  const streams: ServerHttp2Stream[] = [];
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    streams.push(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stream = session.request({ ':method': 'POST' });
  afterTest(async () => {
    session.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  await until(() => streams.length === 1);
  return { near: new Http2Transport(stream), far: new Http2Transport(streams[0]!), stream };
}

/** What becomes of a transport. */
function watched(transport: Http2Transport): {
  chunks: () => string;
  completed: () => boolean;
  closed: (Error | undefined)[];
} {
  const seen = collect(transport.bytes$);
  const closed: (Error | undefined)[] = [];
  transport.listen({ onDrain: () => undefined, onClose: (error) => void closed.push(error) });
  return { chunks: () => Buffer.concat(seen.values).toString(), completed: () => seen.done, closed };
}

describe('Http2Transport', () => {
  it('carries bytes both ways, and knows where it is', async () => {
    const { near, far } = await pair();
    const [here, there] = [watched(near), watched(far)];
    near.write(Buffer.from('to there'));
    far.writeAll([Buffer.from('to '), Buffer.from('here')]);
    await until(() => there.chunks() === 'to there' && here.chunks() === 'to here');
    for (const transport of [near, far]) {
      expect(transport).toMatchObject({
        secure: false,
        multiplexed: true,
        releasesWrites: false,
        remoteAddress: '127.0.0.1',
        localAddress: '127.0.0.1',
      });
    }
    near.destroy();
    await until(() => there.closed.length === 1);
    expect(far.remoteAddress).toBe('127.0.0.1');
  });

  it('ends a side at a time', async () => {
    const { near, far } = await pair();
    const [here, there] = [watched(near), watched(far)];
    near.write(Buffer.from('last'));
    near.end();
    await until(there.completed);
    expect([there.chunks(), there.closed, here.completed()]).toEqual(['last', [], false]);
    far.write(Buffer.from('still'));
    far.end();
    await until(() => here.closed.length === 1 && there.closed.length === 1);
    expect([here.chunks(), here.closed, there.closed]).toEqual(['still', [undefined], [undefined]]);
  });

  it('tells the other side of a reset, and has no error of its own', async () => {
    const { near, far } = await pair();
    const [here, there] = [watched(near), watched(far)];
    far.destroy();
    await until(() => here.closed.length === 1 && there.closed.length === 1);
    expect(there.closed).toEqual([undefined]);
    expect(here.closed[0]?.message).toBe('the HTTP/2 stream was reset with CANCEL');
  });

  it('takes no more than its window while it is paused', async () => {
    const { near, far } = await pair();
    const there = watched(far);
    watched(near);
    far.pause();
    near.write(Buffer.alloc(1024 * 1024));
    await turns(50);
    expect(near.needsDrain).toBe(true);
    expect(near.bufferedBytes).toBe(1024 * 1024);
    expect(there.chunks().length).toBeLessThanOrEqual(128 * 1024);
    far.resume();
    await until(() => near.bufferedBytes === 0 && there.chunks().length === 1024 * 1024);
    near.destroy();
  });
});
