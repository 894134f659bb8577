import { ExtensionError, WebSocketError } from '../errors.js';

/** What an extension has thrown, as it is if it is an error of this library: it blames the peer then. */
export function failureOf(error: unknown, what: string): Error {
  if (error instanceof WebSocketError) return error;
  return new ExtensionError(`an extension failed at ${what}`, { cause: error });
}

/** Calls an extension. @throws what {@link failureOf} makes of what it throws. */
export function calling<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw failureOf(error, what);
  }
}
