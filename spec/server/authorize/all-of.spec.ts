import { of, throwError, timer, map } from 'rxjs';
import { accept, allOf, type Authorize, reject } from '../../../src/index.js';
import { watchResources } from '../../support/harness.js';
import { guarded, requesting } from './asking.js';

watchResources();

const later =
  <C>(authorize: Authorize<C>): Authorize<C> =>
  (request) =>
    Promise.resolve(authorize(request)) as never;

describe('allOf', () => {
  it('accepts with the members of all contexts, later ones first', async () => {
    const authorize = allOf(
      () => accept({ context: { user: 'a', role: 'x' } }),
      () => accept(),
      later(() => accept({ context: { role: 'y' as const } })),
      () => of(accept({ context: { room: 1 } })),
    );
    const { server, contexts } = await guarded(authorize);
    expect((await requesting(server)).status).toBe(101);
    const [context] = contexts;
    const typed: { user: string; role: 'y'; room: number } = context!;
    expect(typed).toEqual({ user: 'a', role: 'y', room: 1 });
  });

  it('takes the last context where they are no plain objects', async () => {
    const map = new Map([['a', 1]]);
    const { server, contexts } = await guarded(
      allOf(
        () => accept({ context: { a: 1 } }),
        () => accept({ context: map }),
      ),
    );
    await requesting(server);
    expect(contexts[0]).toBe(map);
  });

  it('has the header fields of all, and the last subprotocol', async () => {
    const { server } = await guarded(
      allOf(
        () => accept({ headers: { 'X-A': '1', 'X-B': '1' }, subprotocol: 'a' }),
        later(() => accept({ headers: { 'x-b': '2' }, subprotocol: 'b' })),
        () => accept(),
      ),
    );
    const { headers } = await requesting(server, '/', ['Sec-WebSocket-Protocol: a, b']);
    expect(['x-a', 'x-b', 'sec-websocket-protocol'].map((name) => headers.get(name))).toEqual([
      '1',
      '2',
      'b',
    ]);
  });

  for (const [name, wrap] of [
    ['at once', <C>(check: Authorize<C>) => check],
    ['in time', later],
  ] as const) {
    it(`asks nobody after the first that rejects, ${name}`, async () => {
      const asked: string[] = [];
      const say = (what: string, status?: number): Authorize =>
        wrap(() => {
          asked.push(what);
          return status === undefined ? accept() : reject(status);
        });
      const { server } = await guarded(allOf(say('one'), say('two', 403), say('three', 401)));
      expect((await requesting(server)).status).toBe(403);
      expect(asked).toEqual(['one', 'two']);
    });
  }

  it.each<[string, Authorize]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['gives nothing', () => undefined as never],
    ['gives an empty Observable', () => of()],
    ['errors', () => throwError(() => new Error('no'))],
    ['gives what is no decision, in time', () => timer(0).pipe(map(() => 5 as never))],
  ])('is answered with 500 when one %s', async (_, faulty) => {
    const { server, errors } = await guarded(
      allOf(
        () => accept(),
        faulty,
        () => accept(),
      ),
    );
    expect((await requesting(server)).status).toBe(500);
    expect(errors).toHaveLength(1);
  });

  it('of nobody accepts', async () => {
    const { server } = await guarded(allOf());
    expect((await requesting(server)).status).toBe(101);
  });

  it('decides at once when all do', () => {
    expect(
      allOf(
        () => accept(),
        () => reject(403),
      )({} as never),
    ).toEqual({ accept: false, status: 403 });
  });

  it('refuses what is no function', () => {
    expect(() => allOf({} as never)).toThrow(/allOf was given a object/);
  });
});
