import fc from 'fast-check';
import '../../support/seed.js';
import {
  type ExtensionElement,
  formatExtensions,
  MAX_OFFERS,
  parseExtensions,
} from '../../../src/protocol/extensions/extension-header.js';
import { MAX_PARAMETERS } from '../../../src/protocol/extensions/parameters.js';
import { isToken } from '../../../src/protocol/handshake/tokens.js';
import { countingText, growth, HOSTILE_TEXTS } from '../handshake/counting-text.js';
import { element } from './made-extension.js';

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const token = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from(TOKEN_CHARACTERS)), minLength: 1, maxLength: 12 }),
  fc.constantFrom('constructor', '__proto__', 'toString', 'hasOwnProperty', 'permessage-deflate'),
);
const parameter = fc.record({ name: token, value: fc.option(token, { nil: undefined }) });
const elements = fc.array(
  fc.record({ name: token, parameters: fc.array(parameter, { maxLength: MAX_PARAMETERS }) }),
  { minLength: 1, maxLength: MAX_OFFERS },
);
/** Text of the characters that mean something in the header, and of some that may not be in it. */
const headerLike = fc.string({
  unit: fc.constantFrom(...Array.from('a1;;==,," \t\\\\\xff\n')),
  maxLength: 12,
});

/** Writes elements in one of the many ways that the grammar has for them; `choices` says which, over and over. */
function written(list: readonly ExtensionElement[], choices: readonly number[]): string {
  let made = 0;
  const pick = (...from: readonly string[]): string => from[choices[made++ % choices.length]! % from.length]!;
  const blank = (): string => pick('', ' ', '\t', ' \t ');
  const value = (text: string): string =>
    pick(text, `"${Array.from(text, (character) => pick('', '\\') + character).join('')}"`);
  let text = pick('', ',', ' ,\t,');
  list.forEach(({ name, parameters }, i) => {
    text += `${i === 0 ? '' : pick(',', ',,', ', \t,')}${blank()}${name}${blank()}`;
    for (const each of parameters) {
      text += `;${blank()}${each.name}${blank()}`;
      if (each.value !== undefined) text += `=${blank()}${value(each.value)}${blank()}`;
    }
  });
  return text + pick('', ',', ', ,');
}

/** The grammar of RFC 6455 section 9.1 with the lists of RFC 9110, as slow and as plain as can be. */
const GRAMMAR = (() => {
  const blank = '[ \\t]*';
  const quoted = '"(?:\\\\?[a1])+"';
  const oneParameter = `;${blank}[a1]+${blank}(?:=${blank}(?:[a1]+|${quoted})${blank})?`;
  const oneElement = `[a1]+${blank}(?:${oneParameter})*`;
  return new RegExp(`^(?:${blank},)*${blank}${oneElement}(?:,${blank}(?:${oneElement})?)*$`);
})();

describe('parseExtensions', () => {
  it.each<[string, ExtensionElement[]]>([
    ['deflate-stream', [element('deflate-stream')]],
    [
      'mux; max-channels=4; flow-control, deflate-stream',
      [element('mux', ['max-channels', '4'], ['flow-control']), element('deflate-stream')],
    ],
    ['a;b="10"', [element('a', ['b', '10'])]],
    ['a;b="\\c\\d"', [element('a', ['b', 'cd'])]],
    [' a\t;\tb = "c" , d ', [element('a', ['b', 'c']), element('d')]],
    ['a;b;b;B', [element('a', ['b'], ['b'], ['B'])]],
    ['a,a', [element('a'), element('a')]],
    ['a,,b', [element('a'), element('b')]],
    [',, \t,a,', [element('a')]],
    ['constructor', [element('constructor')]],
    ['__proto__; toString=1', [element('__proto__', ['toString', '1'])]],
    [
      'permessage-deflate; __proto__=1; toString',
      [element('permessage-deflate', ['__proto__', '1'], ['toString'])],
    ],
  ])('of %j gives its elements', (value, expected) => {
    expect(parseExtensions(value)).toEqual(expected);
  });

  it('gives none where there is no header', () => {
    expect(parseExtensions(undefined)).toEqual([]);
  });

  it.each([
    '',
    ' ',
    ',',
    ', \t,',
    ',;constructor',
    ';',
    'a;',
    'a;;b',
    'a;,b',
    'a;=1',
    'a;b=',
    'a;b=;c',
    'a;b==c',
    'a=1',
    'a b',
    'a;b c',
    'a;b=c d',
    'a;b=""',
    'a;b="',
    'a;b="c',
    'a;b="c\\',
    'a;b="c\\"',
    'a;b="c d"',
    'a;b="c,d"',
    'a;b="\\ "',
    'a;b="\\""',
    'a;b="\\\\"',
    'a;b="c"d',
    'a;b=c"d"',
    'a;b="c""d"',
    '"a"',
    'a;"b"',
    'a/b',
    'a\n',
    'a\u00a0',
    '\u00e9',
    '\0',
  ])('finds %j malformed', (value) => {
    expect(parseExtensions(value)).toBeUndefined();
  });

  it('reads back what is formatted', () => {
    fc.assert(
      fc.property(elements, (list) => {
        expect(parseExtensions(formatExtensions(list))).toEqual(list);
      }),
    );
  });

  it('reads all ways of writing the same elements alike', () => {
    fc.assert(
      fc.property(elements, fc.array(fc.nat(), { minLength: 1 }), (list, choices) => {
        expect(parseExtensions(written(list, choices))).toEqual(list);
      }),
    );
  });

  it('accepts exactly what the grammar has', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('aa1;=," \t\\')), maxLength: 12 });
    fc.assert(
      fc.property(text, (value) => {
        expect(parseExtensions(value) !== undefined).toBe(GRAMMAR.test(value));
      }),
    );
  });

  it('never throws, and gives nothing but tokens', () => {
    fc.assert(
      fc.property(fc.oneof(headerLike, fc.string({ unit: 'binary' })), (value) => {
        for (const { name, parameters } of parseExtensions(value) ?? []) {
          const values = parameters.map((each) => each.value ?? 'none');
          expect([name, ...parameters.map((each) => each.name), ...values].every(isToken)).toBe(true);
        }
      }),
    );
  });

  it('joins two lines as one list', () => {
    fc.assert(
      fc.property(headerLike, headerLike, (one, other) => {
        const both = [parseExtensions(one), parseExtensions(other)];
        if (both.some((each) => each === undefined)) return;
        expect(parseExtensions(`${one}, ${other}`)).toEqual(both.flat());
      }),
    );
  });

  it('keeps 16 elements, and wants the others to be well-formed', () => {
    const offers = Array.from({ length: 2000 }, (_, i) => `a${i}`);
    expect(parseExtensions(offers.join(','))?.map(({ name }) => name)).toEqual(offers.slice(0, MAX_OFFERS));
    expect(parseExtensions([...offers, 'a b'].join(','))).toBeUndefined();
    expect(parseExtensions(offers.join(','), 3)).toHaveLength(3);
  });

  it('keeps one parameter more than are allowed, and wants the others to be well-formed', () => {
    const many = 'a'.concat(';b'.repeat(2000));
    expect(parseExtensions(many)).toEqual([
      element('a', ...Array.from({ length: MAX_PARAMETERS + 1 }, () => ['b'] as const)),
    ]);
    expect(parseExtensions(`${many};`)).toBeUndefined();
  });

  it.each<readonly [string, (size: number) => string]>([
    ...HOSTILE_TEXTS,
    ['an open quoted string of pairs', (size) => `a;b="${'\\c'.repeat(size / 2)}`],
    ['a closed quoted string of pairs', (size) => `a;b="${'\\c'.repeat(size / 2)}"`],
    ['an open quoted string of backslashes', (size) => `permessage-deflate; a="${'\\\\'.repeat(size / 2)}`],
    ['an open quoted string', (size) => `a;b="${'c'.repeat(size)}`],
    ['offers', (size) => 'a,'.repeat(size / 2)],
    ['parameters of one offer', (size) => `a${';b'.repeat(size / 2)}`],
    ['values', (size) => `a${';b="c"'.repeat(size / 6)}`],
    ['blanks around an equals sign', (size) => `a;b${' '.repeat(size / 2)}=${'\t'.repeat(size / 2)}c`],
    ['blanks behind a list', (size) => `a${' '.repeat(size)}b`],
  ])('does work that doubles with the length of %s', (_, make) => {
    expect(growth((text) => parseExtensions(text), make)).toBeLessThan(2.1);
  });

  it('looks at no character of any text more than a few times', () => {
    fc.assert(
      fc.property(fc.oneof(headerLike, fc.string({ unit: 'binary' })), fc.nat(40), (text, repeats) => {
        const { text: counted, steps } = countingText(text.repeat(repeats));
        parseExtensions(counted);
        expect(steps()).toBeLessThanOrEqual(8 * (text.length * repeats + 1));
      }),
    );
  });
});

describe('formatExtensions', () => {
  it('writes names, parameters and values', () => {
    const list = [element('mux', ['max-channels', '4'], ['flow-control']), element('x')];
    expect(formatExtensions(list)).toBe('mux; max-channels=4; flow-control, x');
    expect(formatExtensions([])).toBe('');
  });

  it.each<[string, unknown]>([
    ['an empty name', { name: '', parameters: [] }],
    ['a line end in a name', { name: 'a\r\nX: 1', parameters: [] }],
    ['a name that is no string', { name: 1, parameters: [] }],
    ['no parameters', { name: 'a' }],
    ['a parameter that is none', { name: 'a', parameters: [null] }],
    ['a parameter with an empty name', element('a', [''])],
    ['a line end in a value', element('a', ['b', 'c\r\nX: 1'])],
    ['an empty value', element('a', ['b', ''])],
    ['a quoted value', element('a', ['b', '"c"'])],
    ['a number for a value', { name: 'a', parameters: [{ name: 'b', value: 1 }] }],
    ['17 parameters', element('a', ...Array.from({ length: 17 }, () => ['b'] as const))],
  ])('refuses %s', (_, wrong) => {
    expect(() => formatExtensions([wrong as ExtensionElement])).toThrow(TypeError);
  });
});
