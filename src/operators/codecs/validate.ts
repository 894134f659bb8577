import { CodecError } from './codec-error.js';
import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.js';

/** Names of fields as programs have them. What else a path goes through may be anything that the peer thought of. */
const FIELD = /^[A-Za-z_$][\w$-]{0,39}$/;

/**
 * What the schema makes of a value: at once, or later if the schema is asynchronous.
 *
 * @throws CodecError, or rejects with one, if the schema refuses it or throws.
 */
export function validate<Out>(
  codec: string,
  schema: StandardSchema<unknown, Out>,
  value: unknown,
): Out | Promise<Out> {
  let result: SchemaResult<Out> | Promise<SchemaResult<Out>>;
  try {
    result = schema['~standard'].validate(value);
  } catch (thrown) {
    throw schemaThrew(codec, thrown);
  }
  return isPromiseLike(result) ? validateLater(codec, result) : valueOf(codec, result);
}

async function validateLater<Out>(codec: string, later: PromiseLike<SchemaResult<Out>>): Promise<Out> {
  let result: SchemaResult<Out>;
  try {
    result = await later;
  } catch (thrown) {
    throw schemaThrew(codec, thrown);
  }
  return valueOf(codec, result);
}

/** Whether something comes later. What is parsed from a message never does: it has no functions. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  );
}

function valueOf<Out>(codec: string, result: SchemaResult<Out>): Out {
  if (result.issues === undefined) return result.value;
  throw refused(codec, result.issues);
}

function refused(codec: string, issues: readonly SchemaIssue[]): CodecError {
  const more = issues.length > 1 ? `, and ${String(issues.length - 1)} more` : '';
  const text = `${codec}: the schema refuses the value at ${pathText(issues[0])}${more}`;
  return new CodecError(text, { codec, failure: 'schema', issues });
}

function schemaThrew(codec: string, thrown: unknown): CodecError {
  return new CodecError(`${codec}: the schema threw`, { codec, failure: 'schema', thrown });
}

/** Where in the value: `$.user.names[2]`. */
function pathText(issue: SchemaIssue | undefined): string {
  const keys = (issue?.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
  return `$${keys.map(keyText).join('')}`;
}

function keyText(key: PropertyKey): string {
  if (typeof key === 'number') return `[${String(key)}]`;
  return typeof key === 'string' && FIELD.test(key) ? `.${key}` : '[…]';
}
