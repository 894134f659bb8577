import type { Extension } from './extension.js';

/** The names that an extension is known by, its own first. */
export function namesOf(extension: Extension): readonly string[] {
  return [extension.name, ...(extension.aliases ?? [])];
}

/**
 * Whether two extensions cannot be used on one connection: they have a name, a reserved bit or an opcode in common.
 * RFC 6455 section 9.1.
 */
export function inConflict(one: Extension, other: Extension): boolean {
  if ((one.rsv & other.rsv) !== 0) return true;
  return shareAny(namesOf(one), namesOf(other)) || shareAny<number>(one.opcodes ?? [], other.opcodes ?? []);
}

function shareAny<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.some((each) => others.includes(each));
}
