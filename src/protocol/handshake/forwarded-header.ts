import { isBlank, isTokenCharacter } from './tokens.js';

/** What one proxy says of whom it has the request from. RFC 7239 section 4. */
export interface ForwardedElement {
  readonly for?: string;
  readonly host?: string;
  readonly proto?: string;
}

const NAMES: ReadonlySet<string> = new Set(['for', 'host', 'proto']);
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads the value of Forwarded, all fields of that name joined with commas: an element for each proxy, the last one's last. RFC 7239
 * section 4. Undefined for what is malformed, a parameter that is there twice included. It never goes back, so each character costs the
 * same however the text is made.
 */
export function parseForwarded(value: string): ForwardedElement[] | undefined {
  const elements: ForwardedElement[] = [];
  const reader = new Reader(value);
  for (;;) {
    reader.skipBlanks();
    const element = readElement(reader);
    if (element === undefined) return undefined;
    // A list may have empty elements. RFC 9110 section 5.6.1.
    if (element !== EMPTY) elements.push(element);
    reader.skipBlanks();
    if (reader.atEnd()) return elements;
    if (!reader.take(COMMA)) return undefined;
  }
}

const EMPTY: ForwardedElement = Object.freeze({});

function readElement(reader: Reader): ForwardedElement | undefined {
  const pairs = new Map<string, string>();
  if (reader.atEnd() || reader.sees(COMMA)) return EMPTY;
  do {
    reader.skipBlanks();
    if (reader.sees(SEMICOLON) || reader.sees(COMMA) || reader.atEnd()) continue;
    const name = reader.token().toLowerCase();
    if (name === '' || pairs.has(name) || !reader.take(EQUALS)) return undefined;
    const value = reader.sees(QUOTE) ? reader.quoted() : reader.token();
    if (value === undefined || value === '') return undefined;
    pairs.set(name, value);
    reader.skipBlanks();
  } while (reader.take(SEMICOLON));
  return Object.fromEntries([...pairs].filter(([name]) => NAMES.has(name)));
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether everything has been read. */
  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  sees(code: number): boolean {
    return this.#text.charCodeAt(this.#at) === code;
  }

  take(code: number): boolean {
    if (!this.sees(code)) return false;
    this.#at++;
    return true;
  }

  skipBlanks(): void {
    while (isBlank(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  token(): string {
    const start = this.#at;
    while (isTokenCharacter(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /** What is between the quotes, unescaped; undefined when they are not closed. RFC 9110 section 5.6.4. */
  quoted(): string | undefined {
    this.#at++;
    const parts: string[] = [];
    let start = this.#at;
    for (; !this.atEnd(); this.#at++) {
      if (this.sees(QUOTE)) {
        parts.push(this.#text.slice(start, this.#at++));
        return parts.join('');
      }
      if (!this.sees(BACKSLASH)) continue;
      parts.push(this.#text.slice(start, this.#at));
      start = ++this.#at;
    }
    return undefined;
  }
}
