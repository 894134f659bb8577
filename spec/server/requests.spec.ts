import { collect } from '../support/collect.js';
import { ended, startServer, watchResources } from '../support/harness.js';
import { dialRaw, openRaw, requestHead } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { PING, TEXT } from '../support/wire-frames.js';

watchResources();

describe('the answer to a request', () => {
  it('refusals are told in rejections$, with status and headers, and each socket is closed', async () => {
    const server = await startServer();
    const rejections = collect(server.rejections$);
    for (const text of [
      requestHead().replace('GET', 'POST'),
      requestHead().replace('Version: 13', 'Version: 12'),
      requestHead().replace('Upgrade: websocket\r\n', ''),
    ]) {
      const peer = await dialRaw(server.url);
      peer.write(text);
      await peer.whenEnded();
    }
    await until(() => rejections.values.length === 3);
    expect(rejections.values.map(({ status, phase }) => [status, phase])).toEqual([
      [405, 'http'],
      [426, 'http'],
      [426, 'http'],
    ]);
    expect(rejections.values[1]!.headers).toMatchObject({ 'sec-websocket-version': '13, 8' });
  });
});

describe('the octets of a request', () => {
  it('may be cut into two chunks anywhere', async () => {
    const server = await startServer();
    const connections = collect(server.connections$);
    const head = Buffer.from(requestHead());
    for (let i = 1; i < head.length; i++) {
      const peer = await dialRaw(server.url);
      peer.write(head.subarray(0, i));
      await turns(1);
      peer.write(head.subarray(i));
      expect((await peer.headCame()).slice(0, 12)).toBe('HTTP/1.1 101');
      peer.stream.destroy();
    }
    expect(connections.values).toHaveLength(head.length - 1);
    for (const connection of connections.values) expect((await ended(connection)).code).toBe(1006);
  });

  it('may end with a reset anywhere, and the server goes on', async () => {
    const server = await startServer();
    const head = Buffer.concat([
      Buffer.from(requestHead()),
      Buffer.from('818100000000618981000000006288820000000003e8', 'hex'),
    ]);
    for (let i = 0; i <= head.length; i++) {
      const peer = await dialRaw(server.url);
      peer.write(head.subarray(0, i));
      if (i % 3 > 0) await turns(i % 3);
      peer.reset();
    }
    await openRaw(server.url);
    await until(() => server.connections.size === 1, 'the cut ones are forgotten');
  });

  it('may be followed by frames in the same chunk, which are the first messages', async () => {
    const server = await startServer();
    const connections = collect(server.connections$);
    const peer = await dialRaw(server.url);
    const frames = ['a', 'b'].map((data) => peer.frame(TEXT, data));
    peer.write(Buffer.concat([Buffer.from(requestHead()), ...frames, peer.frame(PING, 'p')]));
    expect((await peer.next()).payload.toString()).toBe('p');
    const seen = collect(connections.values[0]!.messages$);
    await until(() => seen.values.length === 2);
    expect(seen.values.map(({ data }) => data)).toEqual(['a', 'b']);
  });

  it('behind them, a second request is frames, and fails with 1002', async () => {
    const server = await startServer();
    const peer = await dialRaw(server.url);
    peer.write(requestHead() + requestHead());
    expect((await peer.next()).payload.readUInt16BE(0)).toBe(1002);
  });

  it('may be followed by the end of the stream', async () => {
    const server = await startServer();
    const connections = collect(server.connections$);
    const peer = await dialRaw(server.url);
    peer.stream.end(requestHead());
    await until(() => connections.values.length === 1 && connections.values[0]!.state === 'closed');
    expect((await ended(connections.values[0]!)).code).toBe(1006);
    await peer.whenEnded();
  });

  it('of a broken first frame in the chunk that completes the head fail that connection only', async () => {
    const server = await startServer();
    const peer = await dialRaw(server.url);
    peer.write(Buffer.concat([Buffer.from(requestHead()), Buffer.from('a18000000000', 'hex')]));
    expect((await peer.next()).payload.readUInt16BE(0)).toBe(1002);
    await openRaw(server.url);
  });

  it('of 1 MB without an end are cut at 16 KiB', async () => {
    const server = await startServer();
    const peer = await dialRaw(server.url);
    peer.write(`GET / HTTP/1.1\r\nX: ${'a'.repeat(1_000_000)}`);
    await peer.whenEnded();
    expect(peer.head).toMatch(/^HTTP\/1\.1 431/);
  });
});

describe('handshakeTimeoutMs', () => {
  for (const [name, bytes] of [
    ['nothing', ''],
    ['half a head', requestHead().slice(0, 60)],
  ] as const) {
    it(`closes a client that sends ${name}`, async () => {
      const server = await startServer({ handshakeTimeoutMs: 100 });
      const peer = await dialRaw(server.url);
      peer.write(bytes);
      await peer.whenEnded();
      expect(server.connections.size).toBe(0);
    });
  }

  it('closes a client that sends its head an octet at a time, and never comes to the end', async () => {
    const server = await startServer({ handshakeTimeoutMs: 100 });
    const peer = await dialRaw(server.url);
    peer.write(requestHead().slice(0, -4));
    for (let i = 0; i < 20_000 && !peer.ended && !peer.closed; i++) {
      peer.write('a');
      await turns(3);
    }
    expect(peer.head).toMatch(/^HTTP\/1\.1 (408|431) /);
    expect(server.connections.size).toBe(0);
  });

  it('does not touch a connection that is open', async () => {
    const server = await startServer({ handshakeTimeoutMs: 50 });
    const open = await openRaw(server.url);
    const slow = await dialRaw(server.url);
    await slow.whenEnded();
    expect(open.ended).toBe(false);
    expect(server.connections.size).toBe(1);
  });
});
