import { of } from 'rxjs';
import { accept, allOf, type Authorize, basicAuth, reject, route } from '../../../src/index.js';
import { watchResources } from '../../support/harness.js';
import { guarded, requesting } from './asking.js';

watchResources();

describe('route', () => {
  it('asks who is there for the path, with what its names stand for', async () => {
    const authorize = route({
      '/chat/:room': ({ params }) => accept({ context: `room ${params.room}` }),
      '/chat/lobby': () => accept({ context: 'lobby' }),
      '/:a/:b/*': ({ params }) => accept({ context: [params.a, params.b, params['*']].join() }),
      '/none': () => reject(410),
    });
    const { server, contexts } = await guarded(authorize);
    const targets = ['/chat/a%20b?x', '/chat/lobby', '/x/y/z/%20', '/none', '/chat', '/chat/'];
    const statuses: number[] = [];
    for (const target of targets) statuses.push((await requesting(server, target)).status);
    expect(statuses).toEqual([101, 101, 101, 410, 404, 404]);
    expect(contexts).toEqual(['room a b', 'lobby', 'x,y,z/%20']);
  });

  it('gives 404 a text', async () => {
    const { server } = await guarded(route({ '/a': () => accept() }));
    expect((await requesting(server, '/b')).body).toBe('nothing is served at this path\n');
  });

  it('knows the contexts of all, and the names of each path', async () => {
    const authorize = route({
      '/users/:user': async ({ params, cookies }) =>
        accept({ context: { user: params.user, cookies: cookies.size } }),
      '/rooms/:room': ({ params }) => ({ accept: true, context: { room: params.room } }),
    });
    const { server, contexts } = await guarded(authorize);
    await requesting(server, '/users/ada', ['Cookie: a=1; b=2']);
    await requesting(server, '/rooms/1');
    const typed: ({ user: string; cookies: number } | { room: string })[] = contexts;
    expect(typed).toEqual([{ user: 'ada', cookies: 2 }, { room: '1' }]);
    // @ts-expect-error -- there is no such name in the path
    route({ '/a/:b': ({ params }) => accept({ context: params.c }) });
  });

  it('knows which contexts there may be', () => {
    const rejecting = route({
      '/a': () => accept({ context: 1 }),
      '/b': async () => reject(403),
      '/c': () => of(reject(404)),
    });
    const one: Authorize<number> = rejecting;
    const some = route({
      '/a': () => of(accept({ context: 'x' })),
      '/b': () => ({ accept: true }),
      '/c': async () => accept(),
    });
    const two: Authorize<string | undefined> = some;
    // @ts-expect-error -- one of them has none
    const three: Authorize<string> = some;
    expect([one, two, three].map((authorize) => typeof authorize)).toEqual(Array(3).fill('function'));
  });

  it('works within allOf, and its request is one like any other', async () => {
    const authorize = allOf(
      basicAuth({ realm: 'x', credentials: ['ada', 'pass'] }),
      route({
        '/r/:room': ({ params, query }) => accept({ context: { room: params.room, page: query.get('p') } }),
      }),
    );
    const { server, contexts } = await guarded(authorize);
    const line = `Authorization: Basic ${Buffer.from('ada:pass').toString('base64')}`;
    expect((await requesting(server, '/r/7?p=2', [line])).status).toBe(101);
    expect((await requesting(server, '/r/7')).status).toBe(401);
    expect((await requesting(server, '/s', [line])).status).toBe(404);
    const typed: { username: string; room: string }[] = contexts;
    expect(typed).toEqual([{ username: 'ada', room: '7', page: '2' }]);
  });

  it('takes a request that somebody made for a test', () => {
    const authorize = route({ '/a/:b': ({ params }) => accept({ context: params.b }) });
    expect(authorize({ path: '/a/c' } as never)).toEqual({ accept: true, context: 'c' });
  });

  it.each([
    [{ a: () => accept() }, /path is "a"/],
    [{ '/a': 1 }, /route was given a number for \/a/],
    [{ '/:a': () => accept(), '/:b': () => accept() }, /twice/],
  ])('refuses %j', (routes, text) => {
    expect(() => route(routes as never)).toThrow(text);
  });
});
