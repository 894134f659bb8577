import fc from 'fast-check';
import '../../support/seed.js';
import {
  checkParameters,
  uniqueParameters,
  windowBits,
} from '../../../src/protocol/extensions/parameters.js';
import { parameters } from './made-extension.js';

describe('uniqueParameters', () => {
  it.each([
    [[], true],
    [['a'], true],
    [['a', 'b', 'A'], true],
    [['a', 'b', 'a'], false],
    [['__proto__', 'constructor'], true],
    [['__proto__', '__proto__'], false],
  ])('of %j is %j', (names, unique) => {
    expect(uniqueParameters(names.map((name, i) => ({ name, value: String(i) })))).toBe(unique);
  });
});

describe('windowBits', () => {
  it('reads the eight sizes that there are', () => {
    expect(['8', '9', '10', '11', '12', '13', '14', '15'].map(windowBits)).toEqual([
      8, 9, 10, 11, 12, 13, 14, 15,
    ]);
  });

  it.each([
    [undefined],
    [''],
    ['7'],
    ['16'],
    ['1000'],
    ['08'],
    ['+8'],
    ['-8'],
    [' 8'],
    ['8 '],
    ['8.0'],
    ['1e1'],
    ['0xa'],
    ['true'],
    ['\u0668'],
  ])('has none for %j', (value) => {
    expect(windowBits(value)).toBeUndefined();
  });

  it('has none for any text but those eight', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer().map(String), fc.string()), (value) => {
        expect(windowBits(value)).toBe(/^(?:[89]|1[0-5])$/.test(value) ? Number(value) : undefined);
      }),
    );
  });
});

describe('checkParameters', () => {
  it('gives back what can be written', () => {
    const list = parameters(['a'], ['a', 'b']);
    expect(checkParameters('x', list)).toBe(list);
  });

  it.each<[string, unknown, RegExp]>([
    ['no list', undefined, /"x" has the parameters undefined, expected an array/],
    ['a name with a blank', parameters(['a b']), /"x" has a parameter named "a b", expected a token/],
    ['a value with a comma', parameters(['a', 'b,c']), /"x" .* "a" with the value "b,c", expected a token/],
    ['a number for a parameter', [1], /"x" has the parameter number, expected an object/],
    ['17 of them', Array.from({ length: 17 }, () => ({ name: 'a' })), /"x" has 17 .* at most 16/],
  ])('refuses %s, and names the extension', (_, wrong, text) => {
    expect(() => checkParameters('x', wrong as never)).toThrow(TypeError);
    expect(() => checkParameters('x', wrong as never)).toThrow(text);
  });
});
