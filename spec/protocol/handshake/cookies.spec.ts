import fc from 'fast-check';
import '../../support/seed.js';
import { formatCookies, parseCookies } from '../../../src/protocol/handshake/cookies.js';
import { growth, HOSTILE_TEXTS } from './counting-text.js';

describe('parseCookies', () => {
  it.each<[string | undefined, Record<string, string>]>([
    [undefined, {}],
    ['', {}],
    ['a=1', { a: '1' }],
    ['a=1; b=2;c=3', { a: '1', b: '2', c: '3' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=', { a: '' }],
    ['a="1 2"', { a: '1 2' }],
    ['a="', { a: '"' }],
    ['a=%20x%C3%BC', { a: ' xü' }],
    ['a=100%', { a: '100%' }],
    ['a=%FF', { a: '%FF' }],
    ['a=1; a=2', { a: '1' }],
    ['nonsense; =x; a b=1; ;;b=2', { b: '2' }],
    ['\t a =\t1 ', { a: '1' }],
  ])('reads %j', (header, cookies) => {
    expect(Object.fromEntries(parseCookies(header))).toEqual(cookies);
  });

  it('has no trouble with names of objects', () => {
    const cookies = parseCookies('__proto__=1; constructor=2; toString=3');
    expect([...cookies]).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
    ]);
  });

  it('gives back what encodeURIComponent has written', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed());
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (values) => {
        const header = values.map((value, i) => `c${i}=${encodeURIComponent(value)}`).join('; ');
        expect([...parseCookies(header).values()]).toEqual(values);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (header) => {
        expect(() => parseCookies(header)).not.toThrow();
      }),
    );
  });

  it.each(HOSTILE_TEXTS)('does work that doubles with the length of %s', (_, make) => {
    expect(growth((text) => parseCookies(text), make)).toBeLessThan(2.1);
  });
});

describe('formatCookies', () => {
  const octets = Array.from({ length: 0x5e }, (_, i) => String.fromCharCode(0x21 + i)).filter(
    (c) => !'",;\\'.includes(c),
  );
  const pairs = fc.dictionary(
    fc.stringMatching(/^[\w!#$%&'*+.^`|~-]{1,8}$/),
    fc.string({ unit: fc.constantFrom(...octets.filter((octet) => octet !== '%')) }),
    { noNullPrototype: true },
  );

  it('writes what parseCookies reads', () => {
    fc.assert(
      fc.property(pairs, (cookies) => {
        expect(Object.fromEntries(parseCookies(formatCookies(cookies)))).toEqual({ ...cookies });
      }),
    );
  });

  it('takes every octet that RFC 6265 allows, and no other', () => {
    for (let code = 0; code < 0x200; code++) {
      const value = String.fromCharCode(code);
      if (octets.includes(value)) expect(formatCookies({ a: value })).toBe(`a=${value}`);
      else expect(() => formatCookies({ a: value })).toThrow(TypeError);
    }
  });

  it('is nothing without cookies, and refuses names that are no tokens', () => {
    expect([formatCookies({}), formatCookies('')]).toEqual([undefined, undefined]);
    expect(() => formatCookies({ 'a b': '' })).toThrow(/"a b"/);
  });
});
