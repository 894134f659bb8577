import { describe } from '../handshake/describe.js';
import { isToken } from '../handshake/tokens.js';
import type { ExtensionParameter, ExtensionParameters } from './extension.js';
import { HeaderScanner } from './header-scanner.js';
import { checkParameters, MAX_PARAMETERS } from './parameters.js';

const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

/** The most offers of a request that are looked at. Those behind them must be well-formed, and are ignored. */
export const MAX_OFFERS = 16;

/** One element of a Sec-WebSocket-Extensions header: an offer, or an answer to one. RFC 6455 section 9.1. */
export interface ExtensionElement {
  readonly name: string;
  /** At most 17: what comes behind the 16 that are allowed and the one that is too many is not kept. */
  readonly parameters: ExtensionParameters;
}

/**
 * The extensions of a Sec-WebSocket-Extensions header, the values of their parameters unquoted; none when `value` is
 * undefined. Undefined when it is malformed. RFC 6455 section 9.1.
 *
 * Several header lines are one list, joined with a comma. Empty elements, as in `a,,b`, are passed over, as RFC 9110
 * section 5.6.1.2 wants it; a list of nothing else is malformed. Blanks may be around every `,`, `;` and `=`. A quoted
 * value must be a token once it is unescaped. Names are kept as they came, and may be repeated.
 *
 * The work is linear in the length of the text, and it never throws.
 *
 * @param maxElements - How many elements are kept, at least 1. Default 16. Those behind them are only checked.
 */
export function parseExtensions(
  value: string | undefined,
  maxElements: number = MAX_OFFERS,
): readonly ExtensionElement[] | undefined {
  if (value === undefined) return [];
  const scanner = new HeaderScanner(value);
  const elements: ExtensionElement[] = [];
  do {
    scanner.skipBlanks();
    if (scanner.ended || scanner.sees(COMMA)) continue;
    const element = readElement(scanner);
    if (element === undefined) return undefined;
    if (elements.length < maxElements) elements.push(element);
  } while (scanner.take(COMMA));
  return scanner.ended && elements.length > 0 ? elements : undefined;
}

function readElement(scanner: HeaderScanner): ExtensionElement | undefined {
  const name = scanner.token();
  if (name === '') return undefined;
  const parameters: ExtensionParameter[] = [];
  scanner.skipBlanks();
  while (scanner.take(SEMICOLON)) {
    const parameter = readParameter(scanner);
    if (parameter === undefined) return undefined;
    if (parameters.length <= MAX_PARAMETERS) parameters.push(parameter);
  }
  return { name, parameters };
}

function readParameter(scanner: HeaderScanner): ExtensionParameter | undefined {
  scanner.skipBlanks();
  const name = scanner.token();
  if (name === '') return undefined;
  scanner.skipBlanks();
  if (!scanner.take(EQUALS)) return { name, value: undefined };
  scanner.skipBlanks();
  const value = scanner.tokenOrQuoted();
  if (value === '') return undefined;
  scanner.skipBlanks();
  return { name, value };
}

/**
 * The value of a Sec-WebSocket-Extensions header. Nothing in it needs quotes. Of no elements it is empty, which is no
 * valid value: the header is left out then. RFC 6455 section 9.1.
 *
 * @throws TypeError for a name or a value that is no token, and for more than 16 parameters of one extension.
 */
export function formatExtensions(elements: readonly ExtensionElement[]): string {
  return elements.map(formatElement).join(', ');
}

function formatElement({ name, parameters }: ExtensionElement): string {
  if (typeof name !== 'string' || !isToken(name)) {
    throw new TypeError(`extension is named ${describe(name)}, expected a token`);
  }
  return [name, ...checkParameters(name, parameters).map(formatParameter)].join('; ');
}

function formatParameter({ name, value }: ExtensionParameter): string {
  return value === undefined ? name : `${name}=${value}`;
}
