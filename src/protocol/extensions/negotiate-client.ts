import { describe, quote } from '../handshake/describe.js';
import { ask } from './agreement.js';
import type { Extension, ExtensionParameters, NegotiatedExtension } from './extension.js';
import type { ExtensionElement } from './extension-header.js';
import { checkParameters } from './parameters.js';
import { readAnswer } from './read-answer.js';

/**
 * What a client offers: all offers of each extension, in the order of the list. Extensions that cannot be used
 * together may be offered together; the server picks. A server of this library looks at the first 16.
 * RFC 6455 section 9.1.
 *
 * @throws Error when an extension throws from `offer`, with that as its cause, and TypeError when its offers cannot
 * be written. Both name the extension.
 */
export function offerElements(extensions: readonly Extension[]): readonly ExtensionElement[] {
  return extensions.flatMap((extension) =>
    offersOf(extension).map((parameters) => ({
      name: extension.name,
      parameters: checkParameters(extension.name, parameters),
    })),
  );
}

function offersOf(extension: Extension): readonly ExtensionParameters[] {
  const offers = ask(extension, 'offer', () => extension.offer());
  if (Array.isArray(offers)) return offers as readonly ExtensionParameters[];
  throw new TypeError(
    `extension ${quote(extension.name)} returned ${describe(offers)} from "offer", expected an array`,
  );
}

/**
 * What a client makes of the server's answer: the extensions that are used, in the order of the answer.
 * RFC 6455 sections 4.1 and 9.1.
 *
 * @param value - The value of Sec-WebSocket-Extensions, several lines joined with a comma; undefined when there is
 * none.
 * @param offered - The extensions of the client. One that makes no offer may be among them, and in no answer.
 * @throws NegotiationError when the value is malformed, or has an extension that was not offered, is there twice, has
 * more than 16 parameters or cannot be used beside another one of the answer; and when an extension throws from
 * `confirm`. TypeError when it returns what is no agreement.
 */
export function confirmAnswer(
  value: string | undefined,
  offered: readonly Extension[],
): readonly NegotiatedExtension[] {
  if (value === undefined) return [];
  return readAnswer(value, {
    expected: offered.filter((extension) => offersOf(extension).length > 0),
    names: ({ name }) => [name],
    agree: (extension, { parameters }) => extension.confirm(parameters),
  });
}
