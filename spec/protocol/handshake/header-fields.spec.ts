import { inspect } from 'node:util';
import fc from 'fast-check';
import '../../support/seed.js';
import {
  checkHeaderName,
  checkHeaderValue,
  HeaderFields,
} from '../../../src/protocol/handshake/header-fields.js';

const RAW = ['Host', 'h', 'X-A', '1', 'x-a', '2', 'Accept', '*/*'];

describe('HeaderFields', () => {
  const fields = new HeaderFields(RAW);

  it('finds a name in any case', () => {
    expect(fields.get('HOST')).toBe('h');
    expect(fields.has('host')).toBe(true);
    expect(fields.has('hos')).toBe(false);
    expect(fields.get('absent')).toBeUndefined();
  });

  it('joins, lists and counts repeated names', () => {
    expect(fields.get('X-a')).toBe('1, 2');
    expect(fields.all('X-a')).toEqual(['1', '2']);
    expect(fields.count('X-a')).toBe(2);
    expect(fields.count('absent')).toBe(0);
  });

  it('gives the lines in order and in their own case', () => {
    expect([...fields]).toEqual([
      ['Host', 'h'],
      ['X-A', '1'],
      ['x-a', '2'],
      ['Accept', '*/*'],
    ]);
    expect([...fields.entries()].flat()).toEqual(RAW);
  });

  it('is shown by lower-case name', () => {
    expect(JSON.stringify(fields)).toBe('{"host":"h","x-a":"1, 2","accept":"*/*"}');
    expect(inspect(fields)).toContain("'x-a': '1, 2'");
  });

  it('takes __proto__ and constructor for headers like any other', () => {
    const odd = new HeaderFields(['__proto__', 'p', 'constructor', 'c', '__PROTO__', 'q']);
    expect(odd.get('__proto__')).toBe('p, q');
    expect(odd.get('toString')).toBeUndefined();
    expect(JSON.stringify(odd)).toBe('{"__proto__":"p, q","constructor":"c"}');
    expect(Object.getPrototypeOf(odd.toRecord())).toBeNull();
    expect(({} as Record<string, unknown>)['p']).toBeUndefined();
  });

  it('keeps empty values', () => {
    const empty = new HeaderFields(['a', '', 'a', '']);
    expect(empty.get('a')).toBe(', ');
    expect(empty.toRecord()['a']).toBe(', ');
  });

  it('counts its fields', () => {
    expect(fields.size).toBe(4);
    expect(new HeaderFields([]).size).toBe(0);
  });

  it('passes over a name without a value', () => {
    expect([...new HeaderFields(['a', '1', 'b'])]).toEqual([['a', '1']]);
  });

  it('joins cookies as one Cookie header has them', () => {
    expect(new HeaderFields(['Cookie', 'a=1', 'cookie', 'b=2']).get('cookie')).toBe('a=1; b=2');
  });

  it('is made from pairs too', () => {
    expect([...HeaderFields.from([['A', '1']])]).toEqual([['A', '1']]);
  });

  it("gives lists that are the caller's own", () => {
    (fields.all('x-a') as string[]).push('3');
    expect(fields.count('x-a')).toBe(2);
  });

  it('walks its fields at most once for each question, and not before', () => {
    let reads = 0;
    const raw = new Proxy(RAW, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
        return Reflect.get(target, key) as unknown;
      },
    });
    const lazy = new HeaderFields(raw);
    expect(lazy.size).toBe(4);
    expect(reads).toBe(0);
    for (const ask of [
      () => lazy.get('host'),
      () => lazy.all('x-a'),
      () => lazy.count('x-a'),
      () => lazy.has('x-b'),
      () => lazy.toRecord(),
    ]) {
      reads = 0;
      ask();
      // Names, and each value that is wanted.
      expect(reads).toBeLessThanOrEqual(RAW.length);
      expect(reads).toBeGreaterThan(0);
    }
  });

  it('gives back any list of lines', () => {
    const line = fc.tuple(fc.string({ minLength: 1 }), fc.string());
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const all = new HeaderFields(lines.flat());
        expect([...all]).toEqual(lines);
        for (const [name] of lines) expect(all.count(name)).toBe(all.all(name).length);
        expect(lines.reduce((sum, [name]) => sum + 1 / all.count(name), 0)).toBeCloseTo(
          Object.keys(all.toRecord()).length,
        );
      }),
    );
  });
});

describe('checkHeaderName', () => {
  it.each(['X-A', 'x', '__proto__', "!#$%&'*+-.^_`|~"])('accepts %j', (name) => {
    expect(() => checkHeaderName(name)).not.toThrow();
  });

  it.each(['', 'a b', 'a:', 'a\r\nb', 'é', '"a"', undefined, null, 1, ['a']])('refuses %j', (name) => {
    expect(() => checkHeaderName(name as string)).toThrow(TypeError);
  });

  it('shows no line end of a name in its error', () => {
    expect(() => checkHeaderName('a\r\nb')).toThrow(/"a\\r\\nb"/);
  });
});

describe('checkHeaderValue', () => {
  it.each(['plain', '', '\tLatin-1: \xe9\xff '])('accepts %j', (value) => {
    expect(() => checkHeaderValue('X-A', value)).not.toThrow();
  });

  it.each([
    ['a line feed', 'a\nX-Evil: 1'],
    ['a carriage return', 'a\r'],
    ['NUL', '\0'],
    ['DEL', '\x7f'],
    ['another control character', 'a\x1b[31m'],
    ['what is not Latin-1', 'secret\u0100'],
    ['a lone surrogate', '\ud800'],
  ])('refuses %s, and names the header but not the value', (_, value) => {
    const check = (): void => checkHeaderValue('X-Token', value);
    expect(check).toThrow(TypeError);
    expect(check).toThrow(/X-Token/);
    expect(check).not.toThrow(value);
  });

  it.each([[undefined], [null], [1], [['a']]])('refuses %j', (value) => {
    expect(() => checkHeaderValue('x', value as never)).toThrow(TypeError);
  });

  it('accepts Latin-1 without controls, but for the tab, and nothing else', () => {
    const accepted = Array.from({ length: 0x200 }, (_, code) => code).filter((code) => {
      try {
        checkHeaderValue('x', `a${String.fromCharCode(code)}b`);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        return false;
      }
    });
    const visible = Array.from({ length: 0x100 - 0x20 }, (_, i) => 0x20 + i).filter((code) => code !== 0x7f);
    expect(accepted).toEqual([0x09, ...visible]);
  });
});
