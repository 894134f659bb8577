import { checkExtensions } from '../../../src/protocol/extensions/check-extensions.js';
import { extension } from './made-extension.js';

describe('checkExtensions', () => {
  it('copies the list', () => {
    const one = extension('a');
    const list = [one, extension('b', { aliases: ['c'], opcodes: [3, 7, 11, 15], level: 'frame' })];
    const checked = checkExtensions(list);
    list.pop();
    expect(checked.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(checked[0]).toBe(one);
    expect(Object.isFrozen(checked)).toBe(true);
  });

  it('lets extensions pass that cannot be used together', () => {
    expect(
      checkExtensions([extension('a', { opcodes: [3] }), extension('b', { opcodes: [3] })]),
    ).toHaveLength(2);
  });

  it('takes an extension whose functions come from its class', () => {
    class Own {
      readonly name = 'constructor';
      readonly rsv = 0;
      readonly level = 'frame';
      offer() {
        return [];
      }
      accept() {
        return undefined;
      }
      confirm() {
        return { parameters: [] };
      }
    }
    expect(checkExtensions([new Own()])).toHaveLength(1);
  });

  it.each([undefined, null, 'a', {}, extension('a')])(
    'refuses %j for the list, and names the option',
    (list) => {
      expect(() => checkExtensions(list as never)).toThrow(TypeError);
      expect(() => checkExtensions(list as never)).toThrow(/^extensions is /);
    },
  );

  it.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /^extensions has undefined, expected extensions/],
    ['null', null, /^extensions has null/],
    ['a name', 'permessage-deflate', /^extensions has "permessage-deflate"/],
    ['a name that is no token', extension('a b'), /^extensions has one named "a b", expected a token/],
    ['an empty name', extension(''), /named "", expected a token/],
    ['no name', { rsv: 4 }, /named undefined, expected a token/],
    ['an alias that is no token', extension('x', { aliases: ['a,b'] }), /"x" has the aliases .* tokens/],
    ['aliases that are no array', extension('x', { aliases: 'a' as never }), /the aliases "a", /],
    ['a bit too many', extension('x', { rsv: 8 }), /"x" has the rsv 8, expected an integer from 0 to 7/],
    ['a negative rsv', extension('x', { rsv: -1 }), /the rsv -1/],
    ['half an rsv', extension('x', { rsv: 0.5 }), /the rsv 0.5/],
    ['an rsv that is no number', extension('x', { rsv: '4' as never }), /the rsv "4"/],
    ['no rsv', extension('x', { rsv: undefined as never }), /the rsv undefined/],
    ['the opcode of text', extension('x', { opcodes: [1] }), /"x" has the opcodes .* 3 to 7 and 11 to 15/],
    ['opcode 2', extension('x', { opcodes: [2] }), /opcodes/],
    ['opcode 8', extension('x', { opcodes: [8] }), /opcodes/],
    ['opcode 10', extension('x', { opcodes: [3, 10] }), /opcodes/],
    ['opcode 16', extension('x', { opcodes: [16] }), /opcodes/],
    ['half an opcode', extension('x', { opcodes: [3.5] }), /opcodes/],
    ['an opcode twice', extension('x', { opcodes: [3, 4, 3] }), /opcodes .* each once/],
    ['opcodes that are no array', extension('x', { opcodes: 3 as never }), /the opcodes 3,/],
    [
      'another level',
      extension('x', { level: 'bytes' as never }),
      /the level "bytes", .*"message" or "frame"/,
    ],
    ['no offer', extension('x', { offer: undefined as never }), /the offer undefined, expected a function/],
    ['no accept', extension('x', { accept: 1 as never }), /the accept 1, expected a function/],
    ['no confirm', extension('x', { confirm: null as never }), /the confirm null, expected a function/],
  ])('refuses %s', (_, wrong, text) => {
    expect(() => checkExtensions([wrong as never])).toThrow(TypeError);
    expect(() => checkExtensions([wrong as never])).toThrow(text);
  });

  it.each([
    ['a name twice', [extension('a'), extension('a', { rsv: 2 })], 'a'],
    ['a name that is the alias of another', [extension('a', { aliases: ['b'] }), extension('b')], 'b'],
    ['an alias twice', [extension('a', { aliases: ['c'] }), extension('b', { aliases: ['c'] })], 'c'],
    ['a name that is its own alias', [extension('a', { aliases: ['a'] })], 'a'],
  ])('refuses %s', (_, list, name) => {
    expect(() => checkExtensions(list)).toThrow(`extensions has the name "${name}" twice, expected it once`);
  });
});
