import fc from 'fast-check';
import '../../support/seed.js';
import { compileOrigins, type Origins } from '../../../src/protocol/handshake/origins.js';
import { growth, HOSTILE_TEXTS } from './counting-text.js';

const PATTERNS = ['https://example.com', 'https://*.example.com', 'http://localhost:*'];
const host = 'server.test';

describe("compileOrigins('any')", () => {
  it.each(['https://evil.com', 'null', '', 'garbage'])('accepts %j', (origin) => {
    expect(compileOrigins('any').allows(origin, host)).toBe(true);
  });
});

describe("compileOrigins('same')", () => {
  it.each([
    ['http://h', 'h', true],
    ['http://H', 'h', true],
    ['http://h', 'H:80', true],
    ['http://h:80', 'h', true],
    ['https://h', 'h:443', true],
    ['https://h', 'h', true],
    ['wss://h', 'h:443', true],
    ['http://h:8080', 'h:8080', true],
    ['http://[::1]:9000', '[::1]:9000', true],
    ['http://h', 'h:443', false],
    ['https://h', 'h:80', false],
    ['http://h:8080', 'h', false],
    ['http://h', 'h:8080', false],
    ['http://h', 'h.evil', false],
    ['http://a.h', 'h', false],
    ['http://h.', 'h', false],
    ['http://h@evil', 'h', false],
    ['http://h/', 'h', false],
    ['null', 'h', false],
    ['null', 'null', false],
    ['', 'h', false],
    ['http://h, http://h', 'h', false],
    ['http://h', '', false],
    ['x-app://h', 'h', false],
    ['x-app://h', 'h:80', false],
    ['x-app://h:80', 'h:80', false],
  ])('of origin %j at host %j is %j', (origin, name, accepted) => {
    expect(compileOrigins('same').allows(origin, name)).toBe(accepted);
  });
});

describe('compileOrigins(list)', () => {
  it.each([
    ['the listed one', 'https://example.com'],
    ['its default port', 'https://example.com:443'],
    ['upper case', 'HTTPS://EXAMPLE.COM'],
    ['one label for the star', 'https://a.example.com'],
    ['an internationalised label for the star', 'https://xn--bcher-kva.example.com'],
    ['an underscore in the label', 'https://a_b.example.com'],
    ['the default port for any port', 'http://localhost'],
    ['any port', 'http://localhost:3000'],
    ['the last port', 'http://localhost:65535'],
  ])('accepts %s', (_, origin) => {
    expect(compileOrigins(PATTERNS).allows(origin, host)).toBe(true);
  });

  it.each([
    ['the name as a prefix', 'https://example.com.evil.com'],
    ['another character for the dot', 'https://exampleXcom'],
    ['the name as a suffix', 'https://evilexample.com'],
    ['the name as user information', 'https://example.com@evil.com'],
    ['the name as user information with a port', 'https://example.com:443@evil.com'],
    ['the name in a path', 'https://evil.com/https://example.com'],
    ['the name in a query', 'https://evil.com?.example.com'],
    ['the name in a fragment', 'https://evil.com#.example.com'],
    ['a backslash', 'https://evil.com\\.example.com'],
    ['two labels for the star', 'https://a.b.example.com'],
    ['an empty label for the star', 'https://.example.com'],
    ['an address for the star', 'https://[::1].example.com'],
    ['a star for the star', 'https://*.example.com'],
    ['an escaped dot within the star', 'https://a%2eb.example.com'],
    ['another scheme', 'http://example.com'],
    ['a scheme with the same ending', 'xhttps://example.com'],
    ['the WebSocket scheme', 'wss://example.com'],
    ['another port', 'https://example.com:8443'],
    ['another port below the star', 'https://a.example.com:8443'],
    ['another scheme on any port', 'https://localhost:3000'],
    ['a name below the one with any port', 'http://a.localhost:3000'],
    ['a port that is none', 'http://localhost:65536'],
    ['an empty port', 'http://localhost:'],
    ['a star for a port', 'http://localhost:*'],
    ['the opaque origin', 'null'],
    ['nothing', ''],
    ['two origins', 'https://example.com https://evil.com'],
    ['a list of origins', 'https://example.com, https://evil'],
    ['a list of the same origin', 'https://example.com, https://example.com'],
    ['a file', 'file://'],
    ['a slash at the end', 'https://example.com/'],
    ['a dot at the end', 'https://example.com.'],
    ['an ideographic full stop', 'https://a\u3002example.com'],
    ['a full-width dot', 'https://example\uff0ecom'],
    ['full-width letters', 'https://\uff45xample.com'],
    ['the Kelvin sign', 'https://\u212a.example.com'],
    ['an internationalised look-alike', 'https://xn--exmple-cua.com'],
    ['a tab within', 'https://exa\tmple.com'],
    ['a line feed within', 'https://example.com\n'],
    ['a blank before', ' https://example.com'],
    ['NUL at the end', 'https://example.com\0'],
    ['the host alone', 'example.com'],
    ['no scheme', '//example.com'],
    ['a scheme alone', 'https://'],
    ['16 KiB of labels', `https://${'a.'.repeat(8192)}example.com`],
    ['16 KiB of one label', `https://${'a'.repeat(16_384)}.example.com`],
  ])('refuses %s', (_, origin) => {
    expect(compileOrigins(PATTERNS).allows(origin, host)).toBe(false);
  });

  it('accepts the opaque origin where it is listed', () => {
    expect(compileOrigins(['null']).allows('null', host)).toBe(true);
    expect(compileOrigins(['null']).allows('https://h', host)).toBe(false);
  });

  it('accepts nothing where the list is empty', () => {
    expect(compileOrigins([]).allows('https://server.test', host)).toBe(false);
  });

  it.each([
    ['https://*', 'https://localhost', true],
    ['https://*', 'https://a.b', false],
    ['https://a.*.c', 'https://a.b.c', true],
    ['https://*.*.c', 'https://a.b.c', true],
    ['https://*.h:*', 'https://a.h:1', true],
    ['https://*.h:8443', 'https://a.h:8443', true],
    ['https://*.h:8443', 'https://a.h', false],
    ['HTTPS://H', 'https://h', true],
    ['http://[::1]:*', 'http://[::1]:3000', true],
    ['http://[::1]:*', 'http://[::2]:3000', false],
    ['app://h', 'app://h', true],
    ['app://h', 'app://h:1', false],
    ['app://h:*', 'app://h:1', true],
  ])('with %j for %j is %j', (pattern, origin, accepted) => {
    expect(compileOrigins([pattern]).allows(origin, host)).toBe(accepted);
  });

  it.each([
    'example.com',
    '*',
    '*://h',
    'https://',
    'https://*example.com',
    'https://ex*mple.com',
    'https://**.example.com',
    'https://example.com/',
    'https://example.com/*',
    'https://example.com:',
    'https://example.com:8*',
    'https://example.com:80:*',
    'https://example.com:99999',
    'https://user@example.com',
    'https://b\xfccher.example',
    'https://~.example.com',
    'http://[*::1]',
    'NULL',
    'same',
    'any',
    '',
    7,
    null,
    undefined,
  ])('refuses the pattern %j when it is compiled', (pattern) => {
    expect(() => compileOrigins([pattern as string])).toThrow(TypeError);
    expect(() => compileOrigins([pattern as string])).toThrow(/^origins has .*expected/);
  });

  it.each(['Same', '*', undefined, null, {}])('refuses %j for the option', (option) => {
    expect(() => compileOrigins(option as never)).toThrow(/^origins is .*expected "same", "any" or an array/);
  });

  it('accepts a listed origin, and with the star any one label before it', () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(label, label, label, (one, two, three) => {
        const exact = compileOrigins([`https://${one}.${two}`]);
        const starred = compileOrigins([`https://*.${one}.${two}`]);
        expect(exact.allows(`https://${one}.${two}`, host)).toBe(true);
        expect(exact.allows(`https://${three}.${one}.${two}`, host)).toBe(false);
        expect(starred.allows(`https://${three}.${one}.${two}`, host)).toBe(true);
        expect(starred.allows(`https://${three}.${three}.${one}.${two}`, host)).toBe(false);
      }),
    );
  });

  it('never throws on what a client sends', () => {
    const origins = [compileOrigins('same'), compileOrigins(PATTERNS)];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
      fc.string({
        unit: fc.constantFrom('https://', 'example', '.com', '.', ':', '*', '443', '@', '[', ']'),
      }),
    );
    fc.assert(
      fc.property(text, text, (origin, at) => {
        for (const each of origins) expect(typeof each.allows(origin, at)).toBe('boolean');
      }),
    );
  });

  it('allows what is listed with its port, whatever else is listed', () => {
    const origin = fc
      .tuple(fc.constantFrom('http', 'https', 'app'), fc.domain(), fc.integer({ min: 0, max: 65535 }))
      .map(([scheme, name, port]) => `${scheme}://${name}:${port}`);
    fc.assert(
      fc.property(fc.array(origin, { minLength: 1, maxLength: 6 }), fc.nat(), (list, at) => {
        expect(compileOrigins(list).allows(list[at % list.length]!, host)).toBe(true);
      }),
    );
  });
});

describe.each<[string, Origins]>([
  ['same', 'same'],
  ['a list of plain origins', ['https://example.com']],
  ['a list of patterns', PATTERNS],
  ['a pattern of nothing but stars', [`https://${'*.'.repeat(120)}example.com`]],
])('the work of %s', (_, option) => {
  const { allows } = compileOrigins(option);

  it.each(HOSTILE_TEXTS)('at most doubles with the length of %s', (_name, make) => {
    expect(growth((text) => allows(text, host), make)).toBeLessThan(2.1);
    expect(
      growth(
        (text) => allows(text, host),
        (size) => `https://${make(size)}`,
      ),
    ).toBeLessThan(2.1);
  });
});
