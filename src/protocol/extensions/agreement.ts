import { describe, quote } from '../handshake/describe.js';
import type { Agreement, Extension, NegotiatedExtension } from './extension.js';
import type { ExtensionElement } from './extension-header.js';

/**
 * Runs a function of an extension.
 *
 * @throws Error that names the extension and has as its cause what the function threw.
 */
export function ask<T>(extension: Extension, name: 'offer' | 'accept', run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Error(`extension ${quote(extension.name)} threw from "${name}"`, { cause: error });
  }
}

/** What a function of an extension returned. @throws TypeError that names the extension when it is no agreement. */
export function checkAgreement(extension: Extension, returned: unknown): Agreement {
  if (typeof returned === 'object' && returned !== null) return returned as Agreement;
  throw new TypeError(
    `extension ${quote(extension.name)} returned ${describe(returned)}, expected an agreement`,
  );
}

/** An extension as both sides agreed on it. @param answer - What the server's answer has of it. */
export function negotiated(
  { rsv, level, opcodes = [] }: Extension,
  { name, parameters }: ExtensionElement,
  agreement: Agreement,
): NegotiatedExtension {
  // The agreement may be an instance of a class: its functions are in its prototype, and need their `this`.
  return {
    name,
    rsv,
    opcodes,
    level,
    parameters,
    ...(agreement.inbound !== undefined && { inbound: agreement.inbound.bind(agreement) }),
    ...(agreement.outbound !== undefined && { outbound: agreement.outbound.bind(agreement) }),
    ...(agreement.onFrame !== undefined && { onFrame: agreement.onFrame.bind(agreement) }),
  };
}
