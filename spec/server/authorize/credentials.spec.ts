import { of, throwError } from 'rxjs';
import {
  accept,
  basicAuth,
  type BasicAuthOptions,
  bearerAuth,
  type BearerAuthOptions,
  reject,
} from '../../../src/index.js';
import { watchResources } from '../../support/harness.js';
import { guarded, requesting } from './asking.js';

watchResources();

const basic = (text: string | Uint8Array): string =>
  `Authorization: Basic ${Buffer.from(text as string).toString('base64')}`;

describe('basicAuth', () => {
  const options: BasicAuthOptions = {
    realm: 'a "chat"',
    credentials: [
      ['ada', 'pa:ss'],
      ['bob', 'ü'],
    ],
  };

  it.each<[string, string[], number, string]>([
    ['the right pair', [basic('ada:pa:ss')], 101, ''],
    ['another pair', [basic('bob:ü')], 101, ''],
    ['the scheme in other case', [basic('ada:pa:ss').replace('Basic', 'bAsIc')], 101, ''],
    ['nothing', [], 401, 'Missing credentials\n'],
    ['another scheme', ['Authorization: Bearer abc'], 401, 'Unsupported credentials\n'],
    ['a scheme alone', ['Authorization: Basic'], 401, 'Unsupported credentials\n'],
    ['an empty header', ['Authorization:'], 401, 'Unsupported credentials\n'],
    ['what is no base64', ['Authorization: Basic !!!!'], 401, 'Unsupported credentials\n'],
    ['no colon', [basic('ada')], 401, 'Unsupported credentials\n'],
    ['no UTF-8', [basic(Uint8Array.of(0x61, 0x3a, 0xff))], 401, 'Unsupported credentials\n'],
    ['a control character', [basic('ada:\0')], 401, 'Unsupported credentials\n'],
    ['two headers', [basic('ada:pa:ss'), basic('ada:pa:ss')], 401, 'Unsupported credentials\n'],
    ['a wrong password', [basic('ada:pass')], 401, 'Invalid credentials\n'],
    ['the password of another', [basic('ada:ü')], 401, 'Invalid credentials\n'],
    ['a wrong name', [basic('eve:ü')], 401, 'Invalid credentials\n'],
    ['12 KB', [basic(`ada:${'x'.repeat(9000)}`)], 401, 'Invalid credentials\n'],
  ])('answers %s', async (_, lines, status, body) => {
    const { server, contexts, errors } = await guarded(basicAuth(options));
    const reply = await requesting(server, '/', lines);
    expect([reply.status, reply.body]).toEqual([status, body]);
    const asked = status === 401 ? 'Basic realm="a \\"chat\\"", charset="UTF-8"' : undefined;
    expect(reply.headers.get('www-authenticate')).toBe(asked);
    expect([contexts.length, errors]).toEqual([status === 101 ? 1 : 0, []]);
  });

  it('has the name as its context', async () => {
    const { server, contexts } = await guarded(basicAuth({ realm: 'x', credentials: ['ada', ''] }));
    await requesting(server, '/', [basic('ada:')]);
    const typed: { username: string }[] = contexts;
    expect(typed).toEqual([{ username: 'ada' }]);
  });

  it.each<[string, BasicAuthOptions['check'], number]>([
    ['true', () => true, 101],
    ['false', () => false, 401],
    ['a promise of true', async () => true, 101],
    ['an Observable of false', () => of(false), 401],
    ['what is no boolean', () => Promise.resolve(1 as never), 500],
    ['nothing', () => undefined as never, 500],
    ['an empty Observable', () => of(), 500],
    [
      'a throw',
      () => {
        throw new Error('no');
      },
      500,
    ],
    ['an error', () => throwError(() => new Error('no')), 500],
  ])('lets check decide: %s', async (_, check, status) => {
    const { server } = await guarded(basicAuth({ realm: 'x', check: check! }));
    expect((await requesting(server, '/', [basic('a:b')])).status).toBe(status);
  });

  it('gives check name, password and request', async () => {
    const seen: unknown[] = [];
    const { server } = await guarded(
      basicAuth({ realm: 'x', check: (name, password, { path }) => seen.push(name, password, path) > 0 }),
    );
    await requesting(server, '/p', [basic('a:b:c')]);
    expect(seen).toEqual(['a', 'b:c', '/p']);
  });

  it.each<[object, RegExp]>([
    [{}, /realm is missing/],
    [{ realm: 'x' }, /exactly one of the options credentials and check/],
    [{ realm: 'x', credentials: ['a', 'b'], check: () => true }, /exactly one/],
    [{ realm: 'x', credentials: [] }, /credentials is not/],
    [{ realm: 'x', credentials: ['a'] }, /credentials is not/],
    [{ realm: 'x', credentials: [['a', 1]] }, /credentials is not/],
    [{ realm: 'x', check: 1 }, /check/],
    [{ realm: 'ü', check: () => true }, /realm has a character that is not printable ASCII/],
    [{ realm: 'x', chek: 1 }, /did you mean check/],
  ])('refuses the options %j', (wrong, text) => {
    expect(() => basicAuth(wrong as never)).toThrow(TypeError);
    expect(() => basicAuth(wrong as never)).toThrow(text);
  });
});

describe('bearerAuth', () => {
  it.each<[string, string[], number, string, string]>([
    ['a good token', ['Authorization: Bearer a.b-c=='], 101, '', ''],
    ['another', ['Authorization: bearer 2'], 101, '', ''],
    ['nothing', [], 401, 'Missing credentials\n', ''],
    ['another scheme', [basic('a:b')], 401, 'Unsupported credentials\n', ''],
    [
      'two headers',
      ['Authorization: Bearer 2', 'Authorization: Bearer 2'],
      401,
      'Unsupported credentials\n',
      '',
    ],
    [
      'a malformed token',
      ['Authorization: Bearer a b'],
      400,
      'Malformed credentials\n',
      ', error="invalid_request"',
    ],
    ['no token', ['Authorization: Bearer'], 401, 'Unsupported credentials\n', ''],
    ['a wrong token', ['Authorization: Bearer 3'], 401, 'Invalid credentials\n', ', error="invalid_token"'],
  ])('answers %s', async (_, lines, status, body, error) => {
    const { server } = await guarded(bearerAuth({ realm: 'x', tokens: ['a.b-c==', '2'] }));
    const reply = await requesting(server, '/', lines);
    expect([reply.status, reply.body]).toEqual([status, body]);
    const asked = status === 101 ? undefined : `Bearer realm="x"${error}`;
    expect(reply.headers.get('www-authenticate')).toBe(asked);
  });

  it.each<[string, NonNullable<BearerAuthOptions<{ id: number }>['check']>, number]>([
    ['a context', () => accept({ context: { id: 1 } }), 101],
    ['a context in time', async () => accept({ context: { id: 1 } }), 101],
    ['true', () => true, 101],
    ['a rejection of its own', () => of(reject(429)), 429],
    ['false', () => of(false), 401],
    ['what is neither', () => Promise.resolve({ id: 1 } as never), 500],
  ])('lets check decide: %s', async (name, check, status) => {
    const { server, contexts } = await guarded(bearerAuth({ realm: 'x', check }));
    expect((await requesting(server, '/', ['Authorization: Bearer t'])).status).toBe(status);
    if (name.startsWith('a context')) expect(contexts).toEqual([{ id: 1 }]);
  });

  it.each<[object, RegExp]>([
    [{}, /realm is missing/],
    [{ realm: 'x' }, /exactly one of the options tokens and check/],
    [{ realm: 'x', tokens: 'a' }, /tokens is not a list/],
    [{ realm: 'x', tokens: ['a b'] }, /tokens is not a list/],
    [{ realm: '\r\n', tokens: ['a'] }, /realm/],
  ])('refuses the options %j', (wrong, text) => {
    expect(() => bearerAuth(wrong as never)).toThrow(text);
  });
});
