import { compileAllowedHosts } from '../../../src/protocol/handshake/allowed-hosts.js';

describe('compileAllowedHosts', () => {
  const LIST = [
    'example.com',
    '*.example.org',
    'localhost:*',
    '127.0.0.1:9000',
    '[::1]:9000',
    'tls.example:443',
  ];

  it.each([
    ['example.com', false, true],
    ['EXAMPLE.com', true, true],
    ['example.com:80', false, true],
    ['example.com:443', true, true],
    ['example.com:443', false, false],
    ['example.com:8080', false, false],
    ['a.example.com', false, false],
    ['example.com.evil.test', false, false],
    ['a.example.org', false, true],
    ['example.org', false, false],
    ['a.b.example.org', false, false],
    ['localhost', false, true],
    ['localhost:1', true, true],
    ['localhost.evil.test:1', false, false],
    ['127.0.0.1:9000', false, true],
    ['127.0.0.1', false, false],
    ['127.0.0.2:9000', false, false],
    ['[::1]:9000', false, true],
    ['[::1]', false, false],
    ['tls.example', true, true],
    ['tls.example', false, false],
    ['example.com.', false, false],
    ['', false, false],
    ['null', false, false],
    ['example.com/', false, false],
    ['user@example.com', false, false],
  ])('of %j, TLS %s: %s', (host, secure, allowed) => {
    expect(compileAllowedHosts(LIST).allows(host, secure)).toBe(allowed);
  });

  it('allows none of no hosts', () => {
    expect(compileAllowedHosts([]).allows('example.com', false)).toBe(false);
  });

  it.each([[['http://example.com']], [['']], [['exam*ple.com']], [['a b']], [[1]], ['example.com'], [{}]])(
    'refuses %j, and names the option',
    (list) => {
      expect(() => compileAllowedHosts(list as never)).toThrow(TypeError);
      expect(() => compileAllowedHosts(list as never)).toThrow('option allowedHosts');
    },
  );
});
