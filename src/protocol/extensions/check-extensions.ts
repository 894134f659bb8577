import { describe, quote } from '../handshake/describe.js';
import { isToken } from '../handshake/tokens.js';
import { namesOf } from './conflicts.js';
import type { Extension } from './extension.js';

const FUNCTIONS = ['offer', 'accept', 'confirm'] as const;
const LEVELS: readonly unknown[] = ['message', 'frame'] satisfies readonly Extension['level'][];
const MAX_RSV = 7;

/** The reserved opcodes, for data frames and for control frames. RFC 6455 section 5.2. */
const RESERVED_OPCODES: readonly unknown[] = [0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf];

/** What a user may have passed as an extension. */
type Unchecked = { readonly [Key in keyof Extension]?: unknown };

/**
 * The option `extensions`, checked and copied. Extensions that cannot be used together may both be in it.
 *
 * @throws TypeError for a list that is no array, for one of it that is no extension, saying what is wrong with it, and
 * for a name or alias that is there twice.
 */
export function checkExtensions(list: readonly Extension[]): readonly Extension[] {
  if (!Array.isArray(list)) {
    throw new TypeError(`extensions is ${describe(list)}, expected an array of extensions`);
  }
  const seen = new Set<string>();
  for (const extension of list as readonly Extension[]) {
    checkExtension(extension);
    for (const name of namesOf(extension)) {
      if (seen.has(name)) {
        throw new TypeError(`extensions has the name ${quote(name)} twice, expected it once`);
      }
      seen.add(name);
    }
  }
  return Object.freeze([...(list as readonly Extension[])]);
}

function checkExtension(extension: Unchecked | null | undefined): void {
  if (typeof extension !== 'object' || extension === null) {
    throw new TypeError(`extensions has ${describe(extension)}, expected extensions`);
  }
  const { name, aliases, rsv, opcodes, level } = extension;
  if (!isName(name)) throw new TypeError(`extensions has one named ${describe(name)}, expected a token`);
  const expect = (property: keyof Extension, valid: boolean, expected: string): void => {
    if (valid) return;
    const came = extension[property];
    throw new TypeError(
      `extension ${quote(name)} has the ${property} ${typeof came === 'number' ? came : describe(came)}, expected ${expected}`,
    );
  };
  expect('aliases', aliases === undefined || isListOf(aliases, isName), 'an array of tokens');
  expect('rsv', isRsv(rsv), `an integer from 0 to ${MAX_RSV}`);
  expect('opcodes', opcodes === undefined || isOpcodes(opcodes), '3 to 7 and 11 to 15, each once');
  expect('level', LEVELS.includes(level), '"message" or "frame"');
  for (const each of FUNCTIONS) expect(each, typeof extension[each] === 'function', 'a function');
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && isToken(value);
}

function isRsv(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_RSV;
}

function isOpcodes(value: unknown): boolean {
  return isListOf(value, (each) => RESERVED_OPCODES.includes(each)) && new Set(value).size === value.length;
}

function isListOf(value: unknown, test: (each: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.every(test);
}
