import fc from 'fast-check';
import '../../support/seed.js';
import {
  challenge,
  isBearerToken,
  isSameSecret,
  parseAuthorization,
  parseBasic,
} from '../../../src/protocol/handshake/credentials.js';
import { growth, HOSTILE_TEXTS } from './counting-text.js';

const base64 = (text: string | Uint8Array): string => Buffer.from(text as string).toString('base64');

describe('parseAuthorization', () => {
  it.each([
    ['Basic abc', { scheme: 'basic', rest: 'abc' }],
    ['BEARER   a b ', { scheme: 'bearer', rest: 'a b' }],
    ['Basic ', { scheme: 'basic', rest: '' }],
    ['Basic', undefined],
    ['', undefined],
    [' Basic a', undefined],
    ['a/b c', undefined],
  ])('reads %j', (value, expected) => {
    expect(parseAuthorization(value)).toEqual(expected);
  });

  it.each(HOSTILE_TEXTS)('does work that doubles with the length of %s', (_, make) => {
    const counted = (text: string): unknown => parseAuthorization(text);
    expect(growth(counted, (size) => make(size).replaceAll(' ', '-'))).toBeLessThan(2.1);
  });
});

describe('parseBasic', () => {
  it.each([
    ['a:b', { username: 'a', password: 'b' }],
    ['a:b:c', { username: 'a', password: 'b:c' }],
    [':', { username: '', password: '' }],
    ['ü:€', { username: 'ü', password: '€' }],
  ])('reads %j', (text, expected) => {
    expect(parseBasic(base64(text))).toEqual(expected);
  });

  it.each([
    ['nothing', ''],
    ['no colon', base64('ab')],
    ['a control character', base64('a\n:b')],
    ['DEL', base64('a:\x7f')],
    ['octets that are no UTF-8', base64(Uint8Array.of(0x61, 0x3a, 0xff))],
    ['no padding', base64('a:bc').replace(/=+$/, '')],
    ['a character outside of base64', `${base64('a:b')}!!!!`],
    ['a blank', base64('a:bbbb').replace(/.{4}/, '$& ')],
    ['the alphabet of URLs', base64('a:\u{10ffff}?>').replaceAll('/', '_')],
  ])('refuses %s', (_, text) => {
    expect(parseBasic(text)).toBeUndefined();
  });

  it('reads what any name without a colon and any password were written as', () => {
    const text = fc.string({ unit: 'grapheme-composite' });
    fc.assert(
      fc.property(
        text.map((name) => name.replaceAll(':', '')),
        text,
        (username, password) => {
          expect(parseBasic(base64(`${username}:${password}`))).toEqual({ username, password });
        },
      ),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseBasic(text)).not.toThrow();
      }),
    );
  });
});

describe('isBearerToken', () => {
  it.each([
    ['abc', true],
    ['a.b-c_d~e+f/0==', true],
    ['', false],
    ['==', false],
    ['a=b', false],
    ['a b', false],
    ['ü', false],
  ])('of %j is %j', (text, expected) => {
    expect(isBearerToken(text)).toBe(expected);
  });
});

describe('isSameSecret', () => {
  it('is whether they are the same', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }), (one, other) => {
        expect(isSameSecret(one, other)).toBe(one === other);
      }),
    );
  });
});

describe('challenge', () => {
  it('quotes the realm', () => {
    expect(challenge('Basic', 'a "b" \\c', ', charset="UTF-8"')).toBe(
      'Basic realm="a \\"b\\" \\\\c", charset="UTF-8"',
    );
  });

  it.each(['ü', 'a\r\nb', '\0'])('refuses the realm %j', (realm) => {
    expect(() => challenge('Bearer', realm)).toThrow(TypeError);
  });
});
