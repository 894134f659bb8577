import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { concat, EMPTY, interval, NEVER, Observable, of, throwError } from 'rxjs';
import { type Handler, serve } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, startClient, watchResources } from '../support/harness.js';
import { openRaw } from '../support/raw-peer.js';
import { serving } from '../support/serving.js';
import { turns, until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { BINARY, CLOSE, closeOf, TEXT } from '../support/wire-frames.js';

watchResources();

describe('serve', () => {
  it('echoes with messages$', async () => {
    const { server } = await serving((connection) => connection.messages$);
    const client = await startClient(server.url);
    const seen = collect(client.messages$);
    client.send('text');
    client.send(Buffer.from([1, 2]));
    await until(() => seen.values.length === 2);
    expect(seen.values.map(({ type }) => type)).toEqual(['text', 'binary']);
  });

  it('takes the options first too', async () => {
    const running = collect(serve({ host: '127.0.0.1' }, (connection) => connection.messages$));
    await until(() => running.values.length === 1);
    await startClient(running.values[0]!.url);
  });

  it('refuses what is no handler and wrong options', () => {
    expect(() => serve({} as never)).toThrow(TypeError);
    expect(() => serve({}, undefined as never)).toThrow(TypeError);
    expect(() => serve(() => undefined, { readWhileBlocked: 1 as never })).toThrow(/readWhileBlocked/);
    expect(() => serve(() => undefined, { readWhileBlock: true } as never)).toThrow(/readWhileBlocked/);
  });

  const ends: [string, Handler, string[], number][] = [
    ['an Observable that completes', () => of('a', 'b'), ['a', 'b'], 1000],
    ['an empty Observable', () => EMPTY, [], 1000],
    [
      'an Observable that errors',
      () =>
        concat(
          of('a'),
          throwError(() => new Error('source')),
        ),
      ['a'],
      1011,
    ],
    [
      'an AsyncIterable that ends',
      async function* () {
        yield 'a';
        await turns(2);
        yield 'b';
      },
      ['a', 'b'],
      1000,
    ],
    [
      'an AsyncIterable that throws',
      async function* () {
        yield 'a';
        throw new Error('iterable');
      },
      ['a'],
      1011,
    ],
    ['a promise that rejects', () => Promise.reject(new Error('promise')), [], 1011],
    [
      'a throw',
      () => {
        throw new Error('thrown');
      },
      [],
      1011,
    ],
    ['an Observable of what cannot be sent', () => of(5) as never, [], 1011],
    [
      'an AsyncIterable of what cannot be sent',
      async function* () {
        yield { nonsense: true } as never;
      },
      [],
      1011,
    ],
    ['something else', () => true as never, [], 1011],
    ['null', () => null as never, [], 1011],
  ];
  for (const [name, handler, messages, code] of ends) {
    it(`${name} from the handler closes with ${code}, and the server goes on`, async () => {
      const { server, errors } = await serving(handler);
      for (let round = 0; round < 2; round++) {
        const client = await startClient(server.url);
        const seen = collect(client.messages$);
        expect(await ended(client)).toMatchObject({ code, reason: '', wasClean: true });
        expect(seen.values.map(({ data }) => data)).toEqual(messages);
      }
      await until(() => errors.length === (code === 1011 ? 2 : 0));
    });
  }

  for (const [name, handler] of [
    ['nothing', () => undefined],
    ['a promise that resolves', () => Promise.resolve()],
    ['an Observable that never ends', () => NEVER],
  ] as [string, Handler][]) {
    it(`${name} from the handler closes nothing`, async () => {
      const { server } = await serving(handler);
      const client = await startClient(server.url);
      await turns(20);
      expect(client.state).toBe('open');
    });
  }

  it('unsubscribes the source, and returns the iterator, when the connection closes', async () => {
    let open = 0;
    const { server } = await serving((connection) =>
      connection.request.target === '/iterable'
        ? (async function* () {
            open++;
            try {
              for (;;) {
                yield 'tick';
                await turns(1);
              }
            } finally {
              open--;
            }
          })()
        : new Observable<string>(() => {
            open++;
            return () => open--;
          }),
    );
    for (const target of ['/', '/iterable']) {
      const client = await startClient(server.url + target);
      await until(() => open === 1);
      client.close();
      await until(() => open === 0, `the source of ${target} is left`);
    }
  });

  it('does not keep what an AsyncIterable gave and was sent', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const values: WeakRef<Uint8Array>[] = [];
    let paused = false;
    const { server } = await serving(async function* () {
      for (let i = 0; i < 50; i++) {
        const value = new Uint8Array(10);
        values.push(new WeakRef(value));
        yield value;
      }
      paused = true;
      await new Promise(() => undefined);
    });
    await startClient(server.url);
    await until(() => paused);
    await turns(5);
    gc();
    expect(values.filter((value) => value.deref() !== undefined).length).toBeLessThanOrEqual(2);
  });

  it('pulls an AsyncIterable no faster than its messages leave', async () => {
    let pulled = 0;
    const { server } = await serving(async function* () {
      for (;;) {
        pulled++;
        yield Buffer.alloc(50_000);
      }
    });
    const peer = await openRaw(server.url);
    peer.stream.pause();
    let before = -1;
    while (pulled !== before) {
      before = pulled;
      await turns(50);
    }
    const [connection] = server.connections;
    expect(connection!.bufferedBytes).toBeLessThan(300_000);
    peer.reset();
    await ended(connection!);
  });

  it('lets a connection close whose AsyncIterable never ends and never waits', async () => {
    const { server } = await serving(async function* () {
      for (;;) yield 'x'.repeat(1000);
    });
    const client = await startClient(server.url);
    client.discard();
    client.close(4000);
    expect(await ended(client)).toMatchObject({ code: 4000, wasClean: true });
  });

  it('stops reading while what it sends does not get away, and goes on when it does', async () => {
    const { server } = await serving((connection) => connection.messages$, { keepAlive: false });
    const peer = await openRaw(server.url);
    const [connection] = server.connections;
    peer.stream.pause();
    const frame = peer.frame(BINARY, Buffer.alloc(50_000));
    const total = 800;
    let most = 0;
    for (let i = 0; i < total; i++) {
      peer.write(frame);
      await turns(1);
      most = Math.max(most, connection!.bufferedBytes);
    }
    expect(most).toBeLessThan(64 * 1024 + 3 * 64 * 1024);
    expect(peer.stream.writableLength).toBeGreaterThan(1024 * 1024);
    peer.stream.resume();
    await until(() => peer.frames.length === total, 'everything is echoed');
  }, 30_000);

  it('reads on with readWhileBlocked', async () => {
    const { server } = await serving(() => interval(1_000_000) as never, {
      readWhileBlocked: true,
      keepAlive: false,
    });
    const peer = await openRaw(server.url);
    const [connection] = server.connections;
    let read = 0;
    connection!.messages$.subscribe(() => read++);
    peer.stream.pause();
    while (connection!.send(Buffer.alloc(1_000_000)));
    peer.send(TEXT, 'x');
    await until(() => read === 1);
    peer.reset();
    await ended(connection!);
  });

  it('hands a throwing subscriber’s error to rxjs and keeps everybody served', async () => {
    const { server } = await serving((connection) => connection.messages$);
    const one = await openRaw(server.url);
    const two = await openRaw(server.url);
    one.send(CLOSE, closeBody(4000));
    expect(closeOf(await one.next())[0]).toBe(4000);
    two.send(TEXT, 'echo');
    expect((await two.next()).payload.toString()).toBe('echo');
  });
});
