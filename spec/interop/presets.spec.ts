import { firstValueFrom } from 'rxjs';
import {
  type CompressionOptions,
  type Connection,
  prepare,
  type Server,
  type ServerOptions,
} from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, startClient, startPair, startServer, watchResources } from '../support/harness.js';
import { until } from '../support/turns.js';
import { agreedOn, takesOver } from './agreement.js';
import { expectSame } from './echo.js';
import { type Content, jsonOf, LONG, noise, SHORT, ticker } from './messages.js';
import { Wire } from './wire.js';

watchResources();

const PRESETS = [{ preset: 'small' }, { preset: 'stateless' }, { preset: 'large' }] as const;
const PAIRS = PRESETS.flatMap((server) => PRESETS.map((client) => [server, client] as const));

/** Sends all of them both ways at the same time, and compares what each side gets. */
async function exchange(
  sides: readonly [Connection, Connection],
  messages: readonly Content[],
  options = {},
): Promise<void> {
  const got = sides.map((side) => collect(side.messages$));
  for (const message of messages) for (const side of sides) side.send(message, options);
  await until(() => got.every(({ values }) => values.length >= messages.length));
  for (const { stop, values } of got) {
    stop();
    expectSame(
      messages,
      values.map(({ data }) => data),
    );
  }
}

describe('rxwire with itself', () => {
  it.each(PAIRS)('exchanges everything, server %j, client %j', async (server, client) => {
    const pair = await startPair({ compression: server }, { compression: client });
    const sides = [pair.client, pair.accepted] as const;
    expect(agreedOn(pair.client)).toBe(agreedOn(pair.accepted));
    expect(agreedOn(pair.client)).toMatch(/^permessage-deflate/);
    await exchange(sides, SHORT);
    await exchange(sides, SHORT, { compress: true, fragmentBytes: 300 });
    await exchange(sides, LONG);
    await exchange(sides, LONG.slice(0, 6), { fragmentBytes: 1000 });
    await exchange(sides, SHORT.slice(0, 20), { compress: false });
    pair.client.close(4000, 'done');
    expect(await ended(pair.accepted)).toMatchObject({ code: 4000, reason: 'done', wasClean: true });
  });

  it.each(PAIRS)('refers back where that is agreed on, server %j, client %j', async (server, client) => {
    const OCTETS = 200;
    const pair = await startPair({ compression: server }, { compression: client });
    const wires = [new Wire(pair.client), new Wire(pair.accepted)] as const;
    await exchange([pair.client, pair.accepted], [noise(OCTETS), noise(OCTETS)], { compress: true });
    const shrinks = wires.map(({ sent }) => sent[1]!.octets < OCTETS / 4);
    expect(shrinks).toEqual([takesOver('client', pair.client), takesOver('server', pair.client)]);
    expect(wires[0].sent).toEqual(wires[1].received);
    expect(wires[1].sent).toEqual(wires[0].received);
  });

  it('compresses nothing unless both sides want it', async () => {
    for (const [server, client] of [
      [undefined, undefined],
      [false, true],
      [true, false],
    ] as const) {
      const pair = await startPair(
        { ...(server !== undefined && { compression: server }) },
        { ...(client !== undefined && { compression: client }) },
      );
      expect(agreedOn(pair.client)).toBe('');
      const wire = new Wire(pair.client);
      await exchange([pair.client, pair.accepted], SHORT, { compress: true });
      expect([...wire.sent, ...wire.received].filter(({ compressed }) => compressed)).toEqual([]);
    }
  });

  it('exchanges everything by each window, in both directions', async () => {
    for (const bits of [9, 10, 11, 12, 13, 14, 15]) {
      const windows = { serverMaxWindowBits: bits, clientMaxWindowBits: 24 - bits };
      const pair = await startPair({ compression: { preset: 'large', ...windows } });
      expect(agreedOn(pair.client)).toBe(
        `permessage-deflate; client_max_window_bits=${24 - bits}; server_max_window_bits=${bits}`,
      );
      await exchange([pair.client, pair.accepted], [...SHORT, jsonOf(70_000), ...SHORT]);
    }
  });

  it('sends everything uncompressed where the window is 8', async () => {
    const pair = await startPair({ compression: { clientMaxWindowBits: 8 } });
    expect(agreedOn(pair.client)).toContain('client_max_window_bits=8');
    const wire = new Wire(pair.client);
    await exchange([pair.client, pair.accepted], SHORT, { compress: true });
    expect(wire.sent.filter(({ compressed }) => compressed)).toEqual([]);
    expect(wire.received.filter(({ compressed }) => compressed)).not.toEqual([]);
  });
});

describe('a prepared message, sent to many', () => {
  const SEVERAL: readonly (boolean | CompressionOptions)[] = [
    false,
    true,
    { serverMaxWindowBits: 10 },
    { serverNoContextTakeover: true },
    { preset: 'stateless' },
    { preset: 'large' },
  ];

  /** Two clients of each kind, so that each form is sent twice, and the server's ends of them. */
  async function audience(options: ServerOptions): Promise<{ server: Server; clients: Connection[] }> {
    const server = await startServer(options);
    const clients: Connection[] = [];
    for (const compression of [...SEVERAL, ...SEVERAL]) {
      const arrival = firstValueFrom(server.connections$);
      clients.push(await startClient(server.url, { compression }));
      await arrival;
    }
    return { server, clients };
  }

  it.each([true, { preset: 'large' }] as const)(
    'is received whole by everyone, among other messages, with %j',
    async (compression) => {
      const { server, clients } = await audience({ compression });
      expect(new Set(clients.map(agreedOn)).size).toBeGreaterThan(3);
      const got = clients.map((client) => collect(client.messages$));
      const wires = [...server.connections].map((connection) => new Wire(connection));
      const contents = [ticker(1), noise(300), '', jsonOf(40_000), jsonOf(100_000), ticker(1), ticker(2)];
      for (const [number, content] of contents.entries()) {
        const prepared = prepare(content);
        for (const connection of server.connections) {
          connection.send(prepared, number === 3 ? { fragmentBytes: 100 } : {});
          connection.send(`own message ${number}, ${ticker(number)}`);
        }
      }
      await until(() => got.every(({ values }) => values.length === 2 * contents.length));
      const expected = contents.flatMap((content, number) => [
        content,
        `own message ${number}, ${ticker(number)}`,
      ]);
      for (const { values } of got) {
        expectSame(
          expected,
          values.map(({ data }) => data),
        );
      }
      for (const [at, connection] of [...server.connections].entries()) {
        const some = wires[at]!.sent.some(({ compressed }) => compressed);
        expect(some).toBe(connection.extensions.length > 0);
      }
    },
  );

  it('has the same octets for all that agreed on the same', async () => {
    const { clients, server } = await audience({ compression: true });
    const frames = clients.map((client) => collect(client.frames$).values);
    const prepared = prepare(jsonOf(3000));
    for (const connection of server.connections) connection.send(prepared);
    await until(() => frames.every(({ length }) => length === 1));
    const forms = new Map<string, string>();
    frames.forEach(([frame], at) => {
      const key = agreedOn(clients[at]!);
      const form = Buffer.from(frame!.payload).toString('hex');
      expect(forms.get(key) ?? form).toBe(form);
      forms.set(key, form);
    });
  });

  it('is sent as it is where it says so', async () => {
    const { clients, server } = await audience({ compression: true });
    const wires = clients.map((client) => new Wire(client));
    const got = clients.map((client) => collect(client.messages$));
    const plain = prepare(jsonOf(3000), { compress: false });
    const short = prepare('short', { compress: true });
    for (const connection of server.connections) {
      connection.send(plain);
      connection.send(short);
    }
    await until(() => got.every(({ values }) => values.length === 2));
    for (const [at, client] of clients.entries()) {
      expectSame(
        [jsonOf(3000), 'short'],
        got[at]!.values.map(({ data }) => data),
      );
      expect(wires[at]!.received.map(({ compressed }) => compressed)).toEqual([
        false,
        client.extensions.length > 0,
      ]);
    }
  });
});
