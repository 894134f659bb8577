import fc from 'fast-check';
import '../../support/seed.js';
import { NegotiationError } from '../../../src/protocol/errors.js';
import type { Extension } from '../../../src/protocol/extensions/extension.js';
import { formatExtensions, parseExtensions } from '../../../src/protocol/extensions/extension-header.js';
import { confirmAnswer, offerElements } from '../../../src/protocol/extensions/negotiate-client.js';
import { answerOffers } from '../../../src/protocol/extensions/negotiate-server.js';
import { windowBits } from '../../../src/protocol/extensions/parameters.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import { extensionList } from './arbitraries.js';
import { element, extension, failureOf, parameters } from './made-extension.js';

const request = { headers: new HeaderFields([]) };

/** Takes one size of a window; what else it is answered it refuses in the way that it is told to. */
function windowed(refusal: () => Error): Extension {
  return extension('w', {
    confirm: (answer) => {
      if (answer.length !== 1 || windowBits(answer[0]?.value) === undefined) throw refusal();
      return { parameters: answer };
    },
  });
}

describe('offerElements', () => {
  it('has all offers of each extension, in order', () => {
    const rich = extension('a', { offer: () => [parameters(['x', '1'], ['y']), []] });
    expect(offerElements([rich, extension('none', { offer: () => [] }), extension('b')])).toEqual([
      element('a', ['x', '1'], ['y']),
      element('a'),
      element('b'),
    ]);
  });

  it('lets what an extension throws through, named', () => {
    const cause = new RangeError('inner');
    const broken = extension('a', {
      offer: () => {
        throw cause;
      },
    });
    const error = failureOf(() => offerElements([broken]));
    expect(error).toMatchObject({ message: 'extension "a" threw from "offer"', cause });
  });

  it.each<[string, unknown]>([
    ['no list', undefined],
    ['a list that is no list of lists', parameters(['x'])],
    ['a value that cannot be written', [parameters(['x', 'a b'])]],
  ])('accuses an extension that offers %s', (_, offered) => {
    const offer = () => offerElements([extension('a', { offer: () => offered as never })]);
    expect(offer).toThrow(TypeError);
    expect(offer).toThrow(/extension "a" /);
  });
});

describe('confirmAnswer', () => {
  const pair = [extension('a'), extension('b', { rsv: 2, opcodes: [3], level: 'frame' })];

  it('confirms nothing where there is no header', () => {
    expect(confirmAnswer(undefined, pair)).toEqual([]);
    expect(confirmAnswer(undefined, [])).toEqual([]);
  });

  it("gives what was chosen, in the server's order", () => {
    expect(confirmAnswer('b; x="1", a', pair)).toEqual([
      { name: 'b', rsv: 2, opcodes: [3], level: 'frame', parameters: parameters(['x', '1']) },
      { name: 'a', rsv: 4, opcodes: [], level: 'message', parameters: [] },
    ]);
  });

  it('keeps what the extension makes of the answer', () => {
    const transform = {} as never;
    const made = extension('a', { confirm: () => ({ parameters: [], inbound: () => transform }) });
    const [agreed] = confirmAnswer('a; x', [made]);
    expect(agreed?.inbound?.()).toBe(transform);
    expect(agreed?.parameters).toEqual(parameters(['x']));
  });

  it.each<[string, string, readonly Extension[], RegExp]>([
    ['one that nobody asked for', 'a', [], /an extension, expected none because none was offered/],
    ['an empty header that nobody asked for', '', [], /expected none/],
    ['a malformed header that nobody asked for', ';', [], /expected none/],
    ['an unknown one', 'x', pair, /chose the extension "x", expected one of "a", "b"/],
    ['one in another case', 'A', pair, /"A", expected one of "a", "b"/],
    ['__proto__', '__proto__', pair, /"__proto__", expected one of/],
    ['one beside those that were offered', 'b, a, x', pair, /"x", expected one of/],
    ['one by its alias', 'z', [extension('a', { aliases: ['z'] })], /"z", expected one of "a"/],
    ['one that offers nothing', 'a', [extension('a', { offer: () => [] })], /none was offered/],
    ['one twice', 'a; x, a; x', pair, /the extension "a" twice, expected it once/],
    ['one twice behind others', `b, a, a${', a'.repeat(2000)}`, pair, /"a" twice/],
    ['two that share a bit', 'a, c', [...pair, extension('c')], /"c" beside "a", expected one of the two/],
    ['two that share an opcode', 'b, c', [...pair, extension('c', { opcodes: [3] })], /"c" beside "b"/],
    ['17 parameters', `a${';x'.repeat(17)}`, pair, /"a" with more than 16 parameters/],
    ['a malformed header', 'a; x=', pair, /sent the Sec-WebSocket-Extensions "a; x=", expected extensions/],
    ['an empty header', '', pair, /sent the Sec-WebSocket-Extensions "", /],
    ['a line end', 'a\n', pair, /"a\\n"/],
  ])('refuses %s', (_, value, offered, text) => {
    const confirm = () => confirmAnswer(value, offered);
    expect(confirm).toThrow(NegotiationError);
    expect(confirm).toThrow(text);
  });

  it.each(['w', 'w; bits', 'w; bits=1000', 'w; bits=7', 'w; bits=8; bits=8', 'w; x=8; __proto__=1'])(
    'refuses what the extension does not confirm: %s',
    (value) => {
      const own = new NegotiationError('own words');
      expect(failureOf(() => confirmAnswer(value, [windowed(() => own)]))).toBe(own);
      const cause = new RangeError('inner');
      const error = failureOf(() => confirmAnswer(value, [windowed(() => cause)]));
      expect(error).toBeInstanceOf(NegotiationError);
      expect(error).toMatchObject({ cause, message: expect.stringContaining('"w"') });
    },
  );

  it('accuses an extension that confirms with what is no agreement', () => {
    const broken = extension('a', { confirm: () => undefined as never });
    expect(() => confirmAnswer('a', [broken])).toThrow(TypeError);
    expect(() => confirmAnswer('a', [broken])).toThrow(
      'extension "a" returned undefined, expected an agreement',
    );
  });

  it.each(['x'.repeat(16_384), `a; ${'x'.repeat(16_384)}=`])(
    'cuts what a hostile server sends out of its error',
    (value) => {
      expect(() => confirmAnswer(value, pair)).toThrow(/^.{0,240}$/s);
    },
  );

  it('returns what was offered, or throws NegotiationError', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('ab,;=" \\')), maxLength: 10 });
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), fc.boolean(), (value, both) => {
        const offered = both ? pair : pair.slice(1);
        try {
          for (const { name } of confirmAnswer(value, offered)) {
            expect(offered.map((each) => each.name)).toContain(name);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(NegotiationError);
        }
      }),
    );
  });

  it('confirms what a server answers to any offers', () => {
    fc.assert(
      fc.property(extensionList, fc.array(fc.nat(), { maxLength: 6 }), (ours, picks) => {
        const theirs = [...new Set(picks)].flatMap((pick) => ours[pick % 6] ?? []);
        const offers = offerElements(ours);
        const sent = offers.length === 0 ? undefined : formatExtensions(offers);
        const answer = answerOffers(parseExtensions(sent) ?? [], theirs, request);
        const value = answer.length === 0 ? undefined : formatExtensions(answer);
        expect(confirmAnswer(value, ours)).toEqual(answer);
      }),
    );
  });

  it('leaves the prototypes of all objects as they are', () => {
    const keys = () =>
      [Object.prototype, Array.prototype, Map.prototype].map((each) => Reflect.ownKeys(each));
    const before = keys();
    for (const name of before.flat()) {
      if (typeof name !== 'string') continue;
      const own = extension(name);
      expect(confirmAnswer(`${name}; ${name}=${name}`, [own])).toMatchObject([{ name }]);
      expect(() => confirmAnswer(name, [extension('a')])).toThrow(NegotiationError);
    }
    expect(keys()).toEqual(before);
  });
});
