import type { HeaderRecord } from '../errors.js';
import { describe, quote } from './describe.js';
import { isToken } from './tokens.js';

/** The name under which Node's `util.inspect` asks an object what it is to show. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** Header fields as they are written: name and value, in order, repeated names repeated. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/**
 * The header fields of one message, in order, with their names as they came. RFC 9110 section 5.
 *
 * It reads Node's `rawHeaders` and not its `headers`: those drop or join repeated fields, and a repeated Host,
 * Origin or Sec-WebSocket-Key must be seen to be refused. It has no index: a request has a dozen fields, is asked a dozen questions, and is
 * forgotten.
 */
export class HeaderFields {
  readonly #raw: readonly string[];

  /** @param raw - Names and values in turns, as in Node's `rawHeaders`. It is kept, and must not change. */
  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  /** The fields of a list of pairs. */
  static from(list: HeaderList): HeaderFields {
    return new HeaderFields(list.flat());
  }

  /** Names and values in turns, as they were given. */
  get raw(): readonly string[] {
    return this.#raw;
  }

  /** How many fields there are, repeated ones counted each time. */
  get size(): number {
    return this.#raw.length >>> 1;
  }

  /**
   * The value of a field, undefined when it is not there. Values of a repeated field are joined with `', '`, RFC 9110
   * section 5.3, those of Cookie with `'; '`, RFC 9113 section 8.2.3.
   */
  get(name: string): string | undefined {
    const key = name.toLowerCase();
    let value: string | undefined;
    for (let i = 1; i < this.#raw.length; i += 2) {
      if (!isNamed(this.#raw[i - 1]!, key)) continue;
      value = value === undefined ? this.#raw[i]! : value + separatorOf(key) + this.#raw[i]!;
    }
    return value;
  }

  /** Each value of a field, in order; none when it is not there. */
  all(name: string): readonly string[] {
    const key = name.toLowerCase();
    const values: string[] = [];
    for (let i = 1; i < this.#raw.length; i += 2) {
      if (isNamed(this.#raw[i - 1]!, key)) values.push(this.#raw[i]!);
    }
    return values;
  }

  /** How often a field is there. */
  count(name: string): number {
    const key = name.toLowerCase();
    let count = 0;
    for (let i = 0; i < this.#raw.length; i += 2) if (isNamed(this.#raw[i]!, key)) count++;
    return count;
  }

  /** Whether a field is there, be it with an empty value. */
  has(name: string): boolean {
    return this.count(name) > 0;
  }

  /** Each field in order, its name as it came. */
  *entries(): Generator<[name: string, value: string], void, undefined> {
    for (let i = 1; i < this.#raw.length; i += 2) yield [this.#raw[i - 1]!, this.#raw[i]!];
  }

  [Symbol.iterator](): Generator<[name: string, value: string], void, undefined> {
    return this.entries();
  }

  /** By lower-case name, repeated fields joined. The object has no prototype, so any name is safe as a key. */
  toRecord(): HeaderRecord {
    const record = Object.create(null) as Record<string, string>;
    for (const [name, value] of this.entries()) {
      const key = name.toLowerCase();
      record[key] = key in record ? record[key]! + separatorOf(key) + value : value;
    }
    return record;
  }

  /** What `JSON.stringify` shows. */
  toJSON(): HeaderRecord {
    return this.toRecord();
  }

  /** What `console.log` shows. */
  [INSPECT](): HeaderRecord {
    return this.toRecord();
  }
}

/** @param key - A name in lower case. */
function isNamed(name: string, key: string): boolean {
  return name.length === key.length && (name === key || name.toLowerCase() === key);
}

function separatorOf(key: string): string {
  return key === 'cookie' ? '; ' : ', ';
}

/** @throws TypeError when `name` is not a token, RFC 9110 section 5.1. */
export function checkHeaderName(name: string): void {
  if (typeof name !== 'string' || !isToken(name)) {
    throw new TypeError(`header name is ${describe(name)}, expected a token`);
  }
}

/**
 * Checks a value before it is written: a CR or LF in it would begin a header of its own. RFC 9110 section 5.5.
 *
 * @throws TypeError for a value that is no string, has a control character other than HTAB, or is not Latin-1. It
 * names the header and never shows the value, which may be a secret.
 */
export function checkHeaderValue(name: string, value: string): void {
  if (typeof value !== 'string') {
    throw new TypeError(`header ${quote(name)} has the value ${describe(value)}, expected a string`);
  }
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) {
      throw new TypeError(`header ${quote(name)} has a control character in its value`);
    }
    if (code > 0xff) throw new TypeError(`header ${quote(name)} has a character that is not Latin-1`);
  }
}
