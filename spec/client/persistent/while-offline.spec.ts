import { Observable, tap } from 'rxjs';
import { type Connection, type Outgoing, persistent, type PersistentOptions } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { Dialing, opens } from '../../support/dialing.js';
import { watchResources } from '../../support/harness.js';
import { DIAL_MS, letter, make } from './made.js';

watchResources();

describe('what is sent while there is no connection', () => {
  it('is held, in order, and sent before everything else', () => {
    const { dialing, link, received } = make();
    collect(link.messages$);
    expect(['1', Uint8Array.of(2), '3'].map((data) => link.send(data))).toEqual([true, true, true]);
    expect(link.stats).toEqual({ connections: 0, heldMessages: 3, heldBytes: 3, dropped: 0 });
    link.connection$.subscribe((connection) => connection.send('4'));
    dialing.time.pass(DIAL_MS);
    expect(link.send('5')).toBe(true);
    dialing.time.settle();
    expect(received).toEqual([['1', Uint8Array.of(2), '3', '4', '5']]);
    dialing.pair.cut();
    dialing.time.settle();
    link.send('6');
    dialing.time.pass(1000);
    expect(received[1]).toEqual(['6', '4']);
    expect(link.stats).toEqual({ connections: 2, heldMessages: 0, heldBytes: 0, dropped: 0 });
  });

  it('can be sent by who hears that it is open, whatever the policy', () => {
    const { dialing, link, received } = make(undefined, { whileOffline: 'none' });
    link.status$.subscribe(({ state }) => state === 'open' && expect(link.send('now')).toBe(true));
    collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    expect(received).toEqual([['now']]);
  });

  it('goes behind what each connection begins with, where the source of connections sends that', () => {
    const { dialing } = make();
    const received: unknown[][] = [];
    const login$ = dialing.connect$.pipe(
      tap((connection) => {
        const messages: unknown[] = [];
        received.push(messages);
        dialing.pair.server.messages$.subscribe(({ data }) => messages.push(data));
        connection.send('login');
      }),
    );
    const link = persistent(login$, { scheduler: dialing.time, delays: () => 1000 });
    collect(link.channel('a', letter('a')));
    link.send('held');
    dialing.time.pass(2 * DIAL_MS);
    dialing.pair.server.terminate();
    dialing.time.pass(500);
    link.send('held again');
    dialing.time.pass(1000);
    expect(received).toEqual([
      ['login', '+a', 'held'],
      ['login', '+a', 'held again'],
    ]);
    link.close();
    dialing.time.pass(60_000);
  });

  it('is held while the connection that was there closes', () => {
    const { dialing, link, received } = make();
    collect(link.messages$);
    dialing.time.pass(DIAL_MS);
    dialing.pair.server.close(1012);
    while (dialing.pair.client.state === 'open') dialing.time.pass(0);
    expect(link.send('between')).toBe(true);
    dialing.time.pass(2000);
    expect(received).toEqual([[], ['between']]);
  });

  const sizes: [string, PersistentOptions['whileOffline'], boolean[], string[], number][] = [
    ['none', 'none', [false, false, false, false], [], 4],
    ['the latest', 'latest', [true, true, true, true], ['four'], 3],
    ['two messages', { maxMessages: 2 }, [true, true, false, false], ['one', 'two'], 2],
    ['eight bytes', { maxBytes: 8 }, [true, true, false, false], ['one', 'two'], 2],
    ['nothing', { maxMessages: 0 }, [false, false, false, false], [], 4],
    ['all, by default', undefined, [true, true, true, true], ['one', 'two', 'three', 'four'], 0],
  ];
  it.each(sizes)(
    'is bounded: %s is held, the rest counted and logged',
    (_name, whileOffline, taken, held, dropped) => {
      const { dialing, link, received, lines } = make(undefined, { ...(whileOffline && { whileOffline }) });
      collect(link.messages$);
      expect(['one', 'two', 'three', 'four'].map((data) => link.send(data))).toEqual(taken);
      expect([link.stats.heldMessages, link.stats.dropped, lines.length]).toEqual([
        held.length,
        dropped,
        dropped > 0 ? 1 : 0,
      ]);
      dialing.time.pass(DIAL_MS);
      expect(received).toEqual([held]);
    },
  );

  it('counts bytes as they are on the wire, and gives their room back', () => {
    const { dialing, link } = make(undefined, { whileOffline: { maxBytes: 6 } });
    collect(link.messages$);
    expect([link.send('äö'), link.send('ü'), link.send('x'), link.stats.heldBytes]).toEqual([
      true,
      true,
      false,
      6,
    ]);
    dialing.time.pass(DIAL_MS);
    dialing.pair.cut();
    dialing.time.pass(1);
    expect([link.send('äöü'), link.stats.heldBytes]).toEqual([true, 6]);
  });

  it('does not make it dial when nothing is held', () => {
    const { dialing, link } = make(undefined, { whileOffline: 'none' });
    expect(link.send('x')).toBe(false);
    dialing.time.pass(60_000);
    expect(dialing.began).toEqual([]);
  });

  it('is refused when nobody could send it', () => {
    const { link } = make();
    expect(() => link.send(5 as unknown as Outgoing)).toThrow(TypeError);
    expect(() => link.send({ type: 'text', data: Uint8Array.of(255) } as unknown as Outgoing)).toThrow(
      TypeError,
    );
    expect(link.stats.heldMessages).toBe(0);
  });

  it('goes at the pace of the connection, and later messages wait behind it', () => {
    const bulk = 'x'.repeat(40_000);
    const { dialing, link, received } = make(
      () => (pair) => {
        pair.stall('client');
      },
      { whileOffline: { maxBytes: Infinity, maxMessages: 100 } },
    );
    collect(link.messages$);
    for (let i = 0; i < 20; i++) link.send(`${i}${bulk}`);
    dialing.time.pass(DIAL_MS + 10);
    expect(link.stats.heldMessages).toBeGreaterThan(10);
    expect(dialing.pair.client.bufferedBytes).toBeLessThan(64 * 1024 + 2 * bulk.length);
    // Taken, but it is time to slow down.
    expect(link.send('behind')).toBe(false);
    expect(link.stats.dropped).toBe(0);
    dialing.pair.resume('client');
    dialing.time.pass(10);
    expect(link.stats.heldMessages).toBe(0);
    expect(link.send('at once')).toBe(true);
    dialing.time.pass(10);
    expect(received[0]!.map((data) => String(data).slice(0, 7).replace(/x+$/, ''))).toEqual([
      ...Array.from({ length: 20 }, (_, i) => `${i}`),
      'behind',
      'at once',
    ]);
  });

  it('is not sent twice: what is left of it goes over the next connection', () => {
    const bulk = 'x'.repeat(40_000);
    const { dialing, link, received } = make(
      (dial) => (pair) => {
        if (dial === 0) pair.stall('client');
      },
      { whileOffline: { maxBytes: Infinity, maxMessages: 100 } },
    );
    collect(link.messages$);
    for (let i = 0; i < 20; i++) link.send(`${i}${bulk}`);
    dialing.time.pass(DIAL_MS + 10);
    const given = 20 - link.stats.heldMessages;
    dialing.pair.cut();
    dialing.time.pass(60_000);
    expect(received[0]).toEqual([]);
    expect(received[1]!.map((data) => parseInt(String(data), 10))).toEqual(
      Array.from({ length: 20 - given }, (_, i) => i + given),
    );
  });

  it('is dropped with a line when the connection refuses it', () => {
    const dialing = new Dialing(() => opens);
    const broken$ = new Observable<Connection>((subscriber) =>
      dialing.connect$.subscribe((connection) => {
        subscriber.next(
          new Proxy(connection, {
            get: (target, name) => {
              if (name === 'send') {
                return () => {
                  throw new Error('thrown');
                };
              }
              const value: unknown = Reflect.get(target, name, target);
              return typeof value === 'function' ? value.bind(target) : value;
            },
          }),
        );
      }),
    );
    const lines: string[] = [];
    const link = persistent(broken$, {
      scheduler: dialing.time,
      logger: { error: (text, { error }) => lines.push(`${text}: ${String(error)}`) },
    });
    link.send('x');
    dialing.time.pass(DIAL_MS);
    expect([lines.length, link.stats.dropped, link.stats.heldMessages]).toEqual([1, 1, 0]);
    expect(lines[0]).toContain('thrown');
    link.close();
    dialing.time.pass(60_000);
  });
});
