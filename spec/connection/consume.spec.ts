import fc from 'fast-check';
import { finalize, firstValueFrom, map, NEVER, of, Subject, throwError, toArray } from 'rxjs';
import { collect } from '../support/collect.js';
import { decoded } from '../support/decoded.js';
import { watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { seed } from '../support/seed.js';
import { turns, until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { CLOSE, closeOf, PING, TEXT } from '../support/wire-frames.js';

watchResources();

describe('consume', () => {
  it('works on one message after the other, in order, and passes on what comes of it', async () => {
    const { connection, peer } = memoryPeer('server');
    const gates: Subject<string>[] = [];
    const started: unknown[] = [];
    const seen = collect(
      connection.consume(({ data }, index) => {
        started.push([data, index]);
        return (gates[index] = new Subject<string>());
      }),
    );
    for (const text of ['a', 'b', 'c']) peer.send(TEXT, text);
    await until(() => gates.length === 1);
    gates[0]!.next('a1');
    gates[0]!.next('a2');
    await turns();
    expect(started).toEqual([['a', 0]]);
    gates[0]!.complete();
    expect(started).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    gates[1]!.complete();
    gates[2]!.next('c1');
    expect(seen.values).toEqual(['a1', 'a2', 'c1']);
  });

  it('works on as many at the same time as concurrency says', async () => {
    const { connection, peer } = memoryPeer('server');
    const gates: Subject<number>[] = [];
    const working = connection.consume((_, index) => (gates[index] = new Subject<number>()), {
      concurrency: 3,
    });
    const seen = collect(working);
    for (let i = 0; i < 5; i++) peer.send(TEXT, String(i));
    await until(() => gates.length === 3);
    gates[1]!.next(1);
    gates[1]!.complete();
    await turns();
    expect(gates).toHaveLength(4);
    expect(seen.values).toEqual([1]);
  });

  it('holds the peer back at the mark', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 8 });
    const frames = decoded(connection);
    const gate = new Subject<void>();
    collect(connection.consume(() => gate));
    peer.write(Buffer.concat(Array.from({ length: 100 }, () => peer.frame(TEXT, 'x'))));
    await until(() => frames.count === 8);
    await turns();
    expect(frames.count).toBe(8);
  });

  it('waits for nothing where nothing is returned, however many messages come at once', async () => {
    const { connection, peer } = memoryPeer('server');
    let count = 0;
    collect(
      connection.consume(() => {
        count++;
      }),
    );
    peer.write(Buffer.concat(Array.from({ length: 20_000 }, () => peer.frame(TEXT, 'x'))));
    await until(() => count === 20_000);
  });

  it('does not grow the stack with what ends at once', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 100_000 });
    peer.write(Buffer.concat(Array.from({ length: 50_000 }, () => peer.frame(TEXT, 'x'))));
    await turns(50);
    const seen = collect(connection.consume(({ data }) => of(data)));
    await until(() => seen.values.length === 50_000);
  });

  for (const [how, work] of [
    ['throws', (): never => fail()],
    ['errors', () => throwError(() => new Error('work'))],
    ['rejects', () => Promise.reject(new Error('work'))],
  ] as const) {
    it(`errors when the work ${how}, and what was not started is held for others`, async () => {
      const { connection, peer } = memoryPeer('server');
      const seen = collect(connection.consume(({ data }) => (data === 'b' ? work() : of(data))));
      for (const text of ['a', 'b', 'c', 'd']) peer.send(TEXT, text);
      await until(() => seen.error !== undefined);
      expect(seen.values).toEqual(['a']);
      expect(seen.error).toMatchObject({ message: 'work' });
      const rest = collect(connection.messages$.pipe(map(({ data }) => data)));
      await until(() => rest.values.length === 2);
      expect(rest.values).toEqual(['c', 'd']);
      expect(connection.state).toBe('open');
    });
  }

  it('ends the work when it is unsubscribed, and closes nothing', async () => {
    const { connection, peer } = memoryPeer('server');
    let ended = 0;
    const subscription = connection.consume(() => NEVER.pipe(finalize(() => ended++))).subscribe();
    peer.send(TEXT, 'a');
    peer.send(TEXT, 'b');
    await turns();
    subscription.unsubscribe();
    expect(ended).toBe(1);
    const rest = await firstValueFrom(connection.messages$);
    expect(rest).toEqual({ type: 'text', data: 'b' });
    expect(connection.state).toBe('open');
  });

  it('completes behind the last message, when the connection has ended', async () => {
    const { connection, peer } = memoryPeer('server');
    const gates: Subject<string>[] = [];
    const seen = collect(connection.consume((_, index) => (gates[index] = new Subject<string>())));
    peer.send(TEXT, 'a');
    peer.send(TEXT, 'b');
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    await until(() => connection.state === 'closed');
    expect(seen.done).toBe(false);
    gates[0]!.complete();
    gates[1]!.next('late');
    gates[1]!.complete();
    expect(seen.values).toEqual(['late']);
    expect(seen.done).toBe(true);
  });

  it('completes at once on a connection that has ended', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.stream.destroy();
    await until(() => connection.state === 'closed');
    expect(await firstValueFrom(connection.consume(({ data }) => of(data)).pipe(toArray()))).toEqual([]);
  });

  it('answers Pings and the Close frame while it is held', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 2 });
    collect(connection.consume(() => NEVER));
    peer.write(
      Buffer.concat([
        peer.frame(TEXT, 'a'),
        peer.frame(TEXT, 'b'),
        peer.frame(PING, 'p'),
        peer.frame(CLOSE, closeBody(1000)),
      ]),
    );
    expect((await peer.next()).payload.toString()).toBe('p');
    expect(closeOf(await peer.next())).toEqual([1000, '']);
  });

  it('takes a function and a whole number of at least 1', () => {
    const { connection } = memoryPeer('server');
    expect(() => connection.consume(undefined as never)).toThrow(TypeError);
    expect(() => connection.consume(() => of(1), { concurrency: 0 })).toThrow(RangeError);
  });

  it('never holds more than the mark, and loses nothing, whatever ends when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        async (delays, concurrency, most) => {
          const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: most });
          const frames = decoded(connection);
          let ended = 0;
          let held = 0;
          const seen = collect(
            connection.consume(
              async ({ data }, index) => {
                held = Math.max(held, frames.count - ended);
                await turns(delays[index]);
                ended++;
                return data;
              },
              { concurrency },
            ),
          );
          peer.write(Buffer.concat(delays.map((_, i) => peer.frame(TEXT, String(i)))));
          await until(() => seen.values.length === delays.length);
          expect(held).toBeLessThanOrEqual(Math.max(most, 1));
          expect([...seen.values].sort()).toEqual(delays.map((_, i) => String(i)).sort());
          if (concurrency === 1) expect(seen.values).toEqual(delays.map((_, i) => String(i)));
          connection.terminate();
        },
      ),
      { seed, numRuns: 30 },
    );
  });
});

function fail(): never {
  throw new Error('work');
}
