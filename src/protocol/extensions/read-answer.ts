import { NegotiationError } from '../errors.js';
import { quote } from '../handshake/describe.js';
import { checkAgreement, negotiated } from './agreement.js';
import { inConflict } from './conflicts.js';
import type { Agreement, Extension, NegotiatedExtension } from './extension.js';
import { type ExtensionElement, parseExtensions } from './extension-header.js';
import { MAX_PARAMETERS } from './parameters.js';

/** How a server's answer is read. */
export interface AnswerReader {
  /** The extensions that it may have. */
  readonly expected: readonly Extension[];
  /** The names that it may have one of them by. */
  names(extension: Extension): readonly string[];
  /** What comes of one element. What it throws, other than a NegotiationError, becomes the cause of one. */
  agree(extension: Extension, element: ExtensionElement): Agreement;
}

/**
 * Reads a server's answer. RFC 6455 section 9.1.
 *
 * @throws NegotiationError when it is malformed, or has an extension that is not expected, that is there twice, has
 * too many parameters or is in conflict with another one, and when there is no agreement on it.
 */
export function readAnswer(value: string, reader: AnswerReader): readonly NegotiatedExtension[] {
  const { expected } = reader;
  if (expected.length === 0) {
    throw new NegotiationError('server chose an extension, expected none because none was offered');
  }
  // One more than there are extensions: among so many, one is unknown or there twice.
  const elements = parseExtensions(value, expected.length + 1);
  if (elements === undefined) {
    throw new NegotiationError(
      `server sent the Sec-WebSocket-Extensions ${quote(value)}, expected extensions and their parameters`,
    );
  }
  const chosen: Extension[] = [];
  return elements.map((element) => {
    const extension = judge(element, chosen, reader);
    chosen.push(extension);
    return negotiated(extension, element, agreementOn(extension, element, reader));
  });
}

/** The extension of an element, when it may stand beside those of the elements before it. */
function judge(
  { name, parameters }: ExtensionElement,
  chosen: readonly Extension[],
  reader: AnswerReader,
): Extension {
  const came = `server chose the extension ${quote(name)}`;
  const extension = reader.expected.find((each) => reader.names(each).includes(name));
  if (extension === undefined) {
    const names = reader.expected.map((each) => quote(each.name)).join(', ');
    throw new NegotiationError(`${came}, expected one of ${names}`);
  }
  if (chosen.includes(extension)) throw new NegotiationError(`${came} twice, expected it once`);
  const other = chosen.find((each) => inConflict(extension, each));
  if (other !== undefined) {
    throw new NegotiationError(`${came} beside ${quote(other.name)}, expected one of the two`);
  }
  if (parameters.length > MAX_PARAMETERS) {
    throw new NegotiationError(`${came} with more than ${MAX_PARAMETERS} parameters, expected fewer`);
  }
  return extension;
}

function agreementOn(extension: Extension, element: ExtensionElement, reader: AnswerReader): Agreement {
  let agreement: Agreement;
  try {
    agreement = reader.agree(extension, element);
  } catch (error) {
    if (error instanceof NegotiationError) throw error;
    throw new NegotiationError(
      `server chose the extension ${quote(element.name)} with parameters that it does not take`,
      { cause: error },
    );
  }
  return checkAgreement(extension, agreement);
}
