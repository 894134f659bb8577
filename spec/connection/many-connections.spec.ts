import { collect } from '../support/collect.js';
import { FakeTransport } from '../support/fake-transport.js';
import { startServer, watchResources } from '../support/harness.js';
import { connectionOver, profileOf } from '../support/memory-peer.js';
import { openRaw } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { WireReader, wireFrame } from 'rxwire/testing';
import { PING, TEXT, ZERO_KEY } from '../support/wire-frames.js';

watchResources();

const masked = (text: string): Buffer => wireFrame({ opcode: TEXT, payload: text, key: ZERO_KEY });

describe('the connections of one server', () => {
  it('do not mix what each of them sends an octet at a time', async () => {
    const server = await startServer();
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    const peers = [];
    for (let i = 0; i < 12; i++) peers.push(await openRaw(server.url));
    const talks = peers.map((peer, i) =>
      Buffer.concat([
        peer.frame(TEXT, `whole ${i}`, { key: [i, 1, 2, 3] }),
        peer.frame(TEXT, `grü${i}`, { fin: false, key: [9, i, 9, 9] }),
        peer.frame(PING, `p${i}`),
        peer.frame(0, 'ße', { key: [1, 2, i, 4] }),
      ]),
    );
    const longest = Math.max(...talks.map((talk) => talk.length));
    for (let at = 0; at < longest; at++) {
      peers.forEach((peer, i) => {
        peer.write(talks[i]!.subarray(at, at + 1));
      });
      await turns(1);
    }
    for (const [i, peer] of peers.entries()) {
      const frames = [await peer.next(), await peer.next(), await peer.next()];
      expect(frames.map(({ payload }) => payload.toString())).toEqual([`whole ${i}`, `p${i}`, `grü${i}ße`]);
    }
  });

  it('do not mix when octets of one arrive while another hands out a message', async () => {
    const profile = profileOf('server');
    const transports = [new FakeTransport(), new FakeTransport(), new FakeTransport()];
    const connections = transports.map((transport) => connectionOver('server', transport, {}, profile));
    const seen = connections.map((connection) => collect(connection.messages$));
    let depth = 0;
    connections.forEach((connection, i) => {
      connection.messages$.subscribe(({ data }) => {
        connection.send(`${i} saw ${String(data)}`);
        if (depth++ > 20) return;
        const next = transports[(i + 1) % 3]!;
        const bytes = Buffer.concat([masked(`a${depth}`), masked(`b${depth}`)]);
        next.incoming.next(bytes.subarray(0, 5));
        next.incoming.next(bytes.subarray(5));
      });
    });
    transports[0]!.incoming.next(Buffer.concat([masked('first'), masked('second'), masked('third')]));
    await turns(2);
    transports.forEach((transport, i) => {
      const sent = new WireReader().push(transport.written).map(({ payload }) => payload.toString());
      expect(sent).toEqual(seen[i]!.values.map(({ data }) => `${i} saw ${String(data)}`));
      expect(connections[i]!.state).toBe('open');
    });
    const all = seen.flatMap(({ values }) => values.map(({ data }) => String(data)));
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(expect.arrayContaining(['first', 'second', 'third']));
  });

  it('fail alone: a broken frame of one, in the middle of a message of another', async () => {
    const profile = profileOf('server');
    const transports = [new FakeTransport(), new FakeTransport()];
    const connections = transports.map((transport) => connectionOver('server', transport, {}, profile));
    const seen = connections.map((connection) => collect(connection.messages$));
    const long = masked('x'.repeat(1000));
    transports[0]!.incoming.next(Buffer.from(long.subarray(0, 500)));
    transports[1]!.incoming.next(Buffer.from('838000000000', 'hex'));
    transports[0]!.incoming.next(Buffer.from(long.subarray(500)));
    transports[0]!.incoming.next(masked('next'));
    expect(seen[0]!.values.map(({ data }) => String(data).length)).toEqual([1000, 4]);
    expect(connections.map(({ state }) => state)).toEqual(['open', 'closing']);
    await until(() => transports[1]!.events.includes('end'));
  });

  it('that are closed give nothing of theirs to the next', async () => {
    const profile = profileOf('server');
    for (let i = 0; i < 20; i++) {
      const transport = new FakeTransport();
      const connection = connectionOver('server', transport, {}, profile);
      const seen = collect(connection.messages$);
      transport.incoming.next(masked(`m${i}`));
      transport.incoming.next(
        wireFrame({ opcode: TEXT, payload: 'begun and never ended', fin: false, key: ZERO_KEY }),
      );
      transport.incoming.next(masked('half').subarray(0, 7));
      expect(seen.values.map(({ data }) => data)).toEqual([`m${i}`]);
      transport.lose(new Error('cut'));
      await until(() => connection.state === 'closed');
    }
  });

  it('are read on in order when octets come although the transport was told to pause', async () => {
    const transport = new FakeTransport();
    const connection = connectionOver('server', transport, { receiveHighWaterMessages: 1 });
    const chunks = ['1', '2', '3', '4', '5', '6'].map(masked);
    transport.incoming.next(Buffer.concat(chunks.slice(0, 2)));
    for (const chunk of chunks.slice(2)) transport.incoming.next(chunk);
    transport.incoming.complete();
    expect(transport.events).toContain('pause');
    const seen: unknown[] = [];
    for await (const { data } of connection) {
      seen.push(data);
      await turns(1);
      if (seen.length === 6) break;
    }
    expect(seen).toEqual(['1', '2', '3', '4', '5', '6']);
  });
});
