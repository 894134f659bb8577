/** Numbers that only look random: the same seed gives the same ones. */
export class Random {
  #state: number;

  /** @param words - What the numbers are for; they are different for every such name. */
  constructor(seed: number, words = '') {
    let state = seed >>> 0;
    for (const character of words) {
      state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    }
    this.#state = state;
  }

  /** From 0 to `end`, exclusive. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * end);
  }

  /** From 1 to `most`, every order of magnitude as likely as the others. */
  size(most: number): number {
    const magnitude = 2 ** this.below(Math.floor(Math.log2(most)) + 1);
    return Math.min(most, magnitude + this.below(magnitude));
  }

  octets(count: number): number[] {
    return Array.from({ length: count }, () => this.below(256));
  }
}
