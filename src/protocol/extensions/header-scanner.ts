import { isBlank, isTokenCharacter } from '../handshake/tokens.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads a header value from left to right. It never goes back, so each character costs the same however the text is
 * made.
 */
export class HeaderScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether everything has been read. */
  get ended(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Passes over optional whitespace. RFC 9110 section 5.6.3. */
  skipBlanks(): void {
    while (isBlank(this.#code())) this.#at++;
  }

  /** Whether the character of this code is next, which is not read. */
  sees(code: number): boolean {
    return this.#code() === code;
  }

  /** Reads the character of this code if it is next. */
  take(code: number): boolean {
    if (!this.sees(code)) return false;
    this.#at++;
    return true;
  }

  /** Reads a token; the empty text when none is next. RFC 9110 section 5.6.2. */
  token(): string {
    const start = this.#at;
    while (isTokenCharacter(this.#code())) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /**
   * Reads a token, or a quoted string whose content is one once it is unescaped; the empty text when neither is next.
   * RFC 6455 section 9.1.
   */
  tokenOrQuoted(): string {
    if (!this.take(QUOTE)) return this.token();
    // A blank or another character that no token has ends it at once, escaped or not.
    let value = this.token();
    while (this.take(BACKSLASH)) {
      if (!isTokenCharacter(this.#code())) return '';
      value += this.token();
    }
    return this.take(QUOTE) ? value : '';
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }
}
