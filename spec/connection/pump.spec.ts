import { collect } from '../support/collect.js';
import { afterTest, ended, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { nextTurn, turns, until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { CLOSE, PING, TEXT } from '../support/wire-frames.js';

watchResources();

/** Every look at the clock finds it 6 ms on, so that a slice ends at the first look. */
function slowMachine(): void {
  const { now } = performance;
  let at = now.call(performance);
  performance.now = () => (at += 6);
  afterTest(() => (performance.now = now));
}

/** How many values come at most in one turn. */
async function mostInATurn(count: () => number, total: number): Promise<number> {
  let most = 0;
  for (let before = count(); before < total; before = count()) {
    await nextTurn();
    most = Math.max(most, count() - before);
  }
  return most;
}

describe('the pump', () => {
  it('lets the event loop go on while one chunk brings 100,000 messages', async () => {
    const { connection, peer } = memoryPeer('server');
    let count = 0;
    connection.messages$.subscribe(() => count++);
    const total = 100_000;
    const chunk = Buffer.concat(Array.from({ length: total }, () => peer.frame(TEXT, 'x')));
    slowMachine();
    peer.write(chunk);
    expect(await mostInATurn(() => count, total)).toBeLessThanOrEqual(128);
    expect(count).toBe(total);
  });

  it('lets the event loop go on while one chunk brings 20,000 Pings', async () => {
    const { connection, peer } = memoryPeer('server', { autoPong: false });
    let count = 0;
    connection.pings$.subscribe(() => count++);
    const total = 20_000;
    const chunk = Buffer.concat(Array.from({ length: total }, () => peer.frame(PING, 'x')));
    slowMachine();
    peer.write(chunk);
    expect(await mostInATurn(() => count, total)).toBeLessThanOrEqual(128);
  });

  it('lets the event loop go on while one chunk brings 20,000 fragments', async () => {
    const { connection, peer } = memoryPeer('server');
    let count = 0;
    connection.frames$.subscribe(() => count++);
    const total = 20_000;
    const chunk = Buffer.concat(
      Array.from({ length: total }, (_, i) => peer.frame(i === 0 ? TEXT : 0, 'x', { fin: false })),
    );
    slowMachine();
    peer.write(chunk);
    expect(await mostInATurn(() => count, total)).toBeLessThanOrEqual(128);
  });

  it('keeps order across slices, the Close frame and the end last', async () => {
    const { connection, peer } = memoryPeer('server');
    const seen = collect(connection.messages$);
    const frames = Array.from({ length: 1000 }, (_, i) => peer.frame(TEXT, String(i)));
    slowMachine();
    peer.write(Buffer.concat([...frames, peer.frame(CLOSE, closeBody(1000))]));
    peer.stream.end();
    expect(await ended(connection)).toMatchObject({ code: 1000, wasClean: true });
    expect(seen.values.map(({ data }) => data)).toEqual(Array.from({ length: 1000 }, (_, i) => String(i)));
  });

  it('delivers what was decoded before an abrupt end, across slices', async () => {
    const { connection, peer, transport } = memoryPeer('server');
    const seen = collect(connection.messages$);
    slowMachine();
    peer.write(Buffer.concat(Array.from({ length: 1000 }, () => peer.frame(TEXT, 'x'))));
    await until(() => seen.values.length > 0);
    transport.destroy();
    await until(() => seen.done);
    expect(seen.values).toHaveLength(1000);
  });

  it('serves one connection between the slices of another', async () => {
    const busy = memoryPeer('server');
    const polite = memoryPeer('server');
    let count = 0;
    busy.connection.messages$.subscribe(() => count++);
    polite.connection.messages$.subscribe(polite.connection.outbox);
    const chunk = Buffer.concat(Array.from({ length: 50_000 }, () => busy.peer.frame(TEXT, 'x')));
    slowMachine();
    busy.peer.write(chunk);
    polite.peer.send(TEXT, 'hello');
    await polite.peer.next();
    expect(count).toBeLessThan(10_000);
    await until(() => count === 50_000);
  });

  it('does not overflow the stack when each message brings about the next, 20,000 deep', async () => {
    const { connection, peer } = memoryPeer('server');
    let count = 0;
    connection.messages$.subscribe(() => {
      if (++count < 20_000) connection.send('again');
    });
    peer.stream.removeAllListeners('data');
    peer.stream.on('data', () => {
      if (count < 20_000) peer.send(TEXT, 'x');
    });
    peer.send(TEXT, 'x');
    await until(() => count === 20_000, 'all came');
    await turns(1);
  });
});
