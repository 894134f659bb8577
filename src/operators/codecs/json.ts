import { anything, type Checks, checkOptions, flag, oneOf } from '../../protocol/option-checks.js';
import { CodecError, encodingFailure } from './codec-error.js';
import type { Codec } from './codec.js';
import { jsonText, parseJson, type ProtoKeys } from './json-text.js';
import type { StandardSchema } from './standard-schema.js';
import { validate } from './validate.js';

/** What {@link json} is told. */
export interface JsonOptions<In = unknown> {
  /**
   * What every message must be, as any validator with the Standard Schema interface says it, synchronously or not; its output is the
   * value. Default none: `In` is what you say it is.
   */
  readonly schema?: StandardSchema<unknown, In>;
  /** Whether binary messages are taken too, as JSON in UTF-8. Default false. */
  readonly acceptBinary?: boolean;
  /** What is done with a message in which an object has a key `__proto__`. Default `'refuse'`. */
  readonly protoKeys?: ProtoKeys;
}

const CHECKS: Checks = Object.freeze({
  schema: anything,
  acceptBinary: flag,
  protoKeys: oneOf('refuse', 'remove'),
});

/**
 * The codec for JSON in text messages. RFC 8259.
 *
 * `In` is what comes, `Out` what is sent. `decode` refuses a binary message, what is not JSON, a key `__proto__` at any depth, and what the
 * schema refuses. `encode` refuses a cycle, a BigInt, and what has no JSON at all (`undefined`, a function, a symbol); as everywhere in
 * JSON, `NaN` becomes `null` and a `Date` a string.
 *
 * @throws TypeError for wrong options. `encode` and `decode`: {@link CodecError}.
 * @example
 * ```ts
 * import { openConnection } from 'rxwire';
 * import { json, typed } from 'rxwire/operators';
 *
 * const link = typed(await openConnection('ws://127.0.0.1:9000'), json<{ price: number }, { symbol: string }>());
 * link.messages$.subscribe(({ price }) => console.log(price));
 * link.send({ symbol: 'ACME' });
 * ```
 */
export function json<In = unknown, Out = In>(options: JsonOptions<In> = {}): Codec<In, Out> {
  checkOptions(options, CHECKS);
  const { schema, acceptBinary = false, protoKeys = 'refuse' } = options;
  checkSchema(schema);
  return {
    name: 'json',
    encode,
    decode: (message) => {
      const value = parseJson(jsonText(message, acceptBinary), protoKeys);
      return schema === undefined ? (value as In) : validate('json', schema, value);
    },
  };
}

function encode(value: unknown): string {
  let text: string | undefined;
  try {
    text = stringify(value);
  } catch (thrown) {
    throw encodingFailure('json', thrown);
  }
  if (text !== undefined) return text;
  const type = value === undefined ? 'undefined' : `a value of type ${typeof value}`;
  throw new CodecError(`json: ${type} has no JSON`, { codec: 'json', failure: 'encode' });
}

/** The types of the language leave out that there may be no text. */
function stringify(value: unknown): string | undefined {
  return JSON.stringify(value);
}

/** What a wrong schema may lack. */
interface MaybeSchema {
  readonly '~standard'?: { readonly version?: unknown; readonly validate?: unknown };
}

/** A schema may be an object or a function, so it is known by what it has. */
function checkSchema(schema: MaybeSchema | null | undefined): void {
  if (schema === undefined) return;
  const standard = schema?.['~standard'];
  if (standard?.version === 1 && typeof standard.validate === 'function') return;
  throw new TypeError('option schema has no Standard Schema of version 1, expected one in its ~standard');
}
