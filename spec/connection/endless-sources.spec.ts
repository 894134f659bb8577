import { firstValueFrom, from, type Observable, timer } from 'rxjs';
import type { Connection, SendReport } from '../../src/index.js';
import { type Handler, handle } from '../../src/server/handler.js';
import { FakeTransport } from '../support/fake-transport.js';
import { ended, watchResources } from '../support/harness.js';
import { connectionOver, memoryConnections, memoryPeer } from '../support/memory-peer.js';
import { nextTurn, turns, until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { CLOSE } from '../support/wire-frames.js';

watchResources();

/** As good as endless; it ends so that a test which fails does not hang. */
const MANY = 200_000;

/** A source of `length` octets at a time, and what has become of it. */
class Counted {
  asked = 0;
  /** Whether its iterator was let go before it had ended. */
  letGo = false;
  /** Called before each value. */
  onAsked: ((asked: number) => void) | undefined;
  readonly #value: string;

  constructor(length: number) {
    this.#value = 'x'.repeat(length);
  }

  *values(): Generator<string> {
    try {
      while (this.asked < MANY) {
        this.asked++;
        this.onAsked?.(this.asked);
        yield this.#value;
      }
    } finally {
      this.letGo = this.asked < MANY;
    }
  }

  async *soon(): AsyncGenerator<string> {
    yield* this.values();
  }
}

type Text = Iterable<string> | AsyncIterable<string> | Observable<string>;

const PULLED: [string, (counted: Counted) => Text][] = [
  ['an iterable', (counted) => counted.values()],
  ['an asynchronous iterable', (counted) => counted.soon()],
];
const ALL: typeof PULLED = [...PULLED, ['an Observable', (counted) => from(counted.values())]];

const serve = (connection: Connection, source: Text): void => {
  handle((() => source) as Handler, connection as never);
};
const WAYS: [string, (connection: Connection, source: Text) => void][] = [
  ['sendAll', (connection, source) => void connection.sendAll(source).subscribe()],
  ['sendStream', (connection, source) => void connection.sendStream('text', source).subscribe()],
];

describe('a source without end whose peer reads as fast as it is sent', () => {
  for (const [name, begin, kinds] of [
    ...WAYS.map(([way, begin]) => [way, begin, PULLED] as const),
    ['a handler', serve, PULLED.slice(1)] as const,
  ]) {
    for (const [kind, sourceOf] of kinds) {
      it(`lets others have their turn: ${kind} in ${name}`, async () => {
        const connection = connectionOver('server', new FakeTransport());
        const counted = new Counted(1000);
        begin(connection, sourceOf(counted));
        const seen: number[] = [];
        for (let turn = 0; turn < 3; turn++) {
          await nextTurn();
          seen.push(counted.asked);
        }
        expect(seen[0]).toBeLessThan(1000);
        expect(seen[2]).toBeGreaterThan(seen[0]!);
        expect(seen[2]).toBeLessThan(3000);
        await firstValueFrom(timer(1));
        connection.terminate();
        await until(() => counted.letGo);
      });
    }
  }

  it('lets others have their turn when each message is dropped for want of room', async () => {
    const { connection, peer } = memoryPeer('server', {
      overflow: 'dropNewest',
      maxBufferedBytes: 1000,
      sendHighWaterBytes: 2000,
    });
    peer.stream.pause();
    const counted = new Counted(600);
    connection.sendAll(counted.values()).subscribe();
    await nextTurn();
    expect(counted.asked).toBeGreaterThan(1);
    expect(counted.asked).toBeLessThan(1000);
    connection.terminate();
    await until(() => counted.letGo);
  });
});

describe('a source without end, when the connection is closing', () => {
  for (const [kind, sourceOf] of ALL) {
    it(`is let go by sendAll before the peer answers: ${kind}`, async () => {
      const { connection, peer } = memoryPeer('server');
      const counted = new Counted(10);
      counted.onAsked = (asked) => {
        if (asked === 50) connection.close();
      };
      const reports: SendReport[] = [];
      connection.sendAll(sourceOf(counted)).subscribe((report) => void reports.push(report));
      await turns(5);
      expect([connection.state, counted.asked, counted.letGo, reports]).toEqual(['closing', 50, true, []]);
      peer.send(CLOSE, closeBody(1000));
      peer.stream.end();
      await ended(connection);
      expect(reports).toMatchObject([{ messages: 49, bytes: 490, flushed: false, closed: { code: 1000 } }]);
      expect(connection.stats.unsent).toBe(1);
    });
  }

  for (const [kind, sourceOf] of PULLED) {
    for (const [way, begin] of WAYS) {
      it(`is let go when the peer has closed: ${kind} in ${way}`, async () => {
        const { client, server } = memoryConnections();
        const counted = new Counted(1000);
        begin(server, sourceOf(counted));
        client.streams$.subscribe((stream) => {
          let got = 0;
          stream.chunks$.subscribe({
            next: () => {
              if (++got === 1) client.close();
            },
            error: () => undefined,
          });
        });
        expect(await ended(server)).toMatchObject({ code: 1000, initiator: 'remote' });
        await until(() => counted.letGo);
      });
    }
  }

  for (const [way, begin] of [...WAYS, ['a handler', serve] as (typeof WAYS)[number]]) {
    it(`is let go when there is no room at all for what an Observable pushes: ${way}`, async () => {
      const { client, server } = memoryConnections({}, { maxBufferedBytes: 100_000, dropTimeoutMs: 100 });
      client.discard();
      const counted = new Counted(1000);
      begin(server, from(counted.values()));
      expect([server.state, counted.asked < 1000, counted.letGo]).toEqual(['closing', true, true]);
      expect((await ended(server)).sent?.code).toBe(1013);
    });
  }

  it('is let go when a message is refused with an error', () => {
    const { server } = memoryConnections({}, { maxBufferedBytes: 100_000, overflow: 'error' });
    const counted = new Counted(1000);
    let error: unknown;
    server.sendAll(from(counted.values())).subscribe({ error: (given) => (error = given) });
    expect([counted.asked < 1000, counted.letGo, (error as Error).name]).toEqual([true, true, 'LimitError']);
  });
});
