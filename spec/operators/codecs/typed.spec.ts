import { jest } from '@jest/globals';
import { EMPTY, from, type Observable, ReplaySubject, Subject, take } from 'rxjs';
import {
  type CloseInfo,
  CodecError,
  type Incoming,
  json,
  type Outgoing,
  text,
  typed,
  type TypedOptions,
  type TypedSource,
} from '../../../src/index.js';
import { firehose, marbles } from '../../support/operator-contract.js';
import { watchResources } from '../../support/harness.js';
import { memoryConnections } from '../../support/memory-peer.js';

interface Price {
  readonly price: number;
}
interface Ask {
  readonly symbol: string;
}
const codec = json<Price, Ask>();

/** A source by hand: what was sent through it, and what its outbox was told. */
function source(messages$: Observable<Incoming> = EMPTY): TypedSource & { sent: Outgoing[]; told: string[] } {
  const sent: Outgoing[] = [];
  const told: string[] = [];
  const send = (data: Outgoing): boolean => sent.push(data) < 3;
  const outbox = {
    next: (data: Outgoing) => void send(data),
    error: (error: unknown) => told.push(`# ${String(error)}`),
    complete: () => told.push('|'),
  };
  return { messages$, send, outbox, sent, told };
}

watchResources();

describe('typed', () => {
  it('subscribes to nothing before messages$ is subscribed, and then once for all', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const messages$ = hot('   -a--b-----c--|', { a: text('1'), b: text('2'), c: text('3') });
      const subs = ['           --^---!', '         --------^----!'];
      const link = typed<number, number>(source(messages$), json<number>());
      const values = { b: 2, c: 3 };
      expectObservable(link.errors$).toBe('-------------|');
      expectObservable(link.messages$, '--^--!').toBe('----b', values);
      expectObservable(link.messages$, '---^--!').toBe('----b', values);
      expectObservable(link.messages$, '--------^').toBe('----------c--|', values);
      expectSubscriptions(messages$.subscriptions).toBe(subs);
    });
  });

  it('shows what cannot be decoded beside the values, and goes on', () => {
    marbles(({ hot, expectObservable }) => {
      const messages$ = hot('   -a-x-b-y-|', { a: text('1'), b: text('2'), x: text('x'), y: text('y') });
      const link = typed<number, number>(source(messages$), json<number>());
      const error = new CodecError('json: the message is not JSON', { codec: 'json', failure: 'syntax' });
      expectObservable(link.messages$).toBe('-a---b---|', { a: 1, b: 2 });
      expectObservable(link.errors$).toBe('  ---x---y-|', { x: error, y: error });
    });
  });

  it('passes on an error of the source, and ends errors$ then', () => {
    marbles(({ hot, expectObservable }) => {
      const link = typed(source(hot<Incoming>('-#')), codec);
      expectObservable(link.messages$).toBe('-#');
      expectObservable(link.errors$).toBe('-|');
    });
  });

  it('leaves a synchronous source after the value that was wanted', () => {
    const { source: messages$, emitted } = firehose<Incoming>(text('1'), 1000);
    const seen: unknown[] = [];
    typed(source(messages$), json())
      .messages$.pipe(take(1))
      .subscribe((value) => seen.push(value));
    expect([seen, emitted()]).toEqual([[1], 1]);
  });

  it('counts what nobody takes, and logs the first of it', () => {
    const warn = jest.fn();
    const messages$ = new Subject<Incoming>();
    const link = typed(source(messages$), codec, { logger: { warn } });
    link.messages$.subscribe();
    messages$.next(text('x'));
    messages$.next(text('y'));
    expect(link.refused).toBe(2);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^json: the message is not JSON.*errors\$/), { error: expect.any(Error) }],
    ]);
    const seen: string[] = [];
    link.errors$.subscribe(({ failure }) => seen.push(failure));
    messages$.next(text('z'));
    expect([seen, link.refused, warn.mock.calls.length]).toEqual([['syntax'], 3, 1]);
  });

  it('logs nothing that somebody takes', () => {
    const warn = jest.fn();
    const link = typed(source(from([text('x'), text('1')])), codec, { logger: { warn } });
    const seen: string[] = [];
    link.errors$.subscribe(({ failure }) => seen.push(failure));
    link.messages$.subscribe();
    expect([seen, link.refused, warn.mock.calls]).toEqual([['syntax'], 1, []]);
  });

  it('encodes what is sent, and returns what send returns', () => {
    const below = source();
    const link = typed(below, codec);
    expect([link.send({ symbol: 'A' }), link.send({ symbol: 'B' }), link.send({ symbol: 'C' })]).toEqual([
      true,
      true,
      false,
    ]);
    const { next, error, complete } = link.outbox;
    next({ symbol: 'D' });
    complete();
    error('thrown');
    expect(below.sent).toEqual(['A', 'B', 'C', 'D'].map((symbol) => `{"symbol":"${symbol}"}`));
    expect(below.told).toEqual(['|', '# thrown']);
  });

  it('throws to whoever sends what cannot be encoded, and sends nothing', () => {
    const below = source();
    const link = typed(below, json());
    for (const send of [() => link.send(1n), () => link.outbox.next(undefined)]) {
      let thrown: unknown;
      try {
        send();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: 'RXWIRE_CODEC', failure: 'encode' });
    }
    expect(below.sent).toEqual([]);
  });

  it('has closed$ of what is below', () => {
    const closed$ = new ReplaySubject<CloseInfo>(1);
    expect(typed({ ...source(), closed$ }, codec).closed$).toBe(closed$);
    expect(typed(source(), codec).closed$).toBeUndefined();
  });

  it.each<[object, string]>([
    [{ logger: 1 }, 'option logger is 1, expected of type object'],
    [{ maxPendingMessages: -1 }, 'option maxPendingMessages is -1'],
    [{ onErrors: 1 }, 'unknown option onErrors'],
  ])('refuses the options %j', (options, message) => {
    expect(() => typed(source(), codec, options as TypedOptions)).toThrow(message);
  });

  describe('over a connection', () => {
    it('leaves bad messages to errors$, and the connection open', async () => {
      const { client, server } = memoryConnections();
      const link = typed(client, json<number>());
      const seen: unknown[] = [];
      const ended = new Promise<void>((complete) => {
        link.messages$.subscribe({ next: (value) => seen.push(value), complete });
      });
      link.errors$.subscribe(({ failure }) => {
        seen.push(failure);
        expect(client.state).toBe('open');
      });
      for (const data of ['1', 'oops', Uint8Array.of(0), '2']) server.send(data);
      server.close();
      await ended;
      expect(seen).toEqual([1, 'syntax', 'type', 2]);
    });

    it('holds messages until somebody takes the values', async () => {
      const { client, server } = memoryConnections();
      const link = typed(client, json<number>());
      link.errors$.subscribe();
      server.send('1');
      server.close();
      await new Promise<void>((resolve) => client.closed$.subscribe({ complete: resolve }));
      const seen: number[] = [];
      await new Promise<void>((complete) => {
        link.messages$.subscribe({ next: (value) => seen.push(value), complete });
      });
      expect(seen).toEqual([1]);
    });
  });
});
