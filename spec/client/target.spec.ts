import { parseTarget, urlOf } from '../../src/client/target.js';

const unix = { hostname: '', port: 0, host: 'localhost' };

const GOOD: readonly [string, Partial<ReturnType<typeof parseTarget>>][] = [
  [
    'ws://example.com',
    { secure: false, hostname: 'example.com', port: 80, host: 'example.com', target: '/' },
  ],
  ['wss://example.com', { secure: true, port: 443, host: 'example.com' }],
  ['http://example.com/a', { secure: false, port: 80, target: '/a' }],
  ['https://example.com:443', { secure: true, port: 443, host: 'example.com' }],
  ['ws://example.com:8080/a/b?c=d&e', { port: 8080, host: 'example.com:8080', target: '/a/b?c=d&e' }],
  ['wss://example.com:80', { port: 80, host: 'example.com:80' }],
  ['WS://EXAMPLE.com', { hostname: 'example.com' }],
  ['ws://[::1]:9000/', { hostname: '::1', host: '[::1]:9000' }],
  ['ws://127.1/', { hostname: '127.0.0.1' }],
  ['ws://bücher.example/ü?ü', { hostname: 'xn--bcher-kva.example', target: '/%C3%BC?%C3%BC' }],
  ['ws://h//evil/x', { hostname: 'h', target: '//evil/x' }],
  ['ws://h/a b', { target: '/a%20b' }],
  ['ws+unix:/run/a.sock', { ...unix, secure: false, unixPath: '/run/a.sock', target: '/' }],
  ['ws+unix:/run/a.sock:/chat?x=1', { ...unix, unixPath: '/run/a.sock', target: '/chat?x=1' }],
  ['wss+unix:/run/a.sock', { ...unix, secure: true, unixPath: '/run/a.sock' }],
  ['ws+unix:/a:/b:c', { ...unix, unixPath: '/a', target: '/b:c' }],
  ['ws+unix:/a%3A/b', { ...unix, unixPath: '/a:/b', target: '/' }],
  ['ws+unix:/a%20b%23:/t%20u', { ...unix, unixPath: '/a b#', target: '/t%20u' }],
];

const BAD: readonly [string, unknown][] = [
  ['nothing', ''],
  ['no scheme', 'example.com'],
  ['a path', '/chat'],
  ['another scheme', 'ftp://example.com'],
  ['a scheme named like a member of objects', 'constructor:x'],
  ['javascript:', 'javascript:alert(1)'],
  ['a fragment', 'ws://example.com/#a'],
  ['an empty fragment', 'ws://example.com/#'],
  ['a user without a password', 'ws://secret@example.com'],
  ['a password without a user', 'ws://:secret@example.com'],
  ['a user name with a colon', 'ws://a%3Asecret:b@example.com'],
  ['credentials that cannot be decoded', 'ws://secret:%zz@example.com'],
  ['a port out of range', 'ws://example.com:65536'],
  ['port 0', 'ws://example.com:0'],
  ['a broken IPv6 address', 'ws://[::1'],
  ['a blank in the host', 'ws://a b'],
  ['no host', 'ws://'],
  ['no Unix path', 'ws+unix:'],
  ['a Unix path that cannot be decoded', 'ws+unix:/a%zz'],
  ['a number', 5],
  ['null', null],
  ['an object', { href: 'ws://example.com' }],
];

describe('parseTarget', () => {
  for (const [url, expected] of GOOD) {
    it(`reads ${url}`, () => {
      expect(parseTarget(url)).toMatchObject(expected);
      expect(parseTarget(new URL(url))).toMatchObject(expected);
    });
  }

  it('reads a name that is not ASCII however often it is asked to', () => {
    for (let i = 0; i < 50_000; i++) parseTarget('ws://bücher.example/');
  });

  for (const [name, url] of BAD) {
    it(`refuses ${name} with a TypeError that shows no secret`, () => {
      let thrown: unknown;
      try {
        parseTarget(url as string);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(TypeError);
      expect(String(thrown)).not.toContain('secret');
    });
  }

  it('reads credentials apart from all else', () => {
    const target = parseTarget('wss://%c3%bc:a%3Ab%40@h:1/p');
    expect(target.credentials).toEqual({ username: 'ü', password: 'a:b@' });
    expect(urlOf(target).href).toBe('wss://h:1/p');
    expect(target.shown).toBe('wss://h:1/p');
  });

  it('shows neither credentials nor the query in errors', () => {
    expect(parseTarget('wss://h:1/p?token=secret').shown).not.toContain('secret');
    expect(parseTarget('wss://h:1/p?token=secret').shown).toContain('wss://h:1/p');
  });
});
