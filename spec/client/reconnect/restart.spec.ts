import { connect, type LinkStatus, reconnect, type Server } from '../../../src/index.js';
import { distanceFromEven, farthest } from '../../support/evenness.js';
import { afterTest, startServer, watchResources } from '../../support/harness.js';
import { until } from '../../support/turns.js';

watchResources();

const CLIENTS = 500;
const BASE_MS = 250;

async function serverOn(port: number): Promise<Server> {
  const server = await startServer({ port });
  server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  return server;
}

describe('a server with 500 clients that restarts', () => {
  it('has them all back, spread evenly, each with one connection at a time', async () => {
    const first = await serverOn(0);
    const port = Number(new URL(first.url).port);
    const echoed = new Set<string>();
    const dialling: number[] = [];
    const firstWaits: number[] = [];
    const clients = Array.from({ length: CLIENTS }, (_, i) => {
      let dials = 0;
      const next = (status: LinkStatus): void => {
        if (status.state === 'connecting') dialling[i] = ++dials;
        if (status.state === 'waiting') firstWaits[i] ??= status.delayMs;
      };
      const status = { next };
      const subscription = connect(first.url, { logger: {} })
        .pipe(reconnect({ delays: { baseMs: BASE_MS, capMs: 2 * BASE_MS }, resetAfterMs: 0, status }))
        .subscribe((connection) => {
          connection.messages$.subscribe(({ data }) => echoed.add(String(data)));
          connection.send(`${i} ${dials}`);
        });
      afterTest(() => subscription.unsubscribe());
      return subscription;
    });
    await until(() => first.connections.size === CLIENTS && echoed.size === CLIENTS);
    await first.close({ code: 1012, reason: 'restart' });
    const second = await serverOn(port);
    let most = 0;
    second.connections$.subscribe(() => (most = Math.max(most, second.connections.size)));
    await until(() => second.connections.size === CLIENTS && echoed.size === 2 * CLIENTS);
    expect(most).toBe(CLIENTS);
    // All of them heard of the restart, and drew their own delay.
    expect(Object.keys(firstWaits)).toHaveLength(CLIENTS);
    expect(distanceFromEven(firstWaits, BASE_MS)).toBeLessThan(farthest(CLIENTS));
    expect(new Set([...echoed].map((text) => text.split(' ')[0]))).toHaveProperty('size', CLIENTS);
    for (const client of clients) client.unsubscribe();
    await until(() => second.connections.size === 0);
  }, 60_000);
});
