/** What rounding may take, or add. */
const ROUNDING = 1e-6;
const ALMOST = 1 - ROUNDING;

/** How much may pass in what time. */
export interface Rate {
  readonly amount: number;
  /** `Infinity`: nothing ever comes in. */
  readonly perMs: number;
  /** For how long what was not used may still be. */
  readonly burstMs: number;
}

/**
 * Counts what passes against a rate: a bucket that fills by `amount` in `perMs`, up to what `burstMs` brings, and at least 1. It can be
 * overdrawn; then it fills from below. So in any `t` milliseconds no more passes than a full bucket and what comes in meanwhile, and
 * the one that overdraws it.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #filledAt: number;

  /** @param now - Milliseconds. It begins full. */
  constructor({ amount, perMs, burstMs }: Rate, now: number) {
    this.#perMs = amount / perMs;
    this.#most = Math.max(1, amount * (burstMs === perMs ? 1 : burstMs / perMs));
    this.#left = this.#most;
    this.#filledAt = now;
  }

  /** Whether more was taken than was there. */
  get overdrawn(): boolean {
    return this.#left < ALMOST - 1;
  }

  /** Whether there is nothing left for one more. */
  get empty(): boolean {
    return this.#left < ALMOST;
  }

  /** Milliseconds from the last `fill` until there is one. */
  get waitMs(): number {
    return this.empty ? Math.ceil((1 - this.#left) / this.#perMs - ROUNDING) : 0;
  }

  /** A clock that is set back brings nothing. */
  fill(now: number): void {
    this.#left = Math.min(this.#most, this.#left + Math.max(0, now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
  }

  take(amount: number): void {
    this.#left -= amount;
  }
}
