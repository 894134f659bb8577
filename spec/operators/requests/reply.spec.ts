import { jest } from '@jest/globals';
import fc from 'fast-check';
import { concat, EMPTY, finalize, NEVER, Observable, of, range, Subject, throwError } from 'rxjs';
import {
  envelopes,
  json,
  jsonRpc,
  jsonRpcError,
  reply,
  ReplyError,
  type ReplyHandler,
  type ReplyOptions,
  requester,
  typed,
} from '../../../src/index.js';
import { watchResources } from '../../support/harness.js';
import { memoryConnections } from '../../support/memory-peer.js';
import { marbles } from '../../support/operator-contract.js';
import '../../support/seed.js';
import { FakeLink, joinedLinks } from '../fake-link.js';

type Options = Partial<ReplyOptions<string, string, unknown, unknown>>;

const protocol = envelopes<string, string>();
const many = envelopes<string, string>({ many: true });

/** A link whose requests are answered, with what came of it. */
function answering(handler: ReplyHandler<string, string>, options: Options = {}) {
  const link = new FakeLink<unknown, unknown>();
  const errors: unknown[] = [];
  const said: unknown[] = [];
  const onError = (error: unknown): unknown => errors.push(error);
  const subscription = reply(link, handler, { protocol, onError, ...options }).subscribe({
    error: (error: unknown) => said.push(error),
    complete: () => said.push('|'),
  });
  const ask = (...ids: number[]): void => {
    for (const id of ids) link.receive({ id, request: `r${String(id)}` });
  };
  return { link, errors, said, ask, subscription };
}

/** A handler whose work ends when it is told to. */
function byHand() {
  const started: string[] = [];
  const left: string[] = [];
  const work = new Map<string, Subject<string>>();
  const handler = (request: string): Observable<string> => {
    started.push(request);
    const subject = new Subject<string>();
    work.set(request, subject);
    return subject.pipe(finalize(() => left.push(request)));
  };
  return { handler, started, left, work };
}

const fail = (): never => {
  throw 'thrown';
};

watchResources();

describe('reply', () => {
  it('answers while it is subscribed, with one claim, and completes with the messages', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const messages$ = hot('    -a-b----c-|', {
        a: { id: 1, request: 'a' },
        b: { id: 2, request: 'b' },
        c: 'noise',
      });
      const subs = '             ^---------!';
      const sent = new Subject<unknown>();
      const link = { messages$, send: (message: unknown) => (sent.next(message), true) };
      const handler = (request: string) => cold(request === 'a' ? '----x|' : '-y|', { x: 'A', y: 'B' });
      expectObservable(sent).toBe('----ba', { a: { id: 1, reply: 'A' }, b: { id: 2, reply: 'B' } });
      expectObservable(reply(link, handler, { protocol })).toBe('----------|');
      expectSubscriptions(messages$.subscriptions).toBe(subs);
    });
  });

  it.each<[string, ReturnType<ReplyHandler<string, string>>, unknown]>([
    ['the first value', of('A', 'B'), { id: 1, reply: 'A' }],
    ['no value', EMPTY, { id: 1, reply: undefined }],
    ['nothing at all', undefined, { id: 1, reply: undefined }],
    ['an array', ['A'], { id: 1, reply: 'A' }],
  ])('answers with %s', (_, result, expected) => {
    const { link, ask } = answering(() => result);
    ask(1);
    expect(link.sent).toEqual([expected]);
  });

  it('answers with what a promise resolves to', async () => {
    const { link, ask } = answering(async (request) => request.toUpperCase());
    const sent = new Promise((resolve) => (link.onSend = resolve));
    ask(1);
    expect(await sent).toEqual({ id: 1, reply: 'R1' });
  });

  it('answers with every value, and the end, where the protocol has many', () => {
    const { link, ask } = answering(() => of('A', 'B'), { protocol: many });
    ask(1);
    expect(link.sent).toEqual([
      { id: 1, reply: 'A' },
      { id: 1, reply: 'B' },
      { id: 1, end: true },
    ]);
  });

  it('stops a synchronous handler at the reply', () => {
    let emitted = 0;
    const { ask } = answering(
      () =>
        new Observable<string>((subscriber) => {
          for (; emitted < 1000 && !subscriber.closed; emitted++) subscriber.next('A');
        }),
    );
    ask(1);
    expect(emitted).toBe(1);
  });

  it('asks no reply for a request without an id', () => {
    const seen: string[] = [];
    const { link, errors } = answering((request) => {
      seen.push(request);
      return request === 'bad' ? throwError(() => 'thrown') : of('A');
    });
    link.receive({ request: 'a' }, { request: 'bad' }, { request: 'a' });
    expect([seen, link.sent, errors]).toEqual([['a', 'bad', 'a'], [], ['thrown']]);
  });

  describe('errors', () => {
    it.each<[string, ReplyHandler<string, string>]>([
      ['a throwing handler', fail],
      ['an error of what it returns', () => throwError(() => 'thrown')],
      ['a value that is no Observable', () => 1 as never],
    ])('of %s tell the other side nothing but that', (_, handler) => {
      const { link, ask, errors, said } = answering(handler);
      ask(1);
      expect([link.sent, errors.length, said]).toEqual([[{ id: 1, error: 'internal error' }], 1, []]);
    });

    it('that are for the other side are told as they are', () => {
      const { link, ask, errors } = answering(() => throwError(() => new ReplyError({ why: 'no' })));
      ask(1);
      expect([link.sent, errors]).toEqual([[{ id: 1, error: { why: 'no' } }], []]);
    });

    it('of sending end the one reply, and tell the other side', () => {
      const { link, ask, errors, said } = answering(() => concat(of('A'), NEVER), { protocol: many });
      let sending = 0;
      link.onSend = () => {
        if (++sending === 1) throw 'cannot be encoded';
      };
      ask(1);
      expect(link.sent[1]).toEqual({ id: 1, error: 'internal error' });
      expect([errors, said]).toEqual([['cannot be encoded'], []]);
      ask(1);
      expect(link.sent[2]).toEqual({ id: 1, reply: 'A' });
    });

    it('of sending anything at all are all given away', () => {
      const { link, ask, errors, said } = answering(() => of('A'));
      link.onSend = fail;
      ask(1);
      expect([errors, said]).toEqual([['thrown', 'thrown'], []]);
    });

    it('are warned of once when nobody takes them', () => {
      const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
      try {
        const link = new FakeLink<unknown, unknown>();
        reply(link, fail, { protocol }).subscribe();
        link.receive({ id: 1, request: 'a' }, { id: 2, request: 'a' });
        expect(warn.mock.calls).toEqual([[expect.stringContaining('a request could not be answered')]]);
      } finally {
        warn.mockRestore();
      }
    });

    it.each<[string, Options]>([
      ['onError throws', { onError: fail }],
      ['reading a message throws', { protocol: { ...protocol, readRequest: fail } }],
    ])('end it all when %s', (_, options) => {
      const { link, ask, said } = answering(fail, options);
      ask(1);
      expect([said, link.claims]).toEqual([['thrown'], 0]);
    });

    it('of messages$ are passed on', () => {
      const { link, said } = answering(() => NEVER);
      link.fail('gone');
      expect(said).toEqual(['gone']);
    });
  });

  describe('concurrency', () => {
    it('works on so many, in order, and refuses what may not wait', () => {
      const { handler, started, work } = byHand();
      const { link, ask } = answering(handler, { concurrency: 2, maxWaiting: 2 });
      ask(1, 2, 3, 4, 5);
      expect([started, link.sent]).toEqual([['r1', 'r2'], [{ id: 5, error: 'too many requests' }]]);
      work.get('r2')!.next('B');
      expect(started).toEqual(['r1', 'r2', 'r3']);
      work.get('r1')!.complete();
      expect(started).toEqual(['r1', 'r2', 'r3', 'r4']);
    });

    it('never works on more, and answers each once, in whatever order they end', () => {
      const runs = fc.record({
        concurrency: fc.integer({ min: 1, max: 4 }),
        steps: fc.array(fc.nat(), { maxLength: 40, size: 'max' }),
      });
      fc.assert(
        fc.property(runs, ({ concurrency, steps }) => {
          const { handler, work, left } = byHand();
          const { link, ask } = answering(handler, { concurrency });
          const ids = steps.map((_, i) => i + 1);
          ask(...ids);
          for (const step of steps) {
            const working = [...work].filter(([name]) => !left.includes(name));
            expect(working.length).toBeLessThanOrEqual(concurrency);
            const [name, subject] = working[step % working.length]!;
            if (step % 3 === 0) subject.error(new ReplyError('no'));
            else subject.next(`to ${name}`);
          }
          const answered = link.sent.map((message) => (message as { id: number }).id);
          expect(answered.toSorted((a, b) => a - b)).toEqual(ids);
        }),
      );
    });

    it('goes through many waiting ones that are synchronous', () => {
      const { handler, work } = byHand();
      const { link, ask } = answering((request) => (request === 'r0' ? handler(request) : of('A')), {
        concurrency: 1,
        maxWaiting: 20_000,
      });
      ask(0);
      range(1, 20_000).subscribe((id) => ask(id));
      work.get('r0')!.next('A');
      expect(link.sent).toHaveLength(20_001);
    });
  });

  describe('work that nobody waits for is left', () => {
    it('when the other side cancels, and the next begins', () => {
      const { handler, started, left } = byHand();
      const { link, ask } = answering(handler, { concurrency: 1 });
      ask(1, 2, 3);
      link.receive({ id: 2, cancel: true }, { id: 1, cancel: true }, { id: 9, cancel: true });
      expect([started, left, link.sent]).toEqual([['r1', 'r3'], ['r1'], []]);
    });

    it('when the messages end', () => {
      const { handler, left } = byHand();
      const { link, ask, said } = answering(handler, { concurrency: 1 });
      ask(1, 2);
      link.end();
      expect([left, said]).toEqual([['r1'], ['|']]);
    });

    it('when it is unsubscribed while those that waited begin, and no other begins', () => {
      const started: string[] = [];
      const first = new Subject<string>();
      const { ask, subscription } = answering(
        (request) => {
          started.push(request);
          if (request === 'r1') return first;
          subscription.unsubscribe();
          return of('A');
        },
        { concurrency: 1 },
      );
      ask(1, 2, 3, 4);
      first.next('A');
      expect(started).toEqual(['r1', 'r2']);
    });

    it('when it is unsubscribed, also from within a handler', () => {
      const { handler, left } = byHand();
      const { link, ask, subscription } = answering((request) => {
        if (request === 'r2') subscription.unsubscribe();
        return handler(request);
      });
      ask(1, 2);
      expect([left.toSorted(), link.claims, link.sent]).toEqual([['r1', 'r2'], 0, []]);
    });
  });

  it('answers what is no request as the protocol says, and goes on where that cannot be sent', () => {
    const link = new FakeLink<unknown, unknown>();
    const errors: unknown[] = [];
    const onError = (error: unknown): unknown => errors.push(error);
    reply(link, () => of(1), { protocol: jsonRpc<number>(), onError }).subscribe();
    const refusal = { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Invalid Request' } };
    link.receive('noise');
    expect([link.sent, errors]).toEqual([[refusal], []]);
    link.onSend = fail;
    link.receive('noise');
    link.onSend = () => undefined;
    link.receive({ jsonrpc: '2.0', id: 1, method: 'one' });
    expect([link.sent[2], errors]).toEqual([{ jsonrpc: '2.0', id: 1, result: 1 }, ['thrown']]);
  });

  it('refuses a request whose id is in use', () => {
    const { handler } = byHand();
    const { link, ask } = answering(handler, { concurrency: 1 });
    ask(1, 2, 1, 2);
    expect(link.sent).toEqual([
      { id: 1, error: 'the id is in use' },
      { id: 2, error: 'the id is in use' },
    ]);
  });

  it('answers requests that come from within a reply', () => {
    const { near, far } = joinedLinks<unknown, unknown>();
    reply(far, (request: string) => of(`${request}!`), { protocol }).subscribe();
    const calls = requester(near, { protocol });
    const seen: string[] = [];
    calls.request('a').subscribe((a) => calls.request(a).subscribe((b) => seen.push(a, b)));
    expect(seen).toEqual(['a!', 'a!!']);
  });

  it.each<[Options, string]>([
    [{ concurrency: 0 }, 'option concurrency is 0, expected an integer of at least 1, or Infinity'],
    [{ maxWaiting: -1 }, 'option maxWaiting is -1'],
    [{ protocol: undefined as never }, 'option protocol is missing'],
  ])('refuses the options %j', (options, message) => {
    expect(() => answering(() => EMPTY, options)).toThrow(message);
  });

  it('speaks JSON-RPC over a connection', async () => {
    const { client, server } = memoryConnections();
    const notified: unknown[] = [];
    reply(
      typed(server, json()),
      async ({ method, params }) => {
        if (method === 'notify') notified.push(params);
        else if (method === 'big') return 1n;
        else if (method === 'sum') return (params as number[]).reduce((a, b) => a + b);
        throw jsonRpcError(-32601, 'Method not found', method);
      },
      { protocol: jsonRpc(), onError: () => undefined },
    ).subscribe();
    const calls = requester(typed(client, json()), { protocol: jsonRpc<number>() });
    const result = (method: string, params?: readonly unknown[]): Promise<unknown> =>
      new Promise((resolve) => {
        calls.request({ method, ...(params && { params }) }).subscribe({
          next: resolve,
          error: (error: ReplyError) => {
            resolve(error.details);
          },
        });
      });
    calls.notify({ method: 'notify', params: ['hi'] });
    expect(await Promise.all([result('sum', [1, 2]), result('none'), result('big')])).toEqual([
      3,
      { code: -32601, message: 'Method not found', data: 'none' },
      { code: -32603, message: 'Internal error' },
    ]);
    expect(notified).toEqual([['hi']]);
  });
});
