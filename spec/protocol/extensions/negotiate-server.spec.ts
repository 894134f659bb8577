import fc from 'fast-check';
import '../../support/seed.js';
import type { Extension, ExtensionParameters } from '../../../src/protocol/extensions/extension.js';
import { formatExtensions, parseExtensions } from '../../../src/protocol/extensions/extension-header.js';
import { answerOffers } from '../../../src/protocol/extensions/negotiate-server.js';
import { uniqueParameters, windowBits } from '../../../src/protocol/extensions/parameters.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import { extensionList, extensionName } from './arbitraries.js';
import { element, extension, failureOf, parameters } from './made-extension.js';

const request = { headers: HeaderFields.from([['User-Agent', 'x']]) };

/** The header that answers a header. */
function answerTo(offers: string, supported: readonly Extension[]): string {
  return formatExtensions(answerOffers(parseExtensions(offers) ?? [], supported, request));
}

/** An extension that wants one parameter, a size of a window, and declines all else. */
const windowed = extension('w', {
  accept: (offer) => {
    const bits = windowBits(offer[0]?.value);
    return uniqueParameters(offer) && bits !== undefined
      ? { parameters: parameters(['bits', String(bits)]) }
      : undefined;
  },
});

describe('answerOffers', () => {
  it('answers with the parameters, and takes bits, opcodes and level from the extension', () => {
    const supported = [extension('a', { opcodes: [3], level: 'frame' }), extension('b', { rsv: 2 })];
    expect(answerOffers([element('b', ['x', '1']), element('a')], supported, request)).toEqual([
      { name: 'b', rsv: 2, opcodes: [], level: 'message', parameters: parameters(['x', '1']) },
      { name: 'a', rsv: 4, opcodes: [3], level: 'frame', parameters: [] },
    ]);
  });

  it.each([
    ['nothing where nothing is supported', 'a, b', [], ''],
    ['nothing to what it does not know', 'x, constructor, __proto__', [extension('a')], ''],
    ['nothing to another case', 'A', [extension('a')], ''],
    ["in the client's order", 'b, a', [extension('a', { rsv: 1 }), extension('b', { rsv: 2 })], 'b, a'],
    ['the first of a name, and skips later ones', 'a; x=1, a; x=2', [extension('a')], 'a; x=1'],
    [
      'the first of those that share a bit',
      'b, a',
      [extension('a', { rsv: 6 }), extension('b', { rsv: 2 })],
      'b',
    ],
    [
      'the first of those that share an opcode',
      'b, a',
      [extension('a', { rsv: 1, opcodes: [4, 3] }), extension('b', { rsv: 2, opcodes: [3] })],
      'b',
    ],
    ['any number that own nothing', 'b, a', [extension('a', { rsv: 0 }), extension('b', { rsv: 0 })], 'b, a'],
    ['by an alias', 'z', [extension('a', { aliases: ['z'] })], 'z'],
    ['one extension once, by whichever name', 'z, a', [extension('a', { rsv: 0, aliases: ['z'] })], 'z'],
    [
      'with one named as a property of objects',
      '__proto__; toString=1',
      [extension('__proto__')],
      '__proto__; toString=1',
    ],
  ])('answers %s', (_, offers, supported, answer) => {
    expect(answerTo(offers, supported)).toBe(answer);
  });

  it.each([
    ['permessage-deflate, deflate-frame, x-webkit-deflate-frame', 'permessage-deflate'],
    ['x-webkit-deflate-frame, permessage-deflate', 'x-webkit-deflate-frame'],
    ['deflate-frame, x-webkit-deflate-frame', 'deflate-frame'],
  ])('never uses two compressions: %s', (offers, answer) => {
    const deflateFrame = extension('deflate-frame', { level: 'frame', aliases: ['x-webkit-deflate-frame'] });
    expect(answerTo(offers, [extension('permessage-deflate'), deflateFrame])).toBe(answer);
  });

  it.each([
    ['w', ''],
    ['w; bits=16', ''],
    ['w; bits=08', ''],
    ['w; bits=10; bits=10', ''],
    ['w; bits="10"', 'w; bits=10'],
    ['w; bits=16, w; bits=9, w; bits=10', 'w; bits=9'],
  ])('asks again for the next offer after one that is declined: %s', (offers, answer) => {
    expect(answerTo(offers, [windowed])).toBe(answer);
  });

  it('asks the next extension of the name when one declines', () => {
    const second = extension('second', { rsv: 2, aliases: ['w'] });
    const answer = answerOffers([element('w', ['x'])], [windowed, second], request);
    expect(answer).toMatchObject([{ name: 'w', rsv: 2 }]);
  });

  it('shows the extension the offer and the request', () => {
    const seen: unknown[] = [];
    const asked = extension('a', {
      accept: (...args) => {
        seen.push(...args);
        return undefined;
      },
    });
    answerOffers([element('a', ['x', '1'])], [asked], request);
    expect(seen).toEqual([parameters(['x', '1']), request]);
    expect(seen[1]).toBe(request);
  });

  it('declines an offer of more than 16 parameters, and asks nobody', () => {
    const offer = (count: number) => `a${';b'.repeat(count)}`;
    expect(answerTo(offer(16), [extension('a')])).toBe(`a${'; b'.repeat(16)}`);
    expect(answerTo(`${offer(17)}, a; c`, [extension('a')])).toBe('a; c');
  });

  it('asks 16 times at most, however many offers there are', () => {
    let times = 0;
    const counting = extension('a', {
      accept: () => {
        times++;
        return undefined;
      },
    });
    expect(answerTo('a,'.repeat(2000), [counting])).toBe('');
    expect(times).toBe(16);
  });

  it('keeps the functions of an agreement, whatever it is made of', () => {
    class Own {
      readonly parameters: ExtensionParameters = [];
      readonly #calls: string[] = [];
      inbound(): never {
        this.#calls.push('inbound');
        return this.#calls as never;
      }
      outbound(): never {
        this.#calls.push('outbound');
        return this.#calls as never;
      }
      onFrame(): void {
        this.#calls.push('frame');
      }
    }
    const [used] = answerOffers([element('a')], [extension('a', { accept: () => new Own() })], request);
    used?.onFrame?.(undefined as never);
    used?.outbound?.();
    expect(used?.inbound?.()).toEqual(['frame', 'outbound', 'inbound']);
    const [plain] = answerOffers([element('a')], [extension('a')], request);
    expect(Object.keys(plain ?? {})).toEqual(['name', 'rsv', 'opcodes', 'level', 'parameters']);
  });

  it('lets what an extension throws through, named', () => {
    const cause = new RangeError('inner');
    const broken = extension('br"oken', {
      accept: () => {
        throw cause;
      },
    });
    const error = failureOf(() => answerOffers([element('br"oken')], [broken], request));
    expect(error).toMatchObject({ message: 'extension "br\\"oken" threw from "accept"', cause });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['true', true],
    ['a name', 'a'],
    ['no parameters', {}],
    ['a value that cannot be written', { parameters: parameters(['b', 'c\r\nX: 1']) }],
  ])('accuses an extension that answers %s', (_, returned) => {
    const broken = extension('a', { accept: () => returned as never });
    const answer = () => answerOffers([element('a')], [broken], request);
    expect(answer).toThrow(TypeError);
    expect(answer).toThrow(/extension "a" /);
  });

  it('uses nothing together that shares a name, a bit or an opcode, and leaves out nothing else', () => {
    fc.assert(
      fc.property(fc.array(extensionName, { maxLength: 8 }), extensionList, (names, supported) => {
        const used = answerOffers(
          names.map((name) => element(name)),
          supported,
          request,
        );
        const bits = used.reduce((all, { rsv }) => all + rsv, 0);
        expect(used.reduce((all, { rsv }) => all | rsv, 0)).toBe(bits);
        const opcodes = used.flatMap((each) => each.opcodes);
        expect(new Set(opcodes).size).toBe(opcodes.length);
        // The reference: what may stand beside all that stands already, in the order of the offers.
        const expected: Extension[] = [];
        for (const name of names) {
          const one = supported.find((each) => each.name === name);
          if (one === undefined || expected.includes(one)) continue;
          const beside = (other: Extension) =>
            (one.rsv & other.rsv) === 0 && !one.opcodes?.some((opcode) => other.opcodes?.includes(opcode));
          if (expected.every(beside)) expected.push(one);
        }
        expect(used.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
      }),
    );
  });
});
