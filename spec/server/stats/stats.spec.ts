import fc from 'fast-check';
import { firstValueFrom } from 'rxjs';
import { accept, type Connection, openConnection, reject, type TrafficStats } from 'rxwire';
import { VirtualTime } from 'rxwire/testing';
import { collect } from '../../support/collect.js';
import { ended, startClient, startPair, startServer, watchResources } from '../../support/harness.js';
import { seed } from '../../support/seed.js';
import { until } from '../../support/turns.js';

watchResources();

const NONE: TrafficStats = { octets: 0, frames: 0, messages: 0, payloadOctets: 0, messageOctets: 0 };

/** What one client of the property does. */
type Deed = 'stay' | 'close' | 'terminate' | 'refused';

describe('stats of a server', () => {
  it('begin at nothing', async () => {
    const server = await startServer();
    expect(server.stats).toEqual({
      uptimeMs: expect.any(Number),
      connections: 0,
      pendingHandshakes: 0,
      accepted: 0,
      refused: 0,
      closedCleanly: 0,
      closedUncleanly: 0,
      received: NONE,
      sent: NONE,
      unsent: 0,
      discarded: 0,
      bufferedBytes: 0,
    });
  });

  it('are the sums of what clients see, whoever comes, sends, leaves, is cut off or refused', async () => {
    const clients = fc.array(
      fc.record({
        deed: fc.constantFrom<Deed>('stay', 'close', 'terminate', 'refused'),
        texts: fc.array(fc.string({ unit: 'grapheme', maxLength: 200 }), { maxLength: 4 }),
      }),
      { maxLength: 6 },
    );
    const run = async (list: readonly { deed: Deed; texts: readonly string[] }[]): Promise<void> => {
      const server = await startServer({ keepAlive: false, origins: 'same' });
      server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
      const sent: Connection[] = [];
      for (const { deed, texts } of list) {
        if (deed === 'refused') {
          await expect(openConnection(server.url, { origin: 'https://evil.example' })).rejects.toThrow();
          continue;
        }
        const client = await startClient(server.url, { keepAlive: false });
        sent.push(client);
        const echoes = collect(client.messages$);
        for (const text of texts) client.send(text);
        await until(() => echoes.values.length === texts.length);
        if (deed === 'close') client.close();
        if (deed === 'terminate') client.terminate();
        if (deed !== 'stay') await ended(client);
      }
      const count = (deed: Deed): number => list.filter((client) => client.deed === deed).length;
      await until(() => server.stats.connections === count('stay'));
      const { stats } = server;
      expect(stats).toMatchObject({
        accepted: list.length - count('refused'),
        refused: count('refused'),
        closedCleanly: count('close'),
        closedUncleanly: count('terminate'),
        received: total(sent.map((client) => client.stats.sent)),
        sent: total(sent.map((client) => client.stats.received)),
      });
      expect(stats.accepted).toBe(stats.connections + stats.closedCleanly + stats.closedUncleanly);
    };
    await fc.assert(fc.asyncProperty(clients, run), { seed, numRuns: 15 });
  });

  it('tell who waits to be let in, and what plain requests were refused with', async () => {
    let decide: (() => void) | undefined;
    const server = await startServer({
      authorize: () =>
        new Promise((resolve) => {
          decide = () => resolve(accept());
        }),
    });
    const opening = startClient(server.url);
    await until(() => server.stats.pendingHandshakes === 1);
    expect(server.stats).toMatchObject({ accepted: 0, connections: 0 });
    decide?.();
    await opening;
    expect(server.stats).toMatchObject({ pendingHandshakes: 0, accepted: 1, connections: 1 });
    await fetch(server.url.replace('ws', 'http'), { headers: { connection: 'close' } }).then((r) => r.text());
    expect(server.stats).toMatchObject({ refused: 1, accepted: 1 });
  });

  it('tell what waits to be sent, what was not sent, and what was not taken', async () => {
    const { server, client, accepted } = await startPair();
    accepted.discard();
    client.send('nobody takes it');
    await until(() => server.stats.discarded === 1);
    accepted.send('x'.repeat(900));
    expect(server.stats.bufferedBytes).toBe(accepted.bufferedBytes);
    expect(server.stats.bufferedBytes).toBeGreaterThan(900);
    accepted.close();
    accepted.send('too late');
    expect(server.stats.unsent).toBe(1);
    client.terminate();
    await until(() => server.stats.connections === 0);
    expect(server.stats).toMatchObject({ unsent: 1, discarded: 1, bufferedBytes: 0 });
  });

  it('count those that authorize rejects', async () => {
    const server = await startServer({ authorize: () => reject(401) });
    await expect(openConnection(server.url)).rejects.toMatchObject({ status: 401 });
    expect(server.stats).toMatchObject({ refused: 1, accepted: 0 });
  });
});

describe('stats$', () => {
  it('comes at once, then every second by the scheduler, and plans nothing for nobody', async () => {
    const scheduler = new VirtualTime();
    const server = await startServer({ scheduler, keepAlive: false });
    expect(scheduler.pending).toBe(0);
    const shown = collect(server.stats$);
    const uptimes = (): number[] => shown.values.map(({ uptimeMs }) => uptimeMs);
    expect(uptimes()).toEqual([0]);
    scheduler.pass(999);
    expect(uptimes()).toEqual([0]);
    scheduler.pass(2001);
    expect(uptimes()).toEqual([0, 1000, 2000, 3000]);
    shown.stop();
    expect(scheduler.pending).toBe(0);
    scheduler.pass(5000);
    expect(uptimes()).toEqual([0, 1000, 2000, 3000]);
  });

  it('has one timer for all who subscribe, each of whom has a value at once', async () => {
    const scheduler = new VirtualTime();
    const server = await startServer({ scheduler, keepAlive: false });
    const first = collect(server.stats$);
    scheduler.pass(400);
    const second = collect(server.stats$);
    expect(scheduler.pending).toBe(1);
    scheduler.pass(600);
    expect(first.values.map(({ uptimeMs }) => uptimeMs)).toEqual([0, 1000]);
    expect(second.values.map(({ uptimeMs }) => uptimeMs)).toEqual([400, 1000]);
    expect(second.values[1]).toBe(first.values[1]);
  });

  it('shows connections as they come and go', async () => {
    const scheduler = new VirtualTime();
    const { server, client } = await startPair({ scheduler, keepAlive: false });
    const shown = collect(server.stats$);
    client.terminate();
    await until(() => server.connections.size === 0);
    scheduler.pass(1000);
    expect(shown.values.map(({ connections }) => connections)).toEqual([1, 0]);
  });

  it('ends with a last value when the server has closed, and gives later ones just that', async () => {
    const { server } = await startPair();
    const shown = collect(server.stats$);
    await server.close();
    expect(shown.done).toBe(true);
    expect(shown.error).toBeUndefined();
    expect(shown.values.map(({ connections, closedCleanly }) => [connections, closedCleanly])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    const later = collect(server.stats$);
    expect([later.values.length, later.done]).toEqual([1, true]);
    expect(await firstValueFrom(server.stats$)).toMatchObject({ accepted: 1, closedCleanly: 1 });
  });
});

function total(list: readonly TrafficStats[]): TrafficStats {
  const sum = (name: keyof TrafficStats): number => list.reduce((all, traffic) => all + traffic[name], 0);
  return {
    octets: sum('octets'),
    frames: sum('frames'),
    messages: sum('messages'),
    payloadOctets: sum('payloadOctets'),
    messageOctets: sum('messageOctets'),
  };
}
