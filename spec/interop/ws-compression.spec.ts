import { once } from 'node:events';
import { firstValueFrom } from 'rxjs';
import WebSocket, { type PerMessageDeflateOptions, type RawData, WebSocketServer } from 'ws';
import {
  type CompressionOptions,
  type Connection,
  openConnection,
  type SendOptions,
} from '../../src/index.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, owned, startServer, watchResources } from '../support/harness.js';
import { until } from '../support/turns.js';
import { agreedOn, takesOver } from './agreement.js';
import { expectSame } from './echo.js';
import { type Content, jsonOf, LONG, noise, SHORT, ticker, wordsOf } from './messages.js';
import { Wire } from './wire.js';

watchResources();

interface Both {
  readonly ours: Connection;
  readonly theirs: WebSocket;
}

type Ours = boolean | CompressionOptions;
type Open = (ours: Ours, theirs?: PerMessageDeflateOptions) => Promise<Both>;

const oursServes: Open = async (compression, theirs = {}) => {
  const server = await startServer({ compression });
  const arrival = firstValueFrom(server.connections$);
  const client = new WebSocket(server.url, { perMessageDeflate: { threshold: 0, ...theirs } });
  afterTest(() => {
    client.terminate();
  });
  await once(client, 'open');
  return { ours: await arrival, theirs: client };
};

const theirsServes: Open = async (compression, theirs = {}) => {
  const perMessageDeflate = { threshold: 0, ...theirs };
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate });
  await once(server, 'listening');
  afterTest(() => new Promise((resolve) => server.close(resolve)));
  const arrival = once(server, 'connection');
  const { port } = server.address() as { port: number };
  const ours = owned(await openConnection(`ws://127.0.0.1:${port}`, { logger: {}, compression }));
  const [accepted] = (await arrival) as [WebSocket];
  afterTest(() => {
    accepted.terminate();
  });
  return { ours, theirs: accepted };
};

/** Sends all of them both ways at the same time, and compares what each side gets. */
async function exchange(
  { ours, theirs }: Both,
  messages: readonly Content[],
  options: SendOptions & { readonly theirFragmentBytes?: number } = {},
): Promise<void> {
  const { theirFragmentBytes = Infinity, ...sendOptions } = options;
  const here = collect(ours.messages$);
  const there = received(theirs);
  for (const message of messages) {
    ours.send(message, sendOptions);
    sendInFragments(theirs, message, theirFragmentBytes);
  }
  await until(() => here.values.length >= messages.length && there.length >= messages.length);
  here.stop();
  theirs.removeAllListeners('message');
  expectSame(
    messages,
    here.values.map(({ data }) => data),
  );
  expectSame(messages, there);
}

function received(theirs: WebSocket): Content[] {
  const messages: Content[] = [];
  theirs.on('message', (data: RawData, binary: boolean) => {
    messages.push(binary ? (data as Buffer) : (data as Buffer).toString());
  });
  return messages;
}

/** Cuts between octets, also those of one character. */
function sendInFragments(theirs: WebSocket, message: Content, fragmentBytes: number): void {
  const binary = typeof message !== 'string';
  const bytes = Buffer.from(message);
  let at = 0;
  do {
    const fin = at + fragmentBytes >= bytes.length;
    theirs.send(bytes.subarray(at, at + fragmentBytes), { binary, fin });
    at += fragmentBytes;
  } while (at < bytes.length);
}

/** The parameters of both sides and what comes of them. */
type Agreement = readonly [agreed: string, ours: Ours, theirs: PerMessageDeflateOptions];

const NAME = 'permessage-deflate';
const LARGE = { preset: 'large' } as const;
const WINDOWS = [9, 10, 11, 12, 13, 14, 15];

const AS_CLIENT: readonly Agreement[] = [
  [`${NAME}; client_max_window_bits=12; server_max_window_bits=12`, true, {}],
  [`${NAME}; client_no_context_takeover; server_no_context_takeover`, { preset: 'stateless' }, {}],
  [NAME, LARGE, {}],
  [`${NAME}; server_no_context_takeover`, LARGE, { serverNoContextTakeover: true }],
  [`${NAME}; client_no_context_takeover`, LARGE, { clientNoContextTakeover: true }],
  [`${NAME}; server_no_context_takeover`, { ...LARGE, serverNoContextTakeover: true }, {}],
  [
    `${NAME}; client_max_window_bits=10; client_no_context_takeover; server_max_window_bits=9; server_no_context_takeover`,
    { ...LARGE, clientNoContextTakeover: true, serverMaxWindowBits: 9 },
    { serverNoContextTakeover: true, clientMaxWindowBits: 10 },
  ],
  ...WINDOWS.map((bits): Agreement => [
    `${NAME}; client_max_window_bits=${24 - bits}; server_max_window_bits=${bits}`,
    LARGE,
    { serverMaxWindowBits: bits, clientMaxWindowBits: 24 - bits },
  ]),
];

const AS_SERVER: readonly Agreement[] = [
  [NAME, true, {}],
  [`${NAME}; client_no_context_takeover; server_no_context_takeover`, { preset: 'stateless' }, {}],
  [`${NAME}; server_no_context_takeover`, LARGE, { serverNoContextTakeover: true }],
  [`${NAME}; client_no_context_takeover`, LARGE, { clientNoContextTakeover: true }],
  [`${NAME}; server_max_window_bits=9`, { ...LARGE, serverMaxWindowBits: 9 }, {}],
  [`${NAME}; client_max_window_bits=9`, { ...LARGE, clientMaxWindowBits: 9 }, {}],
  ...WINDOWS.map((bits): Agreement => [
    `${NAME}; client_max_window_bits=${24 - bits}; server_max_window_bits=${bits}`,
    LARGE,
    { serverMaxWindowBits: bits, clientMaxWindowBits: 24 - bits },
  ]),
];

for (const [name, open, agreements] of [
  ['ws as the client of our server, compressed', oursServes, AS_CLIENT],
  ['ws as the server of our client, compressed', theirsServes, AS_SERVER],
] as const) {
  describe(name, () => {
    it.each(agreements)('exchanges by %s (ours %j, theirs %j)', async (agreed, ours, theirs) => {
      const both = await open(ours, theirs);
      expect(agreedOn(both.ours)).toBe(agreed);
      await exchange(both, SHORT);
      await exchange(both, SHORT, { compress: true, fragmentBytes: 700, theirFragmentBytes: 900 });
      await exchange(both, SHORT.slice(0, 20), { compress: false });
    });

    it.each(agreements)(
      'refers back where that is agreed on: %s (ours %j, theirs %j)',
      async (_, ours, theirs) => {
        const OCTETS = 200;
        const both = await open(ours, theirs);
        const wire = new Wire(both.ours);
        await exchange(both, [noise(OCTETS), noise(OCTETS)], { compress: true });
        const { role } = both.ours;
        for (const [messages, side] of [
          [wire.sent, role],
          [wire.received, role === 'client' ? 'server' : 'client'],
        ] as const) {
          expect(messages.map(({ compressed }) => compressed)).toEqual([true, true]);
          expect(messages[1]!.octets < OCTETS / 4).toBe(takesOver(side, both.ours));
        }
      },
    );

    it.each([true, { preset: 'stateless' }, { preset: 'large' }] as const)(
      'exchanges long messages and what is between them, in order, with %j',
      async (ours) => {
        const both = await open(ours);
        await exchange(both, LONG);
        await exchange(both, LONG.slice(0, 6), { fragmentBytes: 1000, theirFragmentBytes: 5000 });
      },
    );

    it('joins compressed fragments of every length, with Pings between them', async () => {
      const both = await open(true);
      const { ours, theirs } = both;
      const wire = new Wire(ours);
      for (const size of [1, 2, 3, 7, 100]) {
        const messages = [wordsOf(300), ticker(size), noise(300), Buffer.from('x'), ''];
        await exchange(both, messages, { compress: true, fragmentBytes: size, theirFragmentBytes: size });
      }
      for (const frames of [wire.sent, wire.received]) {
        expect(frames.filter((message) => message.compressed && message.frames > 100)).not.toHaveLength(0);
      }
      const here = collect(ours.messages$);
      const pongs: string[] = [];
      theirs.on('pong', (data: Buffer) => pongs.push(data.toString()));
      theirs.send(jsonOf(2000), { fin: false });
      theirs.ping('between');
      theirs.send('', { fin: false });
      theirs.send(jsonOf(3000), { fin: true });
      await until(() => here.values.length === 1 && pongs.length === 1);
      expect([here.values[0]!.data, pongs]).toEqual([jsonOf(2000) + jsonOf(3000), ['between']]);
    });

    it('takes and sends messages that are not compressed between those that are', async () => {
      const { ours, theirs } = await open(true);
      const wire = new Wire(ours);
      const here = collect(ours.messages$);
      const there = received(theirs);
      const sent = Array.from({ length: 40 }, (_, number) => ticker(number));
      sent.forEach((message, at) => {
        ours.send(message, { compress: at % 3 !== 0 });
        theirs.send(message, { compress: at % 2 !== 0 });
      });
      await until(() => here.values.length === sent.length && there.length === sent.length);
      expectSame(
        sent,
        here.values.map(({ data }) => data),
      );
      expectSame(sent, there);
      expect(wire.sent.map(({ compressed }) => compressed)).toEqual(sent.map((_, at) => at % 3 !== 0));
      expect(wire.received.map(({ compressed }) => compressed)).toEqual(sent.map((_, at) => at % 2 !== 0));
    });

    it('carries 3000 messages both ways at the same time, in order', async () => {
      const both = await open(true);
      await exchange(
        both,
        Array.from({ length: 3000 }, (_, number) =>
          number % 100 === 50 ? jsonOf(70_000) : `${number} of 3000`,
        ),
        { compress: true },
      );
    });

    it.each([
      [1000, ''],
      [4999, 'x'.repeat(123)],
    ] as const)('closes with %d behind what was sent, begun by either side', async (code, reason) => {
      const one = await open(true);
      const there = received(one.theirs);
      const closed = once(one.theirs, 'close');
      one.ours.send(jsonOf(100_000));
      one.ours.send(ticker(1));
      one.ours.close(code, reason);
      const [seenCode, seenReason] = (await closed) as [number, Buffer];
      expect([seenCode, seenReason.toString()]).toEqual([code, reason]);
      expectSame([jsonOf(100_000), ticker(1)], there);
      expect(await ended(one.ours)).toMatchObject({ code, reason, wasClean: true, initiator: 'local' });

      const two = await open(true);
      const here = collect(two.ours.messages$);
      two.theirs.send(jsonOf(100_000));
      two.theirs.send(ticker(1));
      two.theirs.close(code, reason);
      expect(await ended(two.ours)).toMatchObject({ code, reason, wasClean: true, initiator: 'remote' });
      await until(() => here.done);
      expectSame(
        [jsonOf(100_000), ticker(1)],
        here.values.map(({ data }) => data),
      );
    });
  });
}
