import { describe, quote } from '../handshake/describe.js';
import { isToken } from '../handshake/tokens.js';
import type { ExtensionParameters } from './extension.js';

/** The most parameters of one extension in a Sec-WebSocket-Extensions header. An offer with more is declined. */
export const MAX_PARAMETERS = 16;

const MIN_WINDOW_BITS = 8;
const MAX_WINDOW_BITS = 15;

/** Whether no name is there twice. Names are told apart by their case. */
export function uniqueParameters(parameters: ExtensionParameters): boolean {
  return new Set(parameters.map(({ name }) => name)).size === parameters.length;
}

/**
 * The value of a parameter that is a size of a window: 8 to 15, in decimal, with no sign, blank, or zero in front.
 * Undefined for all else, no value included. RFC 7692 section 7.1.2.
 */
export function windowBits(value: string | undefined): number | undefined {
  for (let bits = MIN_WINDOW_BITS; bits <= MAX_WINDOW_BITS; bits++) {
    if (value === String(bits)) return bits;
  }
  return undefined;
}

/**
 * Checks parameters that an extension wants to send.
 *
 * @param extension - Its name, for the error.
 * @throws TypeError when they are no array, more than 16, or have a name or a value that is no token.
 */
export function checkParameters(extension: string, parameters: ExtensionParameters): ExtensionParameters {
  const owner = `extension ${quote(extension)}`;
  if (!Array.isArray(parameters)) {
    throw new TypeError(`${owner} has the parameters ${describe(parameters)}, expected an array`);
  }
  const list = parameters as ExtensionParameters;
  if (list.length > MAX_PARAMETERS) {
    throw new TypeError(`${owner} has ${list.length} parameters, expected at most ${MAX_PARAMETERS}`);
  }
  for (const parameter of list as readonly unknown[]) {
    if (typeof parameter !== 'object' || parameter === null) {
      throw new TypeError(`${owner} has the parameter ${describe(parameter)}, expected an object`);
    }
    const { name, value } = parameter as { readonly name?: unknown; readonly value?: unknown };
    if (typeof name !== 'string' || !isToken(name)) {
      throw new TypeError(`${owner} has a parameter named ${describe(name)}, expected a token`);
    }
    if (value !== undefined && (typeof value !== 'string' || !isToken(value))) {
      throw new TypeError(
        `${owner} has the parameter ${quote(name)} with the value ${describe(value)}, expected a token`,
      );
    }
  }
  return list;
}
