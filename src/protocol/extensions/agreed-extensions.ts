import { NegotiationError } from '../errors.js';
import { HeaderFields } from '../handshake/header-fields.js';
import { quote } from '../handshake/describe.js';
import type { Role } from '../opcodes.js';
import type { Agreement, Extension, NegotiatedExtension } from './extension.js';
import { namesOf } from './conflicts.js';
import type { ExtensionElement } from './extension-header.js';
import { readAnswer } from './read-answer.js';

/**
 * What two sides agreed on, by the server's answer alone: for a connection that was captured, and for tests. A
 * handshake uses `answerOffers` and `confirmAnswer`.
 *
 * The extensions play one side. `'client'` is for the reader of what a server sent: each extension confirms the
 * answer, so it must be made with the options that the client had. `'server'` is for the reader of what a client
 * sent: each extension accepts the answer as though it were an offer, since nothing is agreed on that is not in it.
 * Requests have no part in this; an extension that looks at their headers sees none.
 *
 * @param value - The value of the answer's Sec-WebSocket-Extensions, several lines joined with a comma; undefined when
 * there is none.
 * @param extensions - Those that the answer may have, by their names or their aliases.
 * @throws NegotiationError as `confirmAnswer` does, and when an extension declines. TypeError when an extension returns
 * what is no agreement.
 */
export function agreedExtensions(
  value: string | undefined,
  extensions: readonly Extension[],
  role: Role,
): readonly NegotiatedExtension[] {
  if (value === undefined) return [];
  return readAnswer(value, {
    expected: extensions,
    names: namesOf,
    agree: role === 'client' ? (extension, { parameters }) => extension.confirm(parameters) : accepted,
  });
}

function accepted(extension: Extension, { name, parameters }: ExtensionElement): Agreement {
  const agreement = extension.accept(parameters, { headers: new HeaderFields([]) });
  if (agreement !== undefined) return agreement;
  throw new NegotiationError(`extension ${quote(name)} declines the parameters of the answer`);
}
