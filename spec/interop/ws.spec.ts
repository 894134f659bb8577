import { once } from 'node:events';
import { firstValueFrom } from 'rxjs';
import WebSocket, { WebSocketServer, type RawData } from 'ws';
import { type Connection, openConnection } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, owned, startServer, watchResources } from '../support/harness.js';
import { until } from '../support/turns.js';

watchResources();

const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 1024 * 1024];

/** Octets that are different at every place. */
function pattern(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff));
}

/** Text of exactly that many octets of UTF-8. */
function textOf(length: number): string {
  const word = 'grüße €𝄞 ';
  const text = word.repeat(Math.floor(length / Buffer.byteLength(word)));
  return text + 'x'.repeat(length - Buffer.byteLength(text));
}

interface Both {
  readonly ours: Connection;
  readonly theirs: WebSocket;
}

async function oursServes(): Promise<Both> {
  const server = await startServer();
  const arrival = firstValueFrom(server.connections$);
  const theirs = new WebSocket(server.url, { perMessageDeflate: false });
  afterTest(() => {
    theirs.terminate();
  });
  await once(theirs, 'open');
  return { ours: await arrival, theirs };
}

async function theirsServes(): Promise<Both> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  afterTest(() => new Promise((resolve) => server.close(resolve)));
  const arrival = once(server, 'connection');
  const { port } = server.address() as { port: number };
  const ours = owned(await openConnection(`ws://127.0.0.1:${port}`, { logger: {} }));
  const [theirs] = (await arrival) as [WebSocket];
  afterTest(() => {
    theirs.terminate();
  });
  return { ours, theirs };
}

for (const [name, open] of [
  ['ws as the client of our server', oursServes],
  ['ws as the server of our client', theirsServes],
] as const) {
  describe(name, () => {
    it('exchanges text and binary of every size, octet by octet, both ways', async () => {
      const { ours, theirs } = await open();
      const here = collect(ours.messages$);
      const there: [Buffer, boolean][] = [];
      theirs.on('message', (data: RawData, binary: boolean) => void there.push([data as Buffer, binary]));
      for (const size of SIZES) {
        theirs.send(pattern(size));
        theirs.send(textOf(size));
        ours.send(pattern(size));
        ours.send(textOf(size));
      }
      await until(() => here.values.length === 2 * SIZES.length && there.length === 2 * SIZES.length);
      SIZES.forEach((size, i) => {
        const [binary, text] = [here.values[2 * i]!, here.values[2 * i + 1]!];
        expect(Buffer.from(binary.data as Uint8Array).equals(pattern(size))).toBe(true);
        expect(text.data === textOf(size)).toBe(true);
        expect([there[2 * i]![1], there[2 * i + 1]![1]]).toEqual([true, false]);
        expect(there[2 * i]![0].equals(pattern(size))).toBe(true);
        expect(there[2 * i + 1]![0].toString() === textOf(size)).toBe(true);
      });
    });

    it('joins fragments of the other, Pings between them', async () => {
      const { ours, theirs } = await open();
      const here = collect(ours.messages$);
      const pongs: string[] = [];
      theirs.on('pong', (data: Buffer) => pongs.push(data.toString()));
      theirs.send('grü', { fin: false });
      theirs.ping('between');
      theirs.send('ße', { fin: true });
      await until(() => here.values.length === 1 && pongs.length === 1);
      expect([here.values[0]!.data, pongs]).toEqual(['grüße', ['between']]);
      const there: string[] = [];
      theirs.on('message', (data: Buffer) => there.push(data.toString()));
      ours.send(textOf(10_000), { fragmentBytes: 7 });
      await until(() => there.length === 1);
      expect(there[0] === textOf(10_000)).toBe(true);
    });

    it('pings both ways', async () => {
      const { ours, theirs } = await open();
      const pings: string[] = [];
      theirs.on('ping', (data: Buffer) => pings.push(data.toString()));
      expect(await firstValueFrom(ours.ping('hello'))).toBeGreaterThanOrEqual(0);
      expect(pings).toEqual(['hello']);
    });

    for (const [code, reason] of [
      [1000, ''],
      [1001, 'going'],
      [1011, 'grund: ü'],
      [4999, 'x'.repeat(123)],
    ] as const) {
      it(`closes with ${code}, begun by either side`, async () => {
        const one = await open();
        const [closed] = [once(one.theirs, 'close')];
        one.ours.close(code, reason);
        const [seenCode, seenReason] = (await closed) as [number, Buffer];
        expect([seenCode, seenReason.toString()]).toEqual([code, reason]);
        expect(await ended(one.ours)).toMatchObject({ code, reason, wasClean: true, initiator: 'local' });
        const two = await open();
        two.theirs.close(code, reason);
        expect(await ended(two.ours)).toMatchObject({ code, reason, wasClean: true, initiator: 'remote' });
      });
    }

    it('ends with 1006 when the other is cut off', async () => {
      const { ours, theirs } = await open();
      theirs.terminate();
      expect(await ended(ours)).toMatchObject({ code: 1006, wasClean: false });
      const back = await open();
      const closed = once(back.theirs, 'close');
      back.ours.terminate();
      expect((await closed)[0]).toBe(1006);
    });

    it('carries 20,000 messages both ways without loss, in order', async () => {
      const { ours, theirs } = await open();
      let next = 0;
      const total = 20_000;
      theirs.on('message', (data: RawData, binary: boolean) => theirs.send(data, { binary }));
      ours.messages$.subscribe(({ data }) => {
        if (data === String(next)) next++;
      });
      for (let i = 0; i < total; i++) ours.send(String(i));
      await until(() => next === total);
    });
  });
}
