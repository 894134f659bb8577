import { compileNoProxy, splitNoProxy } from '../../../src/client/proxy/no-proxy.js';

const ROWS: readonly [string, string, number, boolean][] = [
  ['*', 'anything.example', 80, true],
  ['*', '::1', 80, true],
  ['', 'x.com', 80, false],
  [',, ,', 'x.com', 80, false],
  ['x.com', 'x.com', 80, true],
  ['x.com', 'a.x.com', 443, true],
  ['x.com', 'a.b.x.com', 443, true],
  ['x.com', 'notx.com', 443, false],
  ['x.com', 'x.com.evil', 443, false],
  ['x.com', 'com', 443, false],
  ['.x.com', 'a.x.com', 80, true],
  ['.x.com', 'x.com', 80, true],
  ['.x.com', 'notx.com', 80, false],
  ['*.x.com', 'a.x.com', 80, true],
  ['*.x.com', 'notx.com', 80, false],
  ['X.Com', 'x.com', 80, true],
  ['x.com', 'X.COM', 80, true],
  ['x.com.', 'x.com', 80, true],
  ['x.com', 'x.com.', 80, true],
  ['x.com:443', 'x.com', 443, true],
  ['x.com:443', 'a.x.com', 443, true],
  ['x.com:443', 'x.com', 80, false],
  ['.x.com:8080', 'a.x.com', 8080, true],
  ['a.com, x.com', 'x.com', 80, true],
  ['a.com x.com', 'x.com', 80, true],
  [' a.com ,\tx.com ', 'x.com', 80, true],
  ['localhost', '127.0.0.1', 80, false],
  ['127.0.0.1', '127.0.0.1', 80, true],
  ['127.0.0.1:81', '127.0.0.1', 80, false],
  ['127.0.0.1', '127.0.0.11', 80, false],
  ['0.0.1', '127.0.0.1', 80, false],
  ['10.0.0.0/8', '10.1.2.3', 80, true],
  ['10.0.0.0/8', '11.1.2.3', 80, false],
  ['10.0.0.0/8', 'ten.example', 80, false],
  ['10.0.0.0/99', '10.0.0.0', 80, false],
  ['10.0.0.0/', '10.0.0.0', 80, false],
  ['10.0.0.0/8', '::ffff:10.1.2.3', 80, true],
  ['0.0.0.0/0', '192.0.2.1', 80, true],
  ['::1', '::1', 80, true],
  ['::1', '0:0:0:0:0:0:0:1', 80, true],
  ['[::1]', '::1', 80, true],
  ['[::1]:443', '::1', 443, true],
  ['[::1]:443', '::1', 80, false],
  ['fd00::/8', 'fd12::1', 80, true],
  ['[fd00::]/8', 'fd12::1', 80, true],
  ['fd00::/8', 'fe80::1', 80, false],
  ['x.com:99999', 'x.com', 80, false],
  ['x.com/path', 'x.com', 80, false],
  ['http://x.com', 'x.com', 80, false],
  ['.', 'x.com', 80, false],
];

describe('NO_PROXY', () => {
  it.each(ROWS)('"%s" for %s port %i: %s', (list, hostname, port, expected) => {
    expect(compileNoProxy(splitNoProxy(list), () => undefined)(hostname, port)).toBe(expected);
  });

  it('tells of entries that mean nothing', () => {
    const wrong: string[] = [];
    compileNoProxy(['x.com', '10.0.0.0/99', 'a b', 'fd00::/8'], (entry) => wrong.push(entry));
    expect(wrong).toEqual(['10.0.0.0/99', 'a b']);
  });
});
