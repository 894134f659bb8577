import { type ErrorCause, WebSocketError } from '../../protocol/errors.js';
import type { SchemaIssue } from './standard-schema.js';

/**
 * What went wrong: a message of the `type` the codec does not take; content that breaks its `syntax`; a value that the `schema`
 * refuses; more messages than may wait (`limit`); or a value that it cannot `encode`.
 */
export type CodecFailure = 'type' | 'syntax' | 'schema' | 'limit' | 'encode';

/** What a {@link CodecError} says beside its text. */
export interface CodecErrorDetails extends ErrorCause {
  readonly codec: string;
  readonly failure: CodecFailure;
  readonly issues?: readonly SchemaIssue[];
  readonly thrown?: unknown;
}

const NO_ISSUES: readonly SchemaIssue[] = Object.freeze([]);

/**
 * One message could not be decoded, or one value not encoded. The text says what failed and where, and never what the message was.
 *
 * `issues` and `thrown` are what a schema and a codec said in their own words. These may quote the message, so they are left out
 * where the error is printed.
 */
export class CodecError extends WebSocketError {
  static override readonly brand: string = 'CodecError';
  /** The name of the codec. */
  readonly codec: string;
  readonly failure: CodecFailure;
  readonly #issues: readonly SchemaIssue[];
  readonly #thrown: unknown;

  constructor(message: string, details: CodecErrorDetails) {
    super('RXWIRE_CODEC', message, details);
    this.codec = details.codec;
    this.failure = details.failure;
    this.#issues = details.issues ?? NO_ISSUES;
    this.#thrown = details.thrown;
  }

  /** What the schema found wrong. Empty if it was not the schema. */
  get issues(): readonly SchemaIssue[] {
    return this.#issues;
  }

  /** What the codec or the schema threw, if it did. */
  get thrown(): unknown {
    return this.#thrown;
  }
}

/** What a decoder threw, as a {@link CodecError}. */
export function decodingFailure(codec: string, thrown: unknown): CodecError {
  if (thrown instanceof CodecError) return thrown;
  return new CodecError(`${codec}: the message cannot be decoded`, { codec, failure: 'syntax', thrown });
}

/** What an encoder threw, as a {@link CodecError}. It is the sender's own value, so the cause is shown. */
export function encodingFailure(codec: string, thrown: unknown): CodecError {
  if (thrown instanceof CodecError) return thrown;
  const details = { codec, failure: 'encode', cause: thrown } as const;
  return new CodecError(`${codec}: the value cannot be encoded`, details);
}
