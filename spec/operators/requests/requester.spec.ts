import { jest } from '@jest/globals';
import fc from 'fast-check';
import {
  catchError,
  EMPTY,
  finalize,
  firstValueFrom,
  Observable,
  of,
  ReplaySubject,
  type SchedulerLike,
  take,
  throwError,
  toArray,
} from 'rxjs';
import {
  type CallProtocol,
  type CloseInfo,
  ConnectionClosedError,
  envelopes,
  json,
  LimitError,
  reply,
  ReplyError,
  requester,
  TimeoutError,
  typed,
} from '../../../src/index.js';
import { watchResources } from '../../support/harness.js';
import { memoryConnections } from '../../support/memory-peer.js';
import { marbles } from '../../support/operator-contract.js';
import '../../support/seed.js';
import { FakeLink, LOST } from '../fake-link.js';

const protocol = envelopes<string, string>();
const many = envelopes<string, string>({ many: true });

/** What an Observable says, as it says it. */
function record(source$: Observable<unknown>): { said: unknown[]; leave: () => void } {
  const said: unknown[] = [];
  const subscription = source$.subscribe({
    next: (value) => said.push(value),
    error: (error: unknown) => said.push(error),
    complete: () => said.push('|'),
  });
  return { said, leave: () => subscription.unsubscribe() };
}

function asking(options: Partial<Parameters<typeof requester<string, string, unknown, unknown>>[1]> = {}) {
  const link = new FakeLink<unknown, unknown>();
  return { link, calls: requester(link, { protocol, timeoutMs: Infinity, ...options }) };
}

watchResources();

describe('requester', () => {
  it('asks when subscribed, each time anew, and finds each reply by its id', () => {
    const { link, calls } = asking();
    const a$ = calls.request('a');
    expect([link.sent, link.claimed]).toEqual([[], 0]);
    const [first, second, third] = [record(a$), record(calls.request('b')), record(a$)];
    expect(link.sent).toEqual([
      { id: 1, request: 'a' },
      { id: 2, request: 'b' },
      { id: 3, request: 'a' },
    ]);
    expect([calls.outstanding, link.claims]).toEqual([3, 1]);
    link.receive({ id: 2, reply: 'B' }, 'noise', { id: 1, reply: 'A' }, { id: 3, error: 'no' });
    expect([first.said, second.said]).toEqual([
      ['A', '|'],
      ['B', '|'],
    ]);
    expect(third.said).toEqual([expect.any(ReplyError)]);
    expect((third.said[0] as ReplyError).details).toBe('no');
    expect([calls.outstanding, link.claims, calls.late]).toEqual([0, 0, 0]);
  });

  it('finds the reply to each of many, in whatever order they come', () => {
    const answers = fc.array(fc.record({ at: fc.nat(), isError: fc.boolean() }), {
      maxLength: 30,
      size: 'max',
    });
    fc.assert(
      fc.property(answers, (answered) => {
        const { link, calls } = asking();
        const left = answered.map(({ isError }, i) => ({ i, isError, ...record(calls.request(String(i))) }));
        const all = [...left];
        for (const { at } of answered) {
          const [next] = left.splice(at % left.length, 1);
          const { i, isError } = next!;
          link.receive({ id: i + 1, [isError ? 'error' : 'reply']: `to ${String(i)}` });
          link.receive({ id: i + 1, reply: 'again' });
        }
        for (const { i, isError, said } of all) {
          if (isError) expect((said[0] as ReplyError).details).toBe(`to ${String(i)}`);
          else expect(said).toEqual([`to ${String(i)}`, '|']);
        }
        // The claim is gone with the last one, so its second reply is not even seen.
        expect([calls.late, link.claims]).toEqual([Math.max(0, answered.length - 1), 0]);
      }),
    );
  });

  it('takes an answer that comes from within send', () => {
    const { link, calls } = asking();
    link.onSend = () => link.receive({ id: 1, reply: 'A' });
    expect(record(calls.request('a')).said).toEqual(['A', '|']);
    expect(link.sent).toHaveLength(1);
  });

  it('asks the next from within a reply', () => {
    const { link, calls } = asking();
    const next$ = new Observable<string>((subscriber) => {
      subscriber.add(
        calls.request('a').subscribe(() => subscriber.add(calls.request('b').subscribe(subscriber))),
      );
    });
    const { said } = record(next$);
    link.receive({ id: 1, reply: 'A' }, { id: 2, reply: 'B' });
    expect(said).toEqual(['B', '|']);
    expect([link.claims, calls.outstanding]).toEqual([0, 0]);
  });

  describe('when nobody waits any more', () => {
    it('cancels, once, and counts the reply that comes too late', () => {
      const { link, calls } = asking();
      const [first, second] = [record(calls.request('a')), record(calls.request('b'))];
      first.leave();
      first.leave();
      expect(link.sent.slice(2)).toEqual([{ id: 1, cancel: true }]);
      link.receive({ id: 1, reply: 'A' }, { id: 2, reply: 'B' });
      expect([first.said, second.said, calls.late]).toEqual([[], ['B', '|'], 1]);
      second.leave();
      expect(link.sent).toHaveLength(3);
    });

    it('sends nothing where the protocol has no such message', () => {
      const { writeCancel: _, ...rest } = protocol;
      const { link, calls } = asking({ protocol: rest });
      record(calls.request('a')).leave();
      expect([link.sent.length, link.claims]).toEqual([1, 0]);
    });

    it('does not mind that the cancel cannot be sent', () => {
      const { link, calls } = asking();
      const { leave } = record(calls.request('a'));
      link.onSend = () => {
        throw new Error('full');
      };
      expect(leave).not.toThrow();
      expect(link.claims).toBe(0);
    });
  });

  it('fails after timeoutMs, and cancels', () => {
    marbles(({ expectObservable, flush }) => {
      const { link, calls } = asking({ timeoutMs: 5 });
      const error = new TimeoutError('no reply came within 5 ms', { option: 'timeoutMs', limitMs: 5 });
      const soon = new TimeoutError('no reply came within 2 ms', { option: 'timeoutMs', limitMs: 2 });
      expectObservable(calls.request('a')).toBe('-----#', undefined, error);
      expectObservable(calls.request('b', { timeoutMs: 2 })).toBe('--#', undefined, soon);
      expectObservable(calls.request('c', { timeoutMs: Infinity })).toBe('------');
      flush();
      expect(link.sent.slice(3)).toEqual([
        { id: 2, cancel: true },
        { id: 1, cancel: true },
      ]);
    });
  });

  it.each([Infinity, 2 ** 31])(
    'starts no timer of %d ms, which the platform would fire at once',
    (timeoutMs) => {
      const schedule = jest.fn<SchedulerLike['schedule']>();
      const { link, calls } = asking({ timeoutMs, scheduler: { now: () => 0, schedule } });
      const { said } = record(calls.request('a'));
      link.receive({ id: 1, reply: 'A' });
      expect([said, schedule.mock.calls.length]).toEqual([['A', '|'], 0]);
    },
  );

  describe('with many replies', () => {
    it('emits up to the end', () => {
      const { link, calls } = asking({ protocol: many });
      const { said } = record(calls.request('a'));
      link.receive({ id: 1, reply: 'A' }, { id: 1, reply: 'B' });
      expect([said, calls.outstanding]).toEqual([['A', 'B'], 1]);
      link.receive({ id: 1, end: true });
      expect([said, calls.outstanding, link.sent.length]).toEqual([['A', 'B', '|'], 0, 1]);
    });

    it('cancels after what was wanted, also from within send', () => {
      const { link, calls } = asking({ protocol: many });
      link.onSend = () => link.receive({ id: 1, reply: 'A' }, { id: 1, reply: 'B' });
      expect(record(calls.request('a').pipe(take(1))).said).toEqual(['A', '|']);
      expect(link.sent[1]).toEqual({ id: 1, cancel: true });
    });

    it('waits timeoutMs for each', () => {
      marbles(({ hot, expectObservable }) => {
        const { link, calls } = asking({ protocol: many, timeoutMs: 4 });
        hot('---a--a---').subscribe(() => link.receive({ id: 1, reply: 'A' }));
        const error = new TimeoutError('no reply came within 4 ms', { option: 'timeoutMs', limitMs: 4 });
        expectObservable(calls.request('a')).toBe('---a--a---#', { a: 'A' }, error);
      });
    });
  });

  describe('when the link ends', () => {
    const info: CloseInfo = { code: 4000, reason: 'bye', wasClean: true, initiator: 'remote' };

    it('fails what is outstanding with how it ended, and what is asked later', () => {
      const schedule = jest.fn<SchedulerLike['schedule']>();
      const { link, calls } = asking({ scheduler: { now: () => 0, schedule } });
      const [first, second] = [record(calls.request('a')), record(calls.request('b'))];
      link.end(info);
      const late = record(calls.request('c', { timeoutMs: 1 }));
      for (const { said } of [first, second, late]) {
        expect(said).toEqual([expect.any(ConnectionClosedError)]);
        expect((said[0] as ConnectionClosedError).info).toBe(info);
      }
      expect([link.sent.length, link.unsent, calls.outstanding, link.claims]).toEqual([2, [], 0, 0]);
      expect(schedule).not.toHaveBeenCalled();
    });

    it('waits for how it ended, if that is not yet known', () => {
      const link = new FakeLink<unknown, unknown>();
      const closed$ = new ReplaySubject<CloseInfo>(1);
      const calls = requester(
        { messages$: link.messages$, send: (m) => link.send(m), closed$ },
        { protocol },
      );
      const { said } = record(calls.request('a'));
      link.end();
      expect(said).toEqual([]);
      closed$.next(info);
      expect((said[0] as ConnectionClosedError).info).toBe(info);
    });

    it.each<[string, Observable<CloseInfo> | undefined]>([
      ['has no closed$', undefined],
      ['has one that says nothing', EMPTY],
      ['has one that fails', throwError(() => 'thrown')],
    ])('says 1006 for a link that %s', (_, closed$) => {
      const link = new FakeLink<unknown, unknown>();
      const calls = requester(
        { messages$: link.messages$, send: (m) => link.send(m), closed$ },
        { protocol },
      );
      const { said } = record(calls.request('a'));
      link.end();
      expect((said[0] as ConnectionClosedError).info).toEqual(LOST);
    });

    it('passes on what messages$ fails with', () => {
      const { link, calls } = asking();
      const { said } = record(calls.request('a'));
      link.fail('thrown');
      expect([said, calls.outstanding]).toEqual([['thrown'], 0]);
    });
  });

  describe('what goes wrong on this side', () => {
    it('is one request too many', () => {
      const { link, calls } = asking({ maxOutstanding: 1 });
      const first = record(calls.request('a'));
      const [error] = record(calls.request('b')).said as LimitError[];
      expect(error).toBeInstanceOf(LimitError);
      expect(error).toMatchObject({ option: 'maxOutstanding', limit: 1 });
      link.receive({ id: 1, reply: 'A' });
      expect(first.said).toEqual(['A', '|']);
      expect(record(calls.request('c')).said).toEqual([]);
    });

    it('is an id that is taken', () => {
      const { link, calls } = asking({ id: () => 'same' });
      const first = record(calls.request('a'));
      expect(record(calls.request('b')).said).toEqual([expect.any(RangeError)]);
      link.receive({ id: 'same', reply: 'A' });
      expect([first.said, link.sent.length]).toEqual([['A', '|'], 1]);
    });

    it.each<[string, Partial<CallProtocol<string, string>>]>([
      [
        'making the request',
        {
          writeRequest: () => {
            throw 'thrown';
          },
        },
      ],
      [
        'reading a reply',
        {
          readReply: () => {
            throw 'thrown';
          },
        },
      ],
    ])('is an error of %s', (_, wrong) => {
      const { link, calls } = asking({ protocol: { ...protocol, ...wrong } });
      const { said } = record(calls.request('a'));
      link.receive('anything');
      expect([said, calls.outstanding, link.claims]).toEqual([['thrown'], 0, 0]);
    });

    it('is what send throws, and then nothing is cancelled', () => {
      const { link, calls } = asking();
      link.onSend = () => {
        throw 'full';
      };
      expect(record(calls.request('a')).said).toEqual(['full']);
      expect([link.sent.length, calls.outstanding, link.claims]).toEqual([1, 0, 0]);
    });
  });

  it('notifies without waiting', () => {
    const { link, calls } = asking();
    expect(calls.notify('a')).toBe(true);
    expect([link.sent, calls.outstanding, link.claimed]).toEqual([[{ request: 'a' }], 0, 0]);
  });

  it.each<[object, string]>([
    [{ protocol: undefined }, 'option protocol is missing'],
    [{ maxOutstanding: 0 }, 'option maxOutstanding is 0, expected an integer of at least 1, or Infinity'],
    [{ timeoutMs: 0 }, 'option timeoutMs is 0'],
    [{ ids: () => 1 }, 'did you mean id?'],
  ])('refuses the options %j', (options, message) => {
    expect(() => asking(options)).toThrow(message);
    expect(() => asking().calls.request('a', { timeoutMs: -1 })).toThrow('option timeoutMs is -1');
  });

  it('asks and is asked over one connection, in both directions', async () => {
    const { client, server } = memoryConnections();
    const ends = [typed(client, json()), typed(server, json())] as const;
    const [near, far] = ends.map((link) => requester(link, { protocol: envelopes<number, number>() }));
    for (const link of ends) {
      reply(link, (n: number) => of(n * 2), { protocol: envelopes<number, number>() }).subscribe();
    }
    const replies = await Promise.all(
      [1, 2, 3].flatMap((n) => [near!, far!].map((end) => firstValueFrom(end.request(n)))),
    );
    expect(replies).toEqual([2, 2, 4, 4, 6, 6]);
    let ended = false;
    const waiting = firstValueFrom(
      far!.request(1).pipe(
        finalize(() => (ended = true)),
        catchError((error: unknown) => of((error as ConnectionClosedError).info.code)),
        toArray(),
      ),
    );
    server.terminate();
    expect(await waiting).toEqual([1006]);
    expect(ended).toBe(true);
  });
});
