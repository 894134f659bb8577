/**
 * Whether octets are UTF-8, octet by octet, by the table of RFC 3629 section 4: no longer forms, no surrogates, nothing over U+10FFFF.
 */
export class Utf8Judge {
  #valid = true;
  /** Octets that the code point still needs. */
  #needed = 0;
  /** What the next of them may be. */
  #least = 0x80;
  #most = 0xbf;

  /** Takes further octets. @returns whether what came can be the beginning of UTF-8. */
  push(octets: Uint8Array): boolean {
    for (const octet of octets) {
      if (!this.#valid) break;
      if (this.#needed === 0) this.#begin(octet);
      else this.#go(octet);
    }
    return this.#valid;
  }

  /** Whether what came is UTF-8 to its end. */
  get whole(): boolean {
    return this.#valid && this.#needed === 0;
  }

  #begin(octet: number): void {
    if (octet < 0x80) return;
    this.#valid = octet >= 0xc2 && octet <= 0xf4;
    this.#needed = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
    this.#least = octet === 0xe0 ? 0xa0 : octet === 0xf0 ? 0x90 : 0x80;
    this.#most = octet === 0xed ? 0x9f : octet === 0xf4 ? 0x8f : 0xbf;
  }

  #go(octet: number): void {
    this.#valid = octet >= this.#least && octet <= this.#most;
    this.#needed--;
    this.#least = 0x80;
    this.#most = 0xbf;
  }
}
