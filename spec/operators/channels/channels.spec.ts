import { jest } from '@jest/globals';
import { finalize, NEVER, Observable, of, Subject, take } from 'rxjs';
import { type ChannelOptions, channels, type ChannelsOptions, type Link } from '../../../src/index.js';
import { marbles } from '../../support/operator-contract.js';
import { FakeLink } from '../fake-link.js';

/** Messages are `a1`, `b2`: the key and a value; a channel `a` is begun by `+a` and ended by `-a`. */
function letter(key: string): ChannelOptions<string, string, string> {
  return {
    subscribe: () => `+${key}`,
    unsubscribe: () => `-${key}`,
    select: (message) => (message.startsWith(key) ? message.slice(1) : undefined),
  };
}

type TestLink = FakeLink<string, string>;

/** Connections by hand, with how often they are subscribed. */
function connecting(options: ChannelsOptions<string> = {}) {
  const state = { dialled: 0, open: 0 };
  let current = new Subject<Link<string, string>>();
  const connections$ = new Observable<Link<string, string>>((subscriber) => {
    state.dialled++;
    state.open++;
    current = new Subject();
    subscriber.add(current.subscribe(subscriber));
    subscriber.add(() => state.open--);
  });
  const { channel } = channels(connections$, options);
  const connect = (): TestLink => {
    const link: TestLink = new FakeLink();
    current.next(link);
    return link;
  };
  const listen = (key: string, changed: Partial<ChannelOptions<string, string, string>> = {}) =>
    record(channel(key, { ...letter(key), ...changed }));
  return { state, channel, connect, listen, ends: () => current };
}

function record(source$: Observable<unknown>): { said: unknown[]; leave: () => void } {
  const said: unknown[] = [];
  const subscription = source$.subscribe({
    next: (value) => said.push(value),
    error: (error: unknown) => said.push('#', error),
    complete: () => said.push('|'),
  });
  return { said, leave: () => subscription.unsubscribe() };
}

const fail = (): never => {
  throw 'thrown';
};

describe('channels over one connection', () => {
  it('share one subscribe message, one unsubscribe message and one claim', () => {
    const link: TestLink = new FakeLink();
    const { channel } = channels(link);
    const a$ = channel('a', letter('a'));
    expect([link.sent, link.claimed]).toEqual([[], 0]);
    const all = [record(a$), record(a$), record(channel('a', letter('a')))];
    const b = record(channel('b', letter('b')));
    link.receive('a1', 'b1', 'x1');
    all[0]!.leave();
    link.receive('a2');
    expect([link.sent, link.claims, link.claimed]).toEqual([['+a', '+b'], 1, 1]);
    for (const { leave } of all) leave();
    link.receive('a3', 'b2');
    expect([link.sent, link.claims]).toEqual([['+a', '+b', '-a'], 1]);
    b.leave();
    b.leave();
    expect([link.sent, link.claims]).toEqual([['+a', '+b', '-a', '-b'], 0]);
    expect([...all.map(({ said }) => said), b.said]).toEqual([['1'], ['1', '2'], ['1', '2'], ['1', '2']]);
  });

  it('begin again for who comes back', () => {
    const link: TestLink = new FakeLink();
    const a$ = channels(link).channel('a', letter('a'));
    for (let i = 0; i < 2; i++) record(a$).leave();
    expect([link.sent, link.claims]).toEqual([['+a', '-a', '+a', '-a'], 0]);
  });

  it('complete with its messages, and then send nothing', () => {
    const link: TestLink = new FakeLink();
    const { channel } = channels(link);
    const before = record(channel('a', letter('a')));
    link.end();
    const after = record(channel('a', letter('a')));
    expect([before.said, after.said, link.sent]).toEqual([['|'], ['|'], ['+a']]);
  });

  it('leave a synchronous source after the value that was wanted', () => {
    let emitted = 0;
    const messages$ = new Observable<string>((subscriber) => {
      for (; emitted < 1000 && !subscriber.closed; emitted++) subscriber.next('a1');
    });
    const sent: string[] = [];
    const { channel } = channels({ messages$, send: (message: string) => sent.push(message) > 0 });
    expect(record(channel('a', letter('a')).pipe(take(1))).said).toEqual(['1', '|']);
    expect([emitted, sent]).toEqual([1, []]);
  });

  it('unsubscribe where an answer comes from within send', () => {
    const link: TestLink = new FakeLink();
    link.onSend = (message) => message === '+a' && link.receive('a1');
    expect(record(channels(link).channel('a', letter('a')).pipe(take(1))).said).toEqual(['1', '|']);
    expect([link.sent, link.claims]).toEqual([['+a', '-a'], 0]);
  });

  it('need no unsubscribe message', () => {
    const link: TestLink = new FakeLink();
    const { unsubscribe: _, ...options } = letter('a');
    record(channels(link).channel('a', options)).leave();
    expect([link.sent, link.claims]).toEqual([['+a'], 0]);
  });

  it('are asked in one look with keyOf', () => {
    const link: TestLink = new FakeLink();
    const { channel } = channels(link, { keyOf: (message) => (message === 'none' ? undefined : message[0]) });
    const selected: string[] = [];
    const listen = (key: string) =>
      record(channel(key, { ...letter(key), select: (message) => (selected.push(key), message) }));
    const [a, b] = [listen('a'), listen('b')];
    link.receive('a1', 'b1', 'c1', 'none');
    expect([a.said, b.said, selected]).toEqual([['a1'], ['b1'], ['a', 'b']]);
  });

  it('let subscribers come and go within a message, which is for those who were there', () => {
    const link: TestLink = new FakeLink();
    const { channel } = channels(link);
    const late: unknown[] = [];
    const gone = record(channel('b', { ...letter('b'), select: (message) => message }));
    channel('a', letter('a')).subscribe(() => {
      late.push(
        record(channel('a', letter('a'))).said,
        record(channel('c', { ...letter('c'), select: (m) => m })).said,
      );
    });
    const { said, leave } = record(channel('a', letter('a')));
    link.receive('a1');
    leave();
    gone.leave();
    expect([late, said, gone.said]).toEqual([[[], []], ['1'], ['a1']]);
    expect(link.sent).toEqual(['+b', '+a', '+c', '-b']);
  });
});

it('asks no select of who has left within the message', () => {
  const link: TestLink = new FakeLink();
  const { channel } = channels(link);
  const selected: string[] = [];
  channel('a', letter('a')).subscribe(() => {
    second.leave();
  });
  const select = (message: string): string => (selected.push(message), message);
  const second = record(channel('a', { ...letter('a'), select }));
  link.receive('a1');
  expect([selected, second.said, link.sent]).toEqual([[], [], ['+a']]);
});

describe('channels over connections in turn', () => {
  it('dial with the first listener, and hang up with the last', () => {
    const { state, connect, listen } = connecting();
    expect(state).toEqual({ dialled: 0, open: 0 });
    const [a, b] = [listen('a'), listen('b')];
    const link = connect();
    a.leave();
    expect(state).toEqual({ dialled: 1, open: 1 });
    b.leave();
    expect(state).toEqual({ dialled: 1, open: 0 });
    expect(link.sent).toEqual(['+a', '+b', '-a', '-b']);
  });

  it('send the unsubscribe message before they hang up', () => {
    const order: string[] = [];
    const link: TestLink = new FakeLink();
    const connections$ = new Observable<TestLink>((subscriber) => {
      subscriber.next(link);
    }).pipe(finalize(() => order.push('closed')));
    link.onSend = (message) => order.push(message);
    record(channels(connections$).channel('a', letter('a'))).leave();
    expect(order).toEqual(['+a', '-a', 'closed']);
  });

  it('subscribe on every new connection, survive the gap, and repeat nothing else', () => {
    const { state, connect, listen } = connecting();
    const [a, b] = [listen('a'), listen('b')];
    const first = connect();
    first.receive('a1', 'b1');
    b.leave();
    first.end();
    const c = listen('c');
    const second = connect();
    second.receive('a2', 'b2', 'c2');
    c.leave();
    expect([first.sent, second.sent]).toEqual([
      ['+a', '+b', '-b'],
      ['+a', '+c', '-c'],
    ]);
    expect([a.said, b.said, c.said]).toEqual([['1', '2'], ['1'], ['2']]);
    expect(state.dialled).toBe(1);
  });

  it('never send an unsubscribe message to a connection that did not see the subscribe message', () => {
    const { connect, listen } = connecting();
    const [a] = [listen('a'), listen('b')];
    const first = connect();
    first.end();
    a.leave();
    const second = connect();
    const third = listen('a');
    third.leave();
    expect([first.sent, first.unsent, second.sent]).toEqual([['+a', '+b'], [], ['+b', '+a', '-a']]);
  });

  it('send nothing when they are left while connecting', () => {
    const { state, listen, ends, connect } = connecting();
    const a = listen('a');
    a.leave();
    expect(state).toEqual({ dialled: 1, open: 0 });
    expect(ends().observed).toBe(false);
    const link = connect();
    expect([link.sent, link.claimed]).toEqual([[], 0]);
  });

  it('have a connection of their own after the last has left, while that one still closes', () => {
    const { state, connect, listen } = connecting();
    listen('a').leave();
    listen('a').leave();
    const a = listen('a');
    const old = connect();
    a.leave();
    const b = listen('a');
    const fresh = connect();
    old.receive('a1');
    old.end();
    fresh.receive('a2');
    expect([a.said, b.said, old.sent, fresh.sent]).toEqual([[], ['2'], ['+a', '-a'], ['+a']]);
    expect(state).toEqual({ dialled: 4, open: 1 });
  });

  it('go to the new connection where the one before is still there, and end there', () => {
    const { connect, listen } = connecting();
    const a = listen('a');
    const first = connect();
    const second = connect();
    first.receive('a1');
    second.receive('a2');
    expect([first.sent, first.claims, second.sent, a.said]).toEqual([['+a', '-a'], 0, ['+a'], ['2']]);
    first.end();
    second.receive('a3');
    expect(a.said).toEqual(['2', '3']);
  });

  it('wait for the next connection where one has ended already', () => {
    const { connect, listen, ends } = connecting();
    let asked = 0;
    const a = listen('a', { subscribe: () => `+a${String(++asked)}` });
    const dead: TestLink = new FakeLink();
    dead.end();
    ends().next(dead);
    const alive = connect();
    alive.receive('a1');
    expect([dead.unsent, alive.sent, a.said]).toEqual([[], ['+a1'], ['1']]);
  });

  it('complete with the connections and the messages of the last one', () => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const c = hot('           ---1----2--|', { 1: 'a1', 2: 'a2' });
      const link = { messages$: c, send: () => true };
      const connections$ = cold('-c---|', { c: link });
      const { channel } = channels(connections$);
      expectObservable(channel('a', letter('a'))).toBe('---1----2--|');
      expectSubscriptions(c.subscriptions).toBe('-^---------!');
      expectSubscriptions(connections$.subscriptions).toBe('^----!');
    });
  });

  it('complete with connections that end between two', () => {
    const { connect, listen, ends } = connecting();
    const [a, b] = [listen('a'), listen('b')];
    connect().end();
    expect(a.said).toEqual([]);
    ends().complete();
    expect([a.said, b.said]).toEqual([['|'], ['|']]);
  });

  it('error when the connections do, and leave the one there is', () => {
    const { state, connect, listen, ends } = connecting();
    const [a, b] = [listen('a'), listen('b')];
    const link = connect();
    ends().error('gone');
    expect([a.said, b.said, link.claims, link.sent]).toEqual([['#', 'gone'], ['#', 'gone'], 0, ['+a', '+b']]);
    const again = listen('a');
    expect([state.dialled, again.said]).toEqual([2, []]);
  });

  it('begin anew for who comes back at the end', () => {
    const { state, connect, channel, ends } = connecting();
    const seen: string[] = [];
    channel('a', letter('a')).subscribe({
      complete: () => channel('a', letter('a')).subscribe((value) => seen.push(value)),
    });
    ends().complete();
    const link = connect();
    link.receive('a1');
    expect([state.dialled, link.sent, seen]).toEqual([2, ['+a'], ['1']]);
  });
});

describe('what a callback throws', () => {
  it.each<[string, Partial<ChannelOptions<string, string, string>>]>([
    ['subscribe', { subscribe: fail }],
    ['select', { select: fail }],
  ])('in %s is the error of that channel alone', (_, wrong) => {
    const { connect, listen } = connecting();
    const [a, b] = [listen('a', wrong), listen('b')];
    const link = connect();
    link.receive('b1', 'a1');
    expect([a.said, b.said]).toEqual([['#', 'thrown'], ['1']]);
    expect(link.sent).toContain('+b');
    expect(link.claims).toBe(1);
  });

  it('in select is nothing to others on the same key', () => {
    const { connect, listen } = connecting();
    const [wrong, right] = [listen('a', { select: fail }), listen('a')];
    const link = connect();
    link.receive('a1', 'a2');
    expect([wrong.said, right.said, link.sent]).toEqual([['#', 'thrown'], ['1', '2'], ['+a']]);
  });

  it('in sending the subscribe message is the error of all on that key, and the last hangs up', () => {
    const { state, connect, listen, ends } = connecting();
    const [one, two] = [listen('a'), listen('a')];
    const link: TestLink = new FakeLink();
    link.onSend = fail;
    ends().next(link);
    expect([one.said, two.said, link.sent, link.claims]).toEqual([
      ['#', 'thrown'],
      ['#', 'thrown'],
      ['+a'],
      0,
    ]);
    expect(state.open).toBe(0);
    listen('a');
    expect(connect().sent).toEqual(['+a']);
  });

  it('in subscribe for one that joins is its own', () => {
    const { connect, listen } = connecting();
    const a = listen('a');
    const link = connect();
    const b = listen('b', { subscribe: fail });
    link.receive('a1');
    expect([a.said, b.said]).toEqual([['1'], ['#', 'thrown']]);
  });

  it('in unsubscribe goes to onError, and to nobody who left', () => {
    const errors: unknown[] = [];
    const { state, connect, listen } = connecting({ onError: (error) => errors.push(error) });
    const a = listen('a', { unsubscribe: fail });
    const link = connect();
    expect(a.leave).not.toThrow();
    expect([errors, state.open, link.claims]).toEqual([['thrown'], 0, 0]);
    listen('b', { unsubscribe: fail });
    connect();
    connect();
    expect(errors).toEqual(['thrown', 'thrown']);
  });

  it('in unsubscribe is warned of once without onError', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    try {
      const { connect, listen } = connecting();
      const [a, b] = [listen('a', { unsubscribe: fail }), listen('b', { unsubscribe: fail })];
      connect();
      a.leave();
      b.leave();
      expect(warn.mock.calls).toEqual([
        [expect.stringContaining('an unsubscribe message could not be sent')],
      ]);
    } finally {
      warn.mockRestore();
    }
  });

  it('in keyOf, and by messages$, is the error of all', () => {
    const { connect, listen } = connecting({ keyOf: fail });
    const [a, b] = [listen('a'), listen('b')];
    const link = connect();
    link.receive('a1');
    expect([a.said, b.said, link.claims]).toEqual([['#', 'thrown'], ['#', 'thrown'], 0]);
    const c = listen('c');
    connect().fail('gone');
    expect(c.said).toEqual(['#', 'gone']);
  });
});

describe('from within a callback', () => {
  it('of unsubscribe, who comes back is subscribed after the unsubscribe message', () => {
    const { connect, listen } = connecting();
    let back: ReturnType<typeof listen> | undefined;
    const a = listen('a', {
      unsubscribe: () => {
        back ??= listen('a');
        return '-a';
      },
    });
    const link = connect();
    a.leave();
    link.receive('a1');
    expect([link.sent, back?.said]).toEqual([['+a', '-a', '+a'], ['1']]);
  });

  it('of sending the unsubscribe message, who comes, goes and comes back is there', () => {
    const { connect, listen } = connecting();
    const [a] = [listen('a'), listen('b')];
    const link = connect();
    let back: ReturnType<typeof listen> | undefined;
    link.onSend = (message) => {
      if (message !== '-a' || back !== undefined) return;
      listen('a').leave();
      back = listen('a');
    };
    a.leave();
    link.receive('a1');
    expect([link.sent, back?.said]).toEqual([['+a', '+b', '-a', '+a'], ['1']]);
  });

  it('of subscribe, leaving sends nothing', () => {
    const { state, connect, listen } = connecting();
    let leave = (): void => undefined;
    const a = listen('a', {
      subscribe: () => {
        leave();
        return '+a';
      },
    });
    leave = a.leave;
    const link = connect();
    expect([link.sent, link.claims, state.open]).toEqual([[], 0, 0]);
  });

  it('of subscribe, leaving and throwing ends it once', () => {
    const { state, connect, listen } = connecting();
    let leave = (): void => undefined;
    const a = listen('a', {
      subscribe: () => {
        leave();
        listen('b');
        return fail();
      },
    });
    leave = a.leave;
    connect();
    listen('c');
    expect([state, connect().sent]).toEqual([{ dialled: 2, open: 1 }, ['+b', '+c']]);
  });

  it('of sending to the connection before, leaving ends it all', () => {
    const { state, connect, listen } = connecting();
    const a = listen('a');
    const first = connect();
    first.onSend = () => a.leave();
    const second = connect();
    expect([first.sent, second.sent, second.claimed, state.open]).toEqual([['+a', '-a'], [], 0, 0]);
  });
});

it.each<[unknown, object, string]>([
  [1, letter('a'), 'the key of a channel is of type number, expected a string'],
  ['a', { ...letter('a'), subscribe: undefined }, 'option subscribe is missing, expected a function'],
  ['a', { ...letter('a'), select: 1 }, 'option select is 1, expected of type function'],
  ['a', { ...letter('a'), unsubscribed: 1 }, 'did you mean unsubscribe?'],
])('channel(%j, %j) is refused', (key, options, message) => {
  const { channel } = channels(of<Link<string, string>>({ messages$: NEVER, send: () => true }));
  expect(() => channel(key as string, options as ChannelOptions<string, string, string>)).toThrow(message);
  expect(() => channels(NEVER, { key: 1 } as object)).toThrow('did you mean keyOf?');
});
