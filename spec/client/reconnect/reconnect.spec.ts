import { EMPTY, of, throwError } from 'rxjs';
import { type Connection, ConnectionClosedError, reconnect } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { Dialing, opens } from '../../support/dialing.js';
import { watchResources } from '../../support/harness.js';
import { DOWN, watch } from './watched.js';

watchResources();

describe('reconnect', () => {
  it('tries again after delays that are doubled, up to the cap', () => {
    const { dialing, states } = watch(() => DOWN);
    dialing.time.pass(100_000);
    const delays = states().filter((state) => state.startsWith('waiting'));
    expect(delays).toEqual(
      [1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000, 15_000, 15_000].map(
        (ms, i) => `waiting ${i + 2} ${ms}`,
      ),
    );
    expect(dialing.began.slice(0, 4)).toEqual([0, 1010, 3020, 7030]);
    expect(dialing.most).toBe(1);
  });

  it('waits for no longer than a timer can, and says so', () => {
    const { dialing, states } = watch(() => DOWN, { delays: () => 1e300 });
    dialing.time.pass(10);
    expect(states().at(-1)).toBe('waiting 2 2147483647');
    dialing.time.pass(2147483647);
    expect(dialing.began).toHaveLength(2);
  });

  it('emits each connection, and tells the truth each time', () => {
    const { dialing, connections, states } = watch((dial) => (dial === 1 ? DOWN : opens));
    dialing.time.pass(20_010);
    dialing.pair.cut();
    dialing.time.pass(500 + 10 + 1000 + 10);
    expect(states()).toEqual([
      'connecting 1',
      'open',
      'waiting 1 500',
      'connecting 1',
      'waiting 2 1000',
      'connecting 2',
      'open',
    ]);
    expect(connections.values.map(({ state }) => state)).toEqual(['closed', 'open']);
  });

  it('has the cause in what it says', () => {
    const { dialing, statuses } = watch((dial) => (dial === 0 ? DOWN : opens), { maxAttempts: 2 });
    dialing.time.pass(1020);
    dialing.pair.server.close(1012, 'restart');
    dialing.time.settle();
    expect(statuses[1]).toMatchObject({ state: 'waiting', cause: DOWN });
    const last = statuses.at(-1) as { state: 'closed'; cause: ConnectionClosedError };
    expect(last.state).toBe('closed');
    expect(last.cause.info).toMatchObject({ code: 1012, reason: 'restart' });
  });

  it('counts on while connections do not stay, and from 1 again when one did', () => {
    const { dialing, states, statuses } = watch(() => opens, { resetAfterMs: 5000 });
    for (const upMs of [0, 100, 4999, 5000]) {
      dialing.time.pass(10);
      dialing.time.pass(upMs);
      dialing.pair.server.close(1013);
      dialing.time.settle();
      const { delayMs } = statuses.at(-1) as { delayMs: number };
      dialing.time.pass(delayMs);
    }
    expect(states().filter((state) => state.startsWith('waiting'))).toEqual([
      'waiting 2 1000',
      'waiting 3 2000',
      'waiting 4 4000',
      'waiting 1 500',
    ]);
  });

  it('does not take the time in which the last messages are taken for time that it was up', () => {
    const { dialing, states } = watch(
      () => (pair) => {
        pair.server.send('held, as nobody takes it');
        pair.server.close(1013);
      },
      { resetAfterMs: 500 },
    );
    dialing.time.pass(1100);
    // It ended when its messages were given up, after a second.
    expect(states()).toEqual(['connecting 1', 'open', 'waiting 2 1000']);
  });

  it('ends with the error after maxAttempts, which are those in a row', () => {
    const { dialing, connections, states, completed } = watch((dial) => (dial === 1 ? opens : DOWN), {
      maxAttempts: 2,
      resetAfterMs: 0,
    });
    dialing.time.pass(2000);
    expect(states()).toEqual(['connecting 1', 'waiting 2 1000', 'connecting 2', 'open']);
    dialing.pair.cut();
    dialing.time.pass(60_000);
    expect(dialing.began).toHaveLength(4);
    expect([connections.error, completed(), dialing.time.pending]).toEqual([DOWN, 1, 0]);
    expect(states().slice(4)).toEqual([
      'waiting 1 500',
      'connecting 1',
      'waiting 2 1000',
      'connecting 2',
      'closed',
    ]);
  });

  it.each([
    ['this side closes', (c: Connection) => void c.close(4000), undefined],
    ['this side terminates', (c: Connection) => c.terminate(), undefined],
    ['the peer closes with 1000', undefined, 1000],
  ])('completes when %s', (_name, here, code) => {
    const { dialing, connections, statuses } = watch(() => opens);
    dialing.time.pass(10);
    if (code !== undefined) dialing.pair.server.close(code);
    here?.(dialing.pair.client);
    dialing.time.pass(60_000);
    expect([connections.done, connections.error, dialing.began.length]).toEqual([true, undefined, 1]);
    expect(statuses.at(-1)).toEqual({ state: 'closed' });
  });

  it('tries again when the peer closes without a code, though connect completes then', () => {
    const { dialing, states } = watch(() => opens);
    dialing.time.pass(10);
    dialing.pair.server.sendFrame({ fin: true, rsv: 0, opcode: 8, length: 0, payload: new Uint8Array() });
    dialing.time.pass(60_000);
    expect(states()).toEqual(['connecting 1', 'open', 'waiting 2 1000', 'connecting 2', 'open']);
  });

  it.each([1002, 1003, 1007, 1008, 1009, 1010, 3000, 4000, 4999])('errors once, with %i', (code) => {
    const { dialing, connections, states } = watch(() => opens);
    dialing.time.pass(10);
    dialing.pair.server.close(code);
    dialing.time.pass(60_000);
    expect(connections.error).toBeInstanceOf(ConnectionClosedError);
    expect((connections.error as ConnectionClosedError).info.code).toBe(code);
    expect([states().at(-1), dialing.began.length, dialing.time.pending]).toEqual(['closed', 1, 0]);
  });

  it('passes on the error of a source that is none of ours, as it is', () => {
    const connections = collect(throwError(() => 'aborted').pipe(reconnect()));
    expect(connections.error).toBe('aborted');
  });

  it('completes with a source that does, without a connection or before its end', () => {
    const { client } = dialled();
    expect(collect(EMPTY.pipe(reconnect())).done).toBe(true);
    expect(collect(of(client).pipe(reconnect()))).toMatchObject({ values: [client], done: true });
  });
});

function dialled(): { client: Connection } {
  const dialing = new Dialing(() => opens);
  const { values } = collect(dialing.connect$);
  dialing.time.pass(10);
  return { client: values[0]! };
}
