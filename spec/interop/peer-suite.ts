import { firstValueFrom } from 'rxjs';
import type { CompressionOptions, Connection } from '../../src/index.js';
import { type Command, endCommands } from '../support/command.js';
import { ended, startClient, startServer, watchResources } from '../support/harness.js';
import { describeNeeds, type Need } from '../support/skip.js';
import { agreedOn, takesOver } from './agreement.js';
import { expectEcho } from './echo.js';
import { LONG, noise, SHORT, ticker } from './messages.js';
import { Wire } from './wire.js';

/** One agreement that is tried. */
export interface Trial {
  /** What rxwire is configured with. */
  readonly ours: boolean | CompressionOptions;
  /** What the other is configured with, in its own words. */
  readonly theirs: object;
  /** What they agree on, see `agreedOn`. */
  readonly agreed: string;
  /** Whether long messages are tried, too. */
  readonly long?: boolean;
}

/** A process of `spec/interop/peers` that sends back what it gets. */
export interface Peer {
  readonly name: string;
  readonly need: Need;
  /** What starts it as a client, or as servers with these configurations. */
  client?(): Command;
  servers?(configs: readonly object[]): Command;
  /** Whether it compresses what it sends. */
  readonly compresses: boolean;
  /** Whether it can be asked to send fragments. */
  readonly fragments: boolean;
  readonly trialsOfClient: readonly Trial[];
  readonly trialsOfServer: readonly Trial[];
}

/** A connection to the peer, and what the peer says of its end. */
interface Link {
  readonly ours: Connection;
  closing(): Promise<{ code: number; reason: string }>;
}

const CODES = [
  [1000, ''],
  [1001, 'going'],
  [3000, 'grund: ü'],
  [4999, 'x'.repeat(123)],
] as const;
const START_MS = 30_000;
const IN_FLIGHT = 500;
const LEAST_LONG = 64 * 1024;

/** Everything that is expected of rxwire with `peer`: as its server, then as its client. */
export function describePeer(peer: Peer): void {
  describeNeeds(peer.need, peer.name, () => {
    watchResources();
    let command: Command;
    let paths = 0;

    afterAll(endCommands);

    const closing = (path: string) => async () =>
      JSON.parse((await command.says(new RegExp(`^.*"path": ?"${path}".*$`, 'm')))[0]);

    if (peer.client !== undefined) {
      const start = peer.client.bind(peer);
      describe('as the client of our server', () => {
        beforeAll(async () => {
          command = start();
          await command.says('ready');
        }, START_MS);

        describeLinks(peer, peer.trialsOfClient, async ({ ours, theirs }) => {
          const server = await startServer({ compression: ours });
          const arrival = firstValueFrom(server.connections$);
          const path = `/client-${paths++}`;
          command.write(`${JSON.stringify({ url: server.url + path, config: theirs })}\n`);
          return { ours: await arrival, closing: closing(path) };
        });
      });
    }

    if (peer.servers !== undefined) {
      const start = peer.servers.bind(peer);
      describe('as the server of our client', () => {
        let ports: readonly number[];

        beforeAll(async () => {
          command = start(peer.trialsOfServer.map(({ theirs }) => theirs));
          ports = JSON.parse((await command.says(/^\[.*\]$/m))[0]);
        }, START_MS);

        describeLinks(peer, peer.trialsOfServer, async (trial) => {
          const path = `/server-${paths++}`;
          const port = ports[peer.trialsOfServer.indexOf(trial)]!;
          const ours = await startClient(`ws://127.0.0.1:${port}${path}`, { compression: trial.ours });
          return { ours, closing: closing(path) };
        });
      });
    }
  });
}

function describeLinks(peer: Peer, trials: readonly Trial[], open: (trial: Trial) => Promise<Link>): void {
  const [plainest] = trials;
  if (plainest === undefined) throw new Error('a peer without a trial');

  const named = trials.map((trial) => [trial.agreed, JSON.stringify(trial.ours), trial] as const);

  it.each(named)('exchanges by %s (compression: %s)', async (agreed, _, trial) => {
    const { ours } = await open(trial);
    expect(agreedOn(ours)).toBe(agreed);
    await expectEcho(ours, SHORT);
    await expectEcho(ours, SHORT, { compress: true });
    await expectEcho(ours, SHORT.slice(0, 20), { compress: false });
    await expectContexts(ours, peer);
  });

  it.each(named.filter(([, , { long }]) => long))(
    'exchanges long messages and what is between them, in order, by %s (compression: %s)',
    async (_agreed, _ours, trial) => {
      const { ours } = await open(trial);
      const wire = new Wire(ours);
      await expectEcho(ours, LONG);
      LONG.forEach(({ length }, at) => {
        if (length > LEAST_LONG) expect(wire.sent[at]!.compressed).toBe(true);
      });
      await expectEcho(ours, LONG.slice(0, 6), { fragmentBytes: 1000 });
      expect(Math.max(...wire.sent.map(({ frames }) => frames))).toBeGreaterThan(70);
    },
  );

  it('exchanges messages in fragments', async () => {
    const { ours } = await open(plainest);
    const wire = new Wire(ours);
    await expectEcho(ours, SHORT, { fragmentBytes: 100 });
    await expectEcho(ours, SHORT.slice(0, 30), { fragmentBytes: 1, compress: true });
    expect(wire.sent.filter(({ compressed, frames }) => compressed && frames > 10)).not.toHaveLength(0);
    if (!peer.fragments) return;
    for (const size of [1000, 7]) {
      ours.send(`fragment ${size}`);
      await expectEcho(ours, size === 7 ? SHORT.slice(0, 24) : [...SHORT, ...LONG.slice(0, 5)]);
    }
    expect(wire.received.filter(({ compressed, frames }) => compressed && frames > 10)).not.toHaveLength(0);
  });

  it(`keeps ${IN_FLIGHT} messages in flight in order`, async () => {
    const { ours } = await open(plainest);
    await expectEcho(
      ours,
      Array.from({ length: IN_FLIGHT }, (_, number) => ticker(number)),
    );
  });

  it.each(CODES)('closes with %d, begun by us', async (code, reason) => {
    const { ours, closing } = await open(plainest);
    await expectEcho(ours, [ticker(0)]);
    ours.close(code, reason);
    // Not every peer sends the reason back.
    expect(await ended(ours)).toMatchObject({ code, wasClean: true, initiator: 'local' });
    expect(await closing()).toMatchObject({ code, reason });
  });

  it('closes with 3001, begun by the other', async () => {
    const { ours, closing } = await open(plainest);
    ours.send('close 3001 grund: ü');
    const status = { code: 3001, reason: 'grund: ü' };
    expect(await ended(ours)).toMatchObject({ ...status, wasClean: true, initiator: 'remote' });
    expect(await closing()).toMatchObject(status);
  });
}

/** Sends the same incompressible octets twice: the second time there is something to refer back to, if that is agreed on. */
async function expectContexts(ours: Connection, { compresses }: Peer): Promise<void> {
  const OCTETS = 200;
  const wire = new Wire(ours);
  await expectEcho(ours, [noise(OCTETS), noise(OCTETS)], { compress: true });
  const other = ours.role === 'client' ? 'server' : 'client';
  const shrinks = (messages: Wire['sent']): boolean => messages[1]!.octets < OCTETS / 4;
  expect(wire.sent.map(({ compressed }) => compressed)).toEqual([true, true]);
  expect(shrinks(wire.sent)).toBe(takesOver(ours.role, ours));
  expect(wire.received.map(({ compressed }) => compressed)).toEqual([compresses, compresses]);
  expect(shrinks(wire.received)).toBe(compresses && takesOver(other, ours));
}
