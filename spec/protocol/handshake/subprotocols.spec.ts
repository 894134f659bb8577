import fc from 'fast-check';
import '../../support/seed.js';
import { NegotiationError } from '../../../src/protocol/errors.js';
import {
  checkSelection,
  checkSubprotocols,
  chooseSubprotocol,
  judgeSubprotocol,
  parseOffer,
} from '../../../src/protocol/handshake/subprotocols.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import { growth, HOSTILE_TEXTS } from './counting-text.js';

describe('parseOffer', () => {
  it('keeps the order, and tells names apart by their case', () => {
    expect(parseOffer('b, a,B')).toEqual(['b', 'a', 'B']);
    expect(parseOffer(undefined)).toEqual([]);
  });

  it.each([
    ['a name twice', 'a, a'],
    ['an empty element', 'a,,b'],
    ['nothing in it', ''],
    ['a name that is not a token', 'a/b'],
    ['64 KiB of blanks within a name', `b${' '.repeat(65_536)}x`],
  ])('finds an offer with %s malformed', (_, value) => {
    expect(parseOffer(value)).toBeUndefined();
  });

  it.each(HOSTILE_TEXTS)('does work that doubles with the length of %s', (_, make) => {
    expect(growth(parseOffer, make)).toBeLessThan(2.1);
  });
});

describe('chooseSubprotocol', () => {
  it.each([
    [['a', 'b'], ['b', 'a'], 'a'],
    [['c', 'b'], ['b', 'a'], 'b'],
    [['A'], ['a'], undefined],
    [[], ['a'], undefined],
    [['a'], [], undefined],
  ])('offered %j and supporting %j is %j', (offered, supported, choice) => {
    expect(chooseSubprotocol(offered, supported)).toBe(choice);
  });
});

describe('chooseSubprotocol, by preference', () => {
  it.each([
    ['client', ['a', 'b'], ['b', 'a'], 'a'],
    ['server', ['a', 'b'], ['b', 'a'], 'b'],
    ['server', ['a'], ['b'], undefined],
    ['balanced', ['a', 'b', 'c'], ['c', 'b', 'a'], 'c'],
    ['balanced', ['x', 'b', 'a'], ['a', 'b'], 'a'],
    ['balanced', ['a', 'b', 'c'], ['b', 'c', 'a'], 'b'],
    ['balanced', ['x', 'y', 'a', 'b'], ['b', 'x'], 'x'],
    ['balanced', ['a'], ['b'], undefined],
  ] as const)('%s: offered %j and supporting %j is %j', (preference, offered, supported, choice) => {
    expect(chooseSubprotocol(offered, supported, preference)).toBe(choice);
  });

  it('is one of both, if there is one, and the balanced one has the least sum of ranks', () => {
    const names = fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e'));
    const preferences = fc.constantFrom('client', 'server', 'balanced');
    fc.assert(
      fc.property(names, names, preferences, (offered, supported, preference) => {
        const both = offered.filter((name) => supported.includes(name));
        const choice = chooseSubprotocol(offered, supported, preference);
        if (both.length === 0) expect(choice).toBeUndefined();
        else expect(both).toContain(choice);
        if (preference !== 'balanced' || choice === undefined) return;
        const rank = (name: string): number => offered.indexOf(name) + supported.indexOf(name);
        expect(rank(choice)).toBe(Math.min(...both.map(rank)));
      }),
    );
  });
});

describe('checkSubprotocols', () => {
  it('copies distinct tokens', () => {
    const list = ['a', 'A', 'v1.graphql'];
    const checked = checkSubprotocols(list);
    list.push('b');
    expect(checked).toEqual(['a', 'A', 'v1.graphql']);
    expect(Object.isFrozen(checked)).toBe(true);
  });

  it.each(['a', undefined, null, {}])('refuses %j for the list, and names the option', (list) => {
    expect(() => checkSubprotocols(list as never)).toThrow(TypeError);
    expect(() => checkSubprotocols(list as never)).toThrow(/^subprotocols is /);
  });

  it.each([[['a', 'a']], [['']], [['a b']], [['a,b']], [['a\r\n']], [[1]], [[undefined]]])(
    'refuses %j',
    (list) => {
      expect(() => checkSubprotocols(list as string[])).toThrow(TypeError);
    },
  );
});

describe('checkSelection', () => {
  it('accepts none, and what was offered', () => {
    expect(checkSelection(undefined, [])).toBeUndefined();
    expect(checkSelection('a', ['b', 'a'])).toBe('a');
  });

  it.each([
    ['what was not offered', 'c'],
    ['another case', 'A'],
    ['a line end', 'a\r\nX: 1'],
    ['the empty text', ''],
    ['a number', 1],
    ['null', null],
  ])('refuses %s', (_, selected) => {
    expect(() => checkSelection(selected as string, ['a'])).toThrow(TypeError);
  });
});

/** The fields of a response that has these values of Sec-WebSocket-Protocol. */
function answer(values: readonly string[]): HeaderFields {
  return new HeaderFields(values.flatMap((value) => ['Sec-WebSocket-Protocol', value]));
}

describe('judgeSubprotocol', () => {
  it.each([
    [['a'], ['a', 'b'], true, 'a'],
    [['b'], ['a', 'b'], true, 'b'],
    [[], [], true, undefined],
    [[], ['a'], false, undefined],
  ])('of answer %j to %j (required: %j) is %j', (lines, offered, required, chosen) => {
    expect(judgeSubprotocol(answer(lines), offered, required)).toBe(chosen);
  });

  it.each([
    ['one that nobody asked for', ['a'], [], /"a", expected none because none was offered/],
    ['one that is not in the offer', ['c'], ['a', 'b'], /"c", expected one of "a", "b"/],
    ['two in one line', ['a, b'], ['a', 'b'], /"a, b"/],
    ['two lines', ['a', 'b'], ['a', 'b'], /sent 2 .* expected one/],
    ['the same line twice', ['a', 'a'], ['a'], /sent 2/],
    ['another case', ['A'], ['a'], /"A"/],
    ['the empty text', [''], ['a'], /""/],
    ['the empty text where none was offered', [''], [], /none was offered/],
    ['none although some were offered', [], ['a'], /no subprotocol, expected one of "a" .requireSubprotocol/],
  ])('refuses %s', (_, lines, offered, text) => {
    const judge = () => judgeSubprotocol(answer(lines), offered, true);
    expect(judge).toThrow(NegotiationError);
    expect(judge).toThrow(text);
  });

  it('cuts what a hostile server sends out of its error', () => {
    expect(() => judgeSubprotocol(answer(['x'.repeat(16_384)]), ['a'], true)).toThrow(/^.{0,200}$/s);
  });

  it('returns what was offered, or throws NegotiationError', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'A', '', ' a', 'a, b', '\u0000'), { maxLength: 3 });
    fc.assert(
      fc.property(names, names, fc.boolean(), (lines, offered, required) => {
        try {
          expect([undefined, ...offered]).toContain(judgeSubprotocol(answer(lines), offered, required));
        } catch (error) {
          expect(error).toBeInstanceOf(NegotiationError);
        }
      }),
    );
  });
});
