import type { Extension, ExtensionParameters } from '../../../src/protocol/extensions/extension.js';
import type { ExtensionElement } from '../../../src/protocol/extensions/extension-header.js';

/** An extension that offers itself once, without parameters, and takes every offer and every answer as it is. */
export function extension(name: string, rest: Partial<Extension> = {}): Extension {
  return {
    name,
    rsv: 4,
    level: 'message',
    offer: () => [[]],
    accept: (parameters) => ({ parameters }),
    confirm: (parameters) => ({ parameters }),
    ...rest,
  };
}

/** Parameters from names and values. */
export function parameters(
  ...pairs: readonly (readonly [name: string, value?: string])[]
): ExtensionParameters {
  return pairs.map(([name, value]) => ({ name, value }));
}

/** An element of a header. */
export function element(
  name: string,
  ...pairs: readonly (readonly [name: string, value?: string])[]
): ExtensionElement {
  return { name, parameters: parameters(...pairs) };
}

/** What a run throws. */
export function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure');
}
