import { inspect } from 'node:util';
import {
  connect,
  openConnection,
  openServer,
  persistent,
  request,
  type ServerOptions,
} from '../../../src/index.js';

const SECRET = 'open-sesame';

/** A mistake in a place where something secret may stand. */
const MISTAKES: readonly [string, object, string?][] = [
  ['auth as in Node', { auth: `me:${SECRET}` }],
  ['a list as auth', { auth: [SECRET] }],
  ['another name in auth', { auth: { username: 'me', password: SECRET, pass: SECRET } }],
  ['a number for a name', { auth: { username: 1, password: SECRET } }],
  ['a list for a password', { auth: { username: 'me', password: [SECRET] } }],
  ['a line break in a password', { auth: { username: 'me', password: `${SECRET}\n` } }],
  ['a line as headers', { headers: `Authorization: ${SECRET}` }],
  ['a list of lines as headers', { headers: [`Authorization: ${SECRET}`] }],
  ['a list of lists as headers', { headers: [['Authorization', SECRET, SECRET]] }],
  ['an object for a header', { headers: { Authorization: { Bearer: SECRET } } }],
  ['a line break in a header', { headers: { Authorization: `${SECRET}\r\nX: y` } }],
  ['a header that is not Latin-1', { headers: { Authorization: `${SECRET}\u{1f511}` } }],
  ['a list of objects for a header', { headers: { Authorization: [{ Bearer: SECRET }] } }],
  ['a key of the handshake', { headers: { 'Sec-WebSocket-Key': SECRET } }],
  [
    'a header beside auth',
    { auth: { username: 'me', password: SECRET }, headers: { authorization: SECRET } },
  ],
  ['a list of cookies', { cookies: [`a=${SECRET}`] }],
  ['a line break in cookies', { cookies: `a=${SECRET}\n` }],
  ['a semicolon in a cookie', { cookies: { a: `${SECRET};` } }],
  ['a list for a cookie', { cookies: { a: [SECRET] } }],
  ['a text as a jar of cookies', { cookieJar: `a=${SECRET}` }],
  ['a text as tls', { tls: SECRET }],
  ['a number as a key log', { keyLog: 7, tls: { passphrase: SECRET } }],
  ['a word as proxy', { proxy: SECRET }],
  ['a list of proxies', { proxy: [`http://me:${SECRET}@h`] }],
  ['another scheme of a proxy', { proxy: `ftp://me:${SECRET}@h` }],
  ['a number for a password of a proxy', { proxy: { url: `http://me:${SECRET}@h`, password: 7 } }],
  ['a list for a password of a proxy', { proxy: { url: 'http://h', username: 'me', password: [SECRET] } }],
  ['a line break in a header for a proxy', { proxy: { url: 'http://h', headers: { X: `${SECRET}\n` } } }],
  ['a line as headers for a proxy', { proxy: { url: 'http://h', headers: `X: ${SECRET}` } }],
  ['a text as tls for a proxy', { proxy: { url: 'https://h', tls: SECRET } }],
  ['credentials beside env', { proxy: { url: 'env', username: 'me', password: SECRET } }],
  ['no URL of a proxy', { proxy: { url: 7, password: SECRET } }],
  ['an option that is not there', { password: SECRET }],
  ['a line break in userAgent', { userAgent: `${SECRET}\n` }],
  ['a fragment in the URL', {}, `ws://me:${SECRET}@h#x`],
  ['another scheme of the URL', {}, `ftp://me:${SECRET}@h`],
  ['a port out of range', {}, `ws://me:${SECRET}@h:65536`],
  ['port 0', {}, `ws://me:${SECRET}@h:0`],
  ['no URL at all', {}, SECRET],
  ['half a URL', {}, `ws://h:${SECRET}`],
  ['a word for a user', {}, `ws://${SECRET}@h`],
];

describe('an error about an option', () => {
  it.each(MISTAKES)('shows no secret: %s', async (_name, options, url = 'ws://h') => {
    const errors: unknown[] = [];
    const keep = (error: unknown): void => void errors.push(error);
    for (const call of [() => connect(url, options), () => persistent(url, options)]) {
      try {
        call();
      } catch (error) {
        keep(error);
      }
    }
    await openConnection(url, options).catch(keep);
    await request(url, SECRET, options).catch(keep);
    expect(errors).toHaveLength(4);
    for (const error of errors) {
      expect(['TypeError', 'RangeError']).toContain((error as Error).name);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
    }
  });
});

describe('an error about an option of a server', () => {
  it.each([
    ['a text as tls', { tls: SECRET }],
    ['a line as headers', { headers: `Set-Cookie: ${SECRET}` }],
    ['a list of lines as headers', { headers: [`Set-Cookie: ${SECRET}`] }],
    ['a Map as headers', { headers: new Map([['Set-Cookie', SECRET]]) }],
    ['a line break in a header', { headers: { 'Set-Cookie': `${SECRET}\r\nX: y` } }],
  ])('shows no secret: %s', async (_name, options) => {
    const error: unknown = await openServer(options as ServerOptions).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'TypeError' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });
});
