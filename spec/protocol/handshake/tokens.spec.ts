import fc from 'fast-check';
import '../../support/seed.js';
import {
  isBlank,
  isToken,
  isTokenCharacter,
  listElements,
  listHasToken,
  parseTokenList,
} from '../../../src/protocol/handshake/tokens.js';
import { growth, HOSTILE_TEXTS } from './counting-text.js';

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const token = fc.string({
  unit: fc.constantFrom(...Array.from(TOKEN_CHARACTERS)),
  minLength: 1,
  maxLength: 12,
});
const blanks = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 3 });

describe('isToken', () => {
  it('accepts exactly the 77 characters of the grammar', () => {
    const accepted = Array.from({ length: 0x200 }, (_, code) => String.fromCharCode(code)).filter(isToken);
    expect(new Set(accepted)).toEqual(new Set(TOKEN_CHARACTERS));
  });

  it.each(['', ' ', 'a b', 'a,b', '"a"', 'a/b', 'a\u0000', 'é', 'a:', '\u0141'])('refuses %j', (text) => {
    expect(isToken(text)).toBe(false);
  });
});

describe('isTokenCharacter', () => {
  it('is what a token of one character has', () => {
    const codes = Array.from({ length: 0x200 }, (_, code) => code);
    expect(codes.filter(isTokenCharacter)).toEqual(
      codes.filter((code) => isToken(String.fromCharCode(code))),
    );
    expect(isTokenCharacter(NaN)).toBe(false);
  });
});

describe('isBlank', () => {
  it('is SP and HTAB and nothing else', () => {
    const codes = Array.from({ length: 0x3001 }, (_, code) => code);
    expect(codes.filter(isBlank)).toEqual([0x09, 0x20]);
    expect(isBlank(NaN)).toBe(false);
  });
});

describe('listElements', () => {
  it.each([
    ['', ['']],
    [',', ['', '']],
    [' a ,\tb c\t', ['a', 'b c']],
    ['\u00a0a\n', ['\u00a0a\n']],
  ])('of %j is %j', (text, elements) => {
    expect(listElements(text)).toEqual(elements);
  });
});

describe('parseTokenList', () => {
  it.each([
    ['a', ['a']],
    ['keep-alive, Upgrade', ['keep-alive', 'Upgrade']],
    [' a\t,b ', ['a', 'b']],
    ['a, a', ['a', 'a']],
  ])('of %j is %j', (text, tokens) => {
    expect(parseTokenList(text)).toEqual(tokens);
  });

  it.each(['', ',', 'a,', ',a', 'a,,b', 'a b', 'a, "b"', 'h2c/1', 'a\n'])('refuses %j', (text) => {
    expect(parseTokenList(text)).toBeUndefined();
  });

  it('reads back any list of tokens, whatever blanks are between them', () => {
    const element = fc.tuple(blanks, token, blanks);
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 8 }), (elements) => {
        const line = elements.map((parts) => parts.join('')).join(',');
        expect(parseTokenList(line)).toEqual(elements.map(([, text]) => text));
      }),
    );
  });

  it('never throws, and gives nothing but tokens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseTokenList(text)?.every(isToken) ?? true).toBe(true);
      }),
    );
  });

  it.each(HOSTILE_TEXTS)('does work that doubles with the length of %s', (_, make) => {
    expect(growth(parseTokenList, make)).toBeLessThan(2.1);
  });
});

describe('listHasToken', () => {
  it.each([
    ['keep-alive, UPGRADE', true],
    ['Upgrade', true],
    [',, upgrade', true],
    ['"broken, upgrade', true],
    ['xUpgrade, upgrade2', false],
    ['upgrade x', false],
    ['', false],
    [undefined, false],
  ])('of %j and upgrade is %j', (value, has) => {
    expect(listHasToken(value, 'upgrade')).toBe(has);
  });

  it.each(HOSTILE_TEXTS)('does work that doubles with the length of %s', (_, make) => {
    expect(growth((text) => listHasToken(text, 'upgrade'), make)).toBeLessThan(2.1);
  });
});
