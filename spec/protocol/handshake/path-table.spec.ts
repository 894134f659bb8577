import fc from 'fast-check';
import '../../support/seed.js';
import { pathOf, PathTable } from '../../../src/protocol/handshake/path-table.js';

function found(patterns: readonly string[], path: string): [string, Record<string, string>] | undefined {
  const match = new PathTable(patterns.map((pattern) => [pattern, pattern])).find(path);
  return match && [match.value, { ...match.params }];
}

describe('pathOf', () => {
  it.each([
    ['/a?b?c', '/a'],
    ['/a', '/a'],
    ['?', ''],
  ])('of %j is %j', (target, path) => {
    expect(pathOf(target)).toBe(path);
  });
});

describe('PathTable', () => {
  it.each<[string, string, Record<string, string> | undefined]>([
    ['/', '/', {}],
    ['/', '', undefined],
    ['/chat', '/chat', {}],
    ['/chat', '/chat/', undefined],
    ['/chat', '/Chat', undefined],
    ['/chat', '/%63hat', {}],
    ['/caf%C3%A9', '/café', {}],
    ['/café', '/caf%C3%A9', {}],
    ['/chat/:room', '/chat/a', { room: 'a' }],
    ['/chat/:room', '/chat/', undefined],
    ['/chat/:room', '/chat/a/b', undefined],
    ['/chat/:room', '/chat/a%2Fb', { room: 'a/b' }],
    ['/chat/:room', '/chat/%', undefined],
    ['/:a/:b', '/x/y', { a: 'x', b: 'y' }],
    ['/:__proto__/x', '/y/x', JSON.parse('{"__proto__":"y"}')],
    ['/files/*', '/files/', { '*': '' }],
    ['/files/*', '/files', undefined],
    ['/files/*', '/files/a/%2F/%', { '*': 'a/%2F/%' }],
    ['/*', '/', { '*': '' }],
    ['/*', '*', undefined],
    ['/*', 'http://a/', undefined],
    ['/a%2Fb', '/a/b', undefined],
    ['/a%2Fb', '/a%2fb', {}],
    ['/~1', '/%2F', undefined],
  ])('%j and the path %j: %j', (pattern, path, params) => {
    expect(found([pattern], path)?.[1]).toEqual(params);
  });

  it.each([
    ['/a/b', '/a/b'],
    ['/a/c', '/a/:x'],
    ['/b/b', '/:x/b'],
    ['/b/c', '/:x/:y'],
    ['/a/b/c', '/a/*'],
    ['/c', '/*'],
  ])('takes the most exact of several for %j: %j', (path, pattern) => {
    const patterns = ['/*', '/a/*', '/:x/:y', '/:x/b', '/a/:x', '/a/b'];
    expect(found(patterns, path)?.[0]).toBe(pattern);
    expect(found(patterns.toReversed(), path)?.[0]).toBe(pattern);
  });

  it.each(['', 'a', '/a?b', '/a#b', '/a b', '/*/a', '/a*', '/:', '/:a/:a', '/:a b', 1, undefined])(
    'refuses the pattern %j',
    (pattern) => {
      expect(() => new PathTable([[pattern as string, 1]])).toThrow(TypeError);
    },
  );

  it.each([
    ['/a', '/a'],
    ['/:a', '/:b'],
    ['/a', '/%61'],
    ['/x/*', '/x/*'],
  ])('refuses %j beside %j', (one, other) => {
    expect(() => new PathTable([one, other].map((pattern) => [pattern, 1]))).toThrow(/is there twice/);
  });

  it('keeps a value that is undefined', () => {
    expect(new PathTable([['/a', undefined]]).find('/a')).toMatchObject({ value: undefined });
  });

  it('finds each part again that was put into a path, whatever it is', () => {
    const part = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(part, part, (a, b) => {
        const path = `/x/${encodeURIComponent(a)}/${encodeURIComponent(b)}`;
        expect(found(['/x/:a/:b'], path)?.[1]).toEqual({ a, b });
        expect(found([path.includes('*') ? '/*' : path, '/x/:a/:b'], path)?.[0]).toBe(
          path.includes('*') ? '/x/:a/:b' : path,
        );
      }),
    );
  });

  it('never throws because of a path', () => {
    const table = new PathTable([
      ['/a', 1],
      ['/:a/b', 2],
      ['/c/*', 3],
    ]);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('/', 'a', '%', '2', '~', ':', '*', '\xff', '\0') }),
        (path) => {
          expect(() => table.find(path)).not.toThrow();
        },
      ),
    );
  });
});
