import fc from 'fast-check';
import type { Extension } from '../../../src/protocol/extensions/extension.js';
import { extension } from './made-extension.js';

const NAMES = ['a', 'b', 'c', 'd', '__proto__', 'constructor'] as const;

/** A name of one of a few extensions. */
export const extensionName: fc.Arbitrary<string> = fc.constantFrom(...NAMES);

/** Extensions of distinct names that take everything; some of them cannot be used together. */
export const extensionList: fc.Arbitrary<Extension[]> = fc.uniqueArray(
  fc
    .record({
      name: extensionName,
      rsv: fc.constantFrom(0, 0, 1, 2, 4, 6),
      opcodes: fc.uniqueArray(fc.constantFrom(3, 4, 11), { maxLength: 2 }),
    })
    .map(({ name, ...rest }) => extension(name, rest)),
  { selector: ({ name }) => name },
);
