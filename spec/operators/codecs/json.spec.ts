import fc from 'fast-check';
import { inspect } from 'node:util';
import {
  CodecError,
  json,
  type JsonOptions,
  type StandardSchema,
  WebSocketError,
} from '../../../src/index.js';
import { binary, text } from '../../../src/protocol/index.js';
import '../../support/seed.js';

const SECRET = 'hunter2';

/** A schema that says what `validate` says. */
function schema<Out>(
  validate: StandardSchema<unknown, Out>['~standard']['validate'],
): StandardSchema<unknown, Out> {
  return { '~standard': { version: 1, vendor: 'spec', validate } };
}

const positive = schema<number>((value) =>
  typeof value === 'number' && value > 0 ? { value } : { issues: [{ message: `not ${String(value)}` }] },
);

function thrownBy(run: () => unknown): CodecError {
  try {
    run();
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function decoded(data: string, options: JsonOptions = {}): unknown {
  return json(options).decode(text(data));
}

/** Whether an object in the text has a key `__proto__`, by the parser itself. */
function hasProtoKey(data: string): boolean {
  let found = false;
  JSON.parse(data, (key, value: unknown) => {
    found ||= key === '__proto__';
    return value;
  });
  return found;
}

describe('json', () => {
  it('decodes what it encodes, and what text as bytes and binary messages say', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const codec = json({ acceptBinary: true });
        const sent = codec.encode(value) as string;
        expect(sent).toBe(JSON.stringify(value));
        fc.pre(!hasProtoKey(sent));
        const bytes = Buffer.from(sent);
        for (const message of [text(sent), binary(bytes), { type: 'text', data: bytes } as const]) {
          expect(JSON.stringify(codec.decode(message))).toBe(sent);
        }
      }),
    );
  });

  it('gives any text a value, or refuses it without a word of it', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json().map((good) => `${good}]`),
      fc.json(),
    );
    fc.assert(
      fc.property(texts, (data) => {
        let expected: unknown;
        let isJson = true;
        try {
          expected = JSON.parse(data);
        } catch {
          isJson = false;
        }
        if (isJson && !hasProtoKey(data)) expect(decoded(data)).toEqual(expected);
        else expect(thrownBy(() => decoded(data)).failure).toBe('syntax');
      }),
    );
  });

  it.each([
    [`["${SECRET}`, ''],
    [`{"a": ${SECRET}}`, ''],
    [`{"a": "${SECRET}" "b"}`, ', at position 16'],
    [`["${SECRET}",`, ', it ends too early'],
    [`x at position 7`, ''],
    ['', ', it ends too early'],
    ['\ufeff1', ''],
  ])('says where %j is wrong as far as the engine tells, and not what it is', (data, where) => {
    const error = thrownBy(() => decoded(data));
    expect(error).toMatchObject({
      code: 'RXWIRE_CODEC',
      codec: 'json',
      failure: 'syntax',
      name: 'CodecError',
    });
    expect(error.message.replace(/, at position \d+$/, (found) => (where === '' ? '' : found))).toBe(
      `json: the message is not JSON${where}`,
    );
    expect(inspect(error)).not.toContain(SECRET);
    expect(error instanceof WebSocketError).toBe(true);
  });

  it('refuses binary messages unless told otherwise, and then what is not UTF-8', () => {
    expect(thrownBy(() => json().decode(binary(Buffer.from('1')))).failure).toBe('type');
    const taking = json({ acceptBinary: true });
    expect(taking.decode(binary(Buffer.from('"é"')))).toBe('é');
    expect(thrownBy(() => taking.decode(binary(Buffer.from('22ff22', 'hex')))).failure).toBe('syntax');
    expect(thrownBy(() => taking.decode(binary(Buffer.from('\ufeff1')))).failure).toBe('syntax');
  });

  describe('with a key __proto__', () => {
    const deep = `${'['.repeat(100_000)}{"__proto__":{"isAdmin":true}}${']'.repeat(100_000)}`;

    it.each([
      ['in letters', '{"__proto__":{"isAdmin":true}}'],
      ['in escapes', '{"\\u005f\\u005Fproto__":{"isAdmin":true}}'],
      ['with another letter in an escape', '{"__\\u0070roto__":{"isAdmin":true}}'],
      ['inside', '[1,{"a":[{"__proto__":null}]}]'],
      ['very deep', deep],
    ])('%s is refused', (_, data) => {
      const error = thrownBy(() => decoded(data));
      expect(error).toMatchObject({
        failure: 'syntax',
        message: 'json: an object of the message has a key __proto__',
      });
    });

    it('loses it if told so, and keeps the rest', () => {
      const data = '{"a":{"__proto__":{"isAdmin":true},"b":[{"__proto__":1,"c":2}]},"\\u005f_proto__":3}';
      const value = decoded(data, { protoKeys: 'remove' });
      expect(JSON.stringify(value)).toBe('{"a":{"b":[{"c":2}]}}');
      expect((Object.assign({}, value as object) as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    });

    it('in a string is a string like others', () => {
      expect(decoded('["__proto__", "\\u00e9"]')).toEqual(['__proto__', 'é']);
      expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    });
  });

  describe('with a schema', () => {
    it('gives what the schema makes of the value', async () => {
      const doubled = (value: unknown): { value: number } => ({ value: Number(value) * 2 });
      expect(json({ schema: schema(doubled) }).decode(text('21'))).toBe(42);
      const later = json({ schema: schema(async (value) => doubled(value)) });
      await expect(Promise.resolve(later.decode(text('21')))).resolves.toBe(42);
    });

    it('takes a schema that is a function', () => {
      const callable = Object.assign(() => undefined, positive);
      expect(json({ schema: callable }).decode(text('2'))).toBe(2);
    });

    it('refuses what the schema does, and says where', () => {
      const issues = [
        { message: `got ${SECRET}`, path: ['user', { key: 'names' }, 2, `${SECRET}!`, Symbol('s')] },
        { message: 'and this' },
      ];
      const refusing = json({ schema: schema(() => ({ issues })) });
      const error = thrownBy(() => refusing.decode(text('{}')));
      expect(error.message).toBe('json: the schema refuses the value at $.user.names[2][…][…], and 1 more');
      expect(error).toMatchObject({ failure: 'schema' });
      expect(error.issues).toBe(issues);
      expect(inspect(error)).not.toContain(SECRET);
      expect(thrownBy(() => json({ schema: positive }).decode(text('-1'))).message).toMatch(/ at \$$/);
    });

    it('refuses what makes the schema throw or reject, with what it threw', async () => {
      const thrown = new Error(SECRET);
      const fail = (): never => {
        throw thrown;
      };
      const error = thrownBy(() => json({ schema: schema(fail) }).decode(text('1')));
      const later = await Promise.resolve(
        json({ schema: schema(async () => fail()) }).decode(text('1')),
      ).catch((reason: unknown) => reason);
      for (const each of [error, later as CodecError]) {
        expect(each).toMatchObject({ failure: 'schema', message: 'json: the schema threw' });
        expect(each.thrown).toBe(thrown);
        expect(inspect(each)).not.toContain(SECRET);
      }
    });
  });

  describe('encoding', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;

    it.each<[string, unknown, string]>([
      ['undefined', undefined, 'json: undefined has no JSON'],
      ['a function', () => 1, 'json: a value of type function has no JSON'],
      ['a symbol', Symbol('s'), 'json: a value of type symbol has no JSON'],
      [
        'a value whose toJSON gives none',
        { toJSON: () => undefined },
        'json: a value of type object has no JSON',
      ],
      ['a BigInt', { a: 1n }, 'json: the value cannot be encoded'],
      ['a cycle', cycle, 'json: the value cannot be encoded'],
    ])('%s throws at once', (_, value, message) => {
      expect(thrownBy(() => json().encode(value))).toMatchObject({ failure: 'encode', message });
    });

    it('keeps the cause, and the error of an inner codec', () => {
      expect(thrownBy(() => json().encode(1n)).cause).toMatchObject({ name: 'TypeError' });
      const inner = new CodecError('text', { codec: 'inner', failure: 'encode' });
      const value = {
        toJSON: () => {
          throw inner;
        },
      };
      expect(thrownBy(() => json().encode(value))).toBe(inner);
      expect(inner.issues).toEqual([]);
    });
  });

  it.each<[object, string]>([
    [{ schemas: positive }, 'unknown option schemas, did you mean schema?'],
    [{ acceptBinary: 1 }, 'option acceptBinary is 1, expected of type boolean'],
    [{ protoKeys: 'keep' }, "option protoKeys is 'keep', expected 'refuse', 'remove'"],
    [{ schema: {} }, 'option schema has no Standard Schema of version 1'],
    [{ schema: null }, 'option schema has no Standard Schema of version 1'],
    [{ schema: { '~standard': { version: 2, validate: () => 1 } } }, 'option schema has no Standard Schema'],
  ])('refuses the options %j', (options, message) => {
    expect(() => json(options)).toThrow(message);
  });
});
