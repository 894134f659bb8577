import { isBlank, isTokenCharacter } from './tokens.js';

/** One way in which a server wants to be told who asks. RFC 9110 section 11.3. */
export interface AuthChallenge {
  /** In lower case. */
  readonly scheme: string;
  /** What follows the scheme in one piece, where it is no list of parameters. */
  readonly token68: string | undefined;
  /** By lower-case name, unquoted. */
  readonly parameters: ReadonlyMap<string, string>;
}

const EQUALS = 0x3d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;

/**
 * The challenges of one WWW-Authenticate header, in order: a header may have several, and commas part them as well as their parameters.
 * Undefined for one that is malformed, or has a parameter twice. RFC 9110 section 11.6.1. It takes time in proportion to the text.
 */
export function parseChallenges(value: string): readonly AuthChallenge[] | undefined {
  return new ChallengeReader(value).read();
}

class ChallengeReader {
  readonly #text: string;
  #at = 0;
  readonly #challenges: AuthChallenge[] = [];
  /** Those of the last challenge. */
  #parameters: Map<string, string> | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  read(): readonly AuthChallenge[] | undefined {
    for (;;) {
      while (this.#code() === COMMA || isBlank(this.#code())) this.#at++;
      if (this.#at >= this.#text.length) return this.#challenges.length > 0 ? this.#challenges : undefined;
      if (!this.#element()) return undefined;
    }
  }

  /** A parameter, or a scheme with what follows it until the first comma. */
  #element(): boolean {
    const name = this.#take(isTokenCharacter);
    if (name === '') return false;
    const isApart = this.#skipBlanks();
    if (this.#code() === EQUALS) return this.#parameter(name) && this.#isAtEnd();
    if (!isApart && !this.#isAtEnd()) return false;
    this.#parameters = new Map();
    const token68 = isApart ? this.#token68() : undefined;
    this.#challenges.push({ scheme: name.toLowerCase(), token68, parameters: this.#parameters });
    if (token68 !== undefined || this.#isAtEnd()) return true;
    const first = this.#take(isTokenCharacter);
    this.#skipBlanks();
    return first !== '' && this.#code() === EQUALS && this.#parameter(first) && this.#isAtEnd();
  }

  #parameter(name: string): boolean {
    this.#at++;
    this.#skipBlanks();
    const key = name.toLowerCase();
    const value = this.#code() === QUOTE ? this.#quoted() : this.#take(isTokenCharacter);
    if (value === undefined || this.#parameters === undefined || this.#parameters.has(key)) return false;
    this.#parameters.set(key, value);
    this.#skipBlanks();
    return true;
  }

  #quoted(): string | undefined {
    let value = '';
    for (let from = ++this.#at; this.#at < this.#text.length; this.#at++) {
      const code = this.#code();
      if (code !== QUOTE && code !== BACKSLASH) continue;
      value += this.#text.slice(from, this.#at);
      from = this.#at + 1;
      if (code === QUOTE) {
        this.#at++;
        return value;
      }
      // What is escaped is taken as it is.
      this.#at++;
    }
    return undefined;
  }

  /** One piece with nothing behind it; otherwise nothing is taken. */
  #token68(): string | undefined {
    const start = this.#at;
    const body = this.#take((code) => code === SLASH || isTokenCharacter(code));
    const padding = this.#take((code) => code === EQUALS);
    this.#skipBlanks();
    if (body !== '' && this.#isAtEnd()) return body + padding;
    this.#at = start;
    return undefined;
  }

  #take(accepts: (code: number) => boolean): string {
    const start = this.#at;
    while (this.#at < this.#text.length && accepts(this.#code())) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #skipBlanks(): boolean {
    const start = this.#at;
    while (isBlank(this.#code())) this.#at++;
    return this.#at > start;
  }

  #isAtEnd(): boolean {
    return this.#at >= this.#text.length || this.#code() === COMMA;
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }
}

/** The challenges of several headers, one after the other. Those of a malformed header are left out. */
export function allChallenges(values: readonly string[]): readonly AuthChallenge[] {
  return values.flatMap((value) => parseChallenges(value) ?? []);
}

/** Text as a quoted string. RFC 9110 section 5.6.4. */
export function quotedString(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
