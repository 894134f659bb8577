import { ask, checkAgreement, negotiated } from './agreement.js';
import { inConflict, namesOf } from './conflicts.js';
import type { Extension, ExtensionRequest, NegotiatedExtension } from './extension.js';
import type { ExtensionElement } from './extension-header.js';
import { checkParameters, MAX_PARAMETERS } from './parameters.js';

/**
 * A server's answer to the offers of a request: the extensions that are used, in the order of the offers.
 * RFC 6455 sections 4.2.2 and 9.1.
 *
 * The client's order decides. Each offer goes to the supported extensions of that name or alias, in the order of the
 * list, until one accepts it. One that declines is asked again at the next offer of its name. One that has a name, a
 * reserved bit or an opcode in common with what is accepted already is not asked: the first offer that is accepted
 * wins. An offer that nobody knows, and one of more than 16 parameters, is declined.
 *
 * @param offers - As `parseExtensions` gives them.
 * @throws Error when an extension throws from `accept`, with that as its cause, and TypeError when it returns what is
 * no answer. Both name the extension. They are faults of the extension and not of the client.
 */
export function answerOffers(
  offers: readonly ExtensionElement[],
  supported: readonly Extension[],
  request: ExtensionRequest,
): readonly NegotiatedExtension[] {
  const used: Extension[] = [];
  const answer: NegotiatedExtension[] = [];
  for (const offer of offers) {
    if (offer.parameters.length > MAX_PARAMETERS) continue;
    for (const extension of supported) {
      if (!namesOf(extension).includes(offer.name)) continue;
      if (used.some((other) => inConflict(extension, other))) continue;
      const accepted = accept(extension, offer, request);
      if (accepted === undefined) continue;
      used.push(extension);
      answer.push(accepted);
      break;
    }
  }
  return answer;
}

function accept(
  extension: Extension,
  offer: ExtensionElement,
  request: ExtensionRequest,
): NegotiatedExtension | undefined {
  const returned = ask(extension, 'accept', () => extension.accept(offer.parameters, request));
  if (returned === undefined) return undefined;
  const agreement = checkAgreement(extension, returned);
  const parameters = checkParameters(extension.name, agreement.parameters);
  return negotiated(extension, { name: offer.name, parameters }, agreement);
}
