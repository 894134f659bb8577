import { BehaviorSubject, EMPTY, of, Subject, switchMap, takeUntil, throwError } from 'rxjs';
import {
  type CloseInfo,
  connect,
  type Connection,
  ConnectionClosedError,
  HandshakeError,
  type LinkStatus,
  reconnect,
  type ReconnectOptions,
} from '../../../src/index.js';
import { collect, type Record } from '../../support/collect.js';
import { Dialing, opens, type Outcome } from '../../support/dialing.js';
import { watchResources } from '../../support/harness.js';

watchResources();

const DOWN = new HandshakeError('down', {
  phase: 'tcp',
  cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
});

function busy(headers: { readonly [name: string]: string }): HandshakeError {
  return new HandshakeError('busy', { phase: 'http', status: 503, headers });
}

interface Watched {
  readonly dialing: Dialing;
  readonly connections: Record<Connection>;
  readonly statuses: LinkStatus[];
  readonly states: () => string[];
  readonly completed: () => number;
}

/** Half of every bound is drawn, unless told otherwise. */
function watch(outcomeOf: (dial: number) => Outcome, options: ReconnectOptions = {}): Watched {
  const dialing = new Dialing(outcomeOf);
  const statuses: LinkStatus[] = [];
  let completed = 0;
  const connections = collect(
    dialing.connect$.pipe(
      reconnect({
        scheduler: dialing.time,
        delays: { random: () => 0.5 },
        ...options,
        status: { next: (status) => statuses.push(status), complete: () => completed++ },
      }),
    ),
  );
  const states = (): string[] =>
    statuses.map((status) => {
      if (status.state === 'connecting') return `connecting ${status.attempt}`;
      if (status.state === 'waiting') return `waiting ${status.attempt} ${status.delayMs}`;
      return status.state;
    });
  return { dialing, connections, statuses, states, completed: () => completed };
}

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

describe('the Retry-After of a server', () => {
  const waits = (headers: { readonly [name: string]: string }, options: ReconnectOptions = {}): string => {
    const { dialing, states } = watch(() => busy(headers), options);
    dialing.time.pass(10);
    return states()[1]!;
  };

  it('comes on top of the delay', () => {
    expect(waits({ 'retry-after': '7' })).toBe('waiting 2 8000');
  });

  it('may be a date', () => {
    const headers = {
      date: 'Sun, 06 Nov 1994 08:49:37 GMT',
      'retry-after': 'Sun, 06 Nov 1994 08:49:57 GMT',
    };
    expect(waits(headers)).toBe('waiting 2 21000');
    // By the clock that is there, which began in 1970 a moment ago.
    expect(waits({ 'retry-after': 'Thu, 01 Jan 1970 00:00:02 GMT' })).toBe('waiting 2 2990');
  });

  it('is bounded, and can be ignored', () => {
    expect(waits({ 'retry-after': '99999999999999999999' })).toBe('waiting 2 301000');
    expect(waits({ 'retry-after': '7' }, { maxRetryAfterMs: 3000 })).toBe('waiting 2 4000');
    expect(waits({ 'retry-after': '7' }, { maxRetryAfterMs: 0 })).toBe('waiting 2 1000');
  });

  it('says nothing where classify knows how long', () => {
    expect(waits({ 'retry-after': '7' }, { classify: () => 5 })).toBe('waiting 2 5');
  });

  it('holds when the network comes back meanwhile', () => {
    const online = new Subject<boolean>();
    const { dialing, states } = watch(() => busy({ 'retry-after': '7' }), { online });
    dialing.time.pass(1010);
    online.next(false);
    online.next(true);
    expect(states().slice(1)).toEqual(['waiting 2 8000', 'waiting 2 Infinity', 'waiting 2 6000']);
  });
});

describe('classify', () => {
  it('is asked about errors and about ends, and has the last word', () => {
    const asked: (Error | CloseInfo)[] = [];
    const refused = new HandshakeError('who are you?', { phase: 'http', status: 401 });
    const { dialing, states, connections } = watch((dial) => (dial === 0 ? refused : opens), {
      classify: (ended) => {
        asked.push(ended);
        if (ended instanceof Error) return 40;
        return asked.length === 2 ? 'retry' : 'stop';
      },
    });
    dialing.time.pass(100);
    dialing.pair.server.close(4000);
    dialing.time.pass(3000);
    dialing.pair.cut();
    dialing.time.pass(60_000);
    expect(asked).toMatchObject([refused, { code: 4000 }, { code: 1006 }]);
    expect(connections.error).toBeInstanceOf(ConnectionClosedError);
    expect(states()).toEqual([
      'connecting 1',
      'waiting 2 40',
      'connecting 2',
      'open',
      'waiting 3 2000',
      'connecting 3',
      'open',
      'closed',
    ]);
  });

  it('can make a close of our own a way to begin anew', () => {
    const { dialing } = watch(() => opens, {
      classify: (ended) => ('initiator' in ended && ended.initiator === 'local' ? 0 : undefined),
    });
    dialing.time.pass(10);
    dialing.pair.client.close(1000, 'stale');
    dialing.time.pass(100);
    expect(dialing.pairs.map(({ client }) => client.state)).toEqual(['closed', 'open']);
  });

  it('leaves it to the defaults with undefined', () => {
    const { dialing, connections } = watch(() => opens, { classify: () => undefined });
    dialing.time.pass(10);
    dialing.pair.server.close(1008);
    dialing.time.pass(60_000);
    expect(connections.error).toBeInstanceOf(ConnectionClosedError);
  });

  it.each([
    ['a number that is none', NaN, RangeError],
    ['a negative number', -1, RangeError],
    ['a wait without an end', Infinity, RangeError],
    ['another word', 'again', TypeError],
  ])('ends it when it gives %s', (_name, verdict, error) => {
    const { dialing, connections } = watch(() => DOWN, { classify: () => verdict as number });
    dialing.time.pass(10);
    expect(connections.error).toBeInstanceOf(error);
    expect(String(connections.error)).toContain('option classify');
  });

  it('ends it with what it throws, and so do delays', () => {
    const fail = (): never => {
      throw 'thrown';
    };
    for (const options of [{ classify: fail }, { delays: fail }]) {
      const { dialing, connections, statuses } = watch(() => DOWN, options);
      dialing.time.pass(10);
      expect([connections.error, dialing.time.pending]).toEqual(['thrown', 0]);
      expect(statuses.at(-1)).toMatchObject({ state: 'closed', cause: { message: 'thrown' } });
    }
  });
});

describe('the option online', () => {
  it('holds the first attempt back, and begins at once when there is a network', () => {
    const online = new Subject<boolean>();
    const network = new BehaviorSubject(false);
    const offline = watch(() => opens, { online: network });
    offline.dialing.time.pass(600_000);
    network.next(true);
    offline.dialing.time.settle();
    expect(offline.states()).toEqual(['waiting 1 Infinity', 'waiting 1 0', 'connecting 1']);
    expect(offline.statuses[0]).toMatchObject({ cause: { code: 'RXWIRE_OFFLINE' } });
    const { dialing, states } = watch(() => opens, { online });
    expect(states()).toEqual(['connecting 1']);
    online.next(false);
    dialing.time.pass(100);
    // What is open, or on its way, is left alone: the network may know better.
    expect(states()).toEqual(['connecting 1', 'open']);
  });

  it('cuts a wait short, or stops it', () => {
    const online = new Subject<boolean>();
    const { dialing, states } = watch(() => DOWN, { online });
    dialing.time.pass(500);
    online.next(true);
    online.next(false);
    dialing.time.pass(600_000);
    expect(dialing.began).toEqual([0]);
    online.next(true);
    dialing.time.settle();
    expect(dialing.began).toEqual([0, 600_500]);
    expect(states()).toEqual([
      'connecting 1',
      'waiting 2 1000',
      'waiting 2 Infinity',
      'waiting 2 0',
      'connecting 2',
    ]);
  });

  it('is waited for when a connection is lost without a network', () => {
    const online = new Subject<boolean>();
    const { dialing, states } = watch(() => opens, { online });
    dialing.time.pass(10);
    online.next(false);
    dialing.pair.cut();
    dialing.time.pass(600_000);
    expect(states()).toEqual(['connecting 1', 'open', 'waiting 2 Infinity']);
    expect(dialing.time.pending).toBe(0);
    online.complete();
    dialing.time.pass(10);
    expect(dialing.pairs).toHaveLength(2);
  });

  it('ends it with its error', () => {
    const online = new Subject<boolean>();
    const { dialing, connections } = watch(() => opens, { online });
    dialing.time.pass(10);
    online.error('broken');
    dialing.time.pass(60_000);
    expect([connections.error, dialing.pair.client.state, dialing.current]).toEqual(['broken', 'closed', 0]);
  });

  it('is left when it is over', () => {
    const online = new Subject<boolean>();
    const { connections } = watch(() => opens, { online });
    connections.stop();
    expect(online.observed).toBe(false);
  });
});

describe('leaving', () => {
  it.each([
    ['in the middle of a dial', 5],
    ['while it is open', 15],
  ])('%s leaves nothing', (_name, ms) => {
    const { dialing, connections, statuses, completed } = watch(() => opens);
    dialing.time.pass(ms);
    connections.stop();
    expect([dialing.current, completed()]).toEqual([0, 1]);
    expect(statuses.at(-1)).toEqual({ state: 'closed' });
    dialing.time.pass(60_000);
    expect([dialing.time.pending, dialing.began.length]).toEqual([0, 1]);
  });

  it('in the middle of a wait leaves nothing', () => {
    const { dialing, connections, statuses } = watch(() => DOWN);
    dialing.time.pass(500);
    expect(dialing.time.pending).toBe(1);
    connections.stop();
    expect(dialing.time.pending).toBe(0);
    expect(statuses.at(-1)).toEqual({ state: 'closed' });
  });

  it.each(['connecting', 'open', 'waiting', 'closed'])('from within status, at %s, is heard', (state) => {
    const dialing = new Dialing((dial) => (dial === 0 ? DOWN : opens));
    const seen: string[] = [];
    const left$ = new Subject<void>();
    dialing.connect$
      .pipe(
        reconnect({
          scheduler: dialing.time,
          status: {
            next: (status) => {
              seen.push(status.state);
              if (status.state === state) left$.next();
            },
          },
        }),
        takeUntil(left$),
      )
      .subscribe();
    dialing.time.pass(60_000);
    left$.next();
    dialing.time.pass(60_000);
    expect([dialing.time.pending, dialing.current, seen.at(-1)]).toEqual([0, 0, 'closed']);
    expect(seen.filter((other) => other === 'closed')).toHaveLength(1);
  });

  it('needs no more of a status observer than it wants', () => {
    const dialing = new Dialing(() => opens);
    let completed = 0;
    const status = { complete: () => completed++ };
    const connections = collect(dialing.connect$.pipe(reconnect({ scheduler: dialing.time, status })));
    dialing.time.pass(10);
    connections.stop();
    expect([connections.values.length, completed]).toEqual([1, 1]);
  });
});

describe('the URL of each attempt', () => {
  it('is asked for anew', () => {
    const dialing = new Dialing(() => DOWN);
    let asked = 0;
    const connections = collect(
      connect(() => {
        asked++;
        return throwError(() => DOWN);
      }).pipe(reconnect({ scheduler: dialing.time, maxAttempts: 5 })),
    );
    dialing.time.pass(600_000);
    expect([asked, connections.error]).toEqual([5, DOWN]);
  });

  it('ends it when the function throws what is no error of the network', () => {
    const connections = collect(
      connect(() => {
        throw new TypeError('no token');
      }).pipe(
        reconnect(),
        switchMap((connection) => connection.messages$),
      ),
    );
    expect(connections.error).toMatchObject({ message: 'no token' });
  });
});

describe('options of reconnect', () => {
  it.each([
    [{ delay: 5 }, 'unknown option delay, did you mean delays?'],
    [{ delays: 5 }, 'option delays is 5, expected of type object or function'],
    [{ delays: { base: 5 } }, 'unknown option delays.base, did you mean delays.baseMs?'],
    [{ delays: { factor: 0.5 } }, 'option delays.factor is 0.5, expected a number of at least 1'],
    [{ delays: { capMs: Infinity } }, 'option delays.capMs is Infinity'],
    [{ maxAttempts: 0 }, 'option maxAttempts is 0, expected an integer of at least 1, or Infinity'],
    [{ resetAfterMs: -1 }, 'option resetAfterMs is -1'],
    [{ maxRetryAfterMs: Infinity }, 'option maxRetryAfterMs is Infinity'],
    [{ classify: 'retry' }, "option classify is 'retry', expected of type function"],
    [{ online: true }, 'option online is true, expected an Observable'],
    [{ status: () => 1 }, 'option status is a value of type function, expected of type object'],
    [{ unref: 1 }, 'option unref is 1'],
  ])('%j is refused', (options, text) => {
    expect(() => reconnect(options as object)).toThrow(text);
  });

  it('takes what is undefined for not given', () => {
    expect(() => reconnect({ ...({ delays: undefined, maxAttempts: undefined } as object) })).not.toThrow();
  });
});
