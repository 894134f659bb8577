/** What waits for a lane. */
export interface Turn {
  /** Called once, when there is a lane: perhaps before `enter` returns. */
  start(): void;
}

/** The least that leaves a large message of one peer room beside those of another; libuv has as many threads. */
export const DEFAULT_LANES = 4;

/**
 * Bounds how many calls of zlib are at work outside of the event loop at the same time: they share libuv's threads with
 * files and name resolution, and each of many at once would hold memory. Those that wait go in the order they came.
 *
 * A lane is for the work on one piece of a message and not for the message: a peer that never ends its message holds
 * none.
 */
export class ZlibLanes {
  readonly #most: number;
  readonly #busy = new Set<Turn>();
  /** In the order of insertion, which is the order of coming. */
  readonly #waiting = new Set<Turn>();

  /**
   * @param most - Turns at the same time. Default 4; `Infinity` for no bound.
   * @throws RangeError for less than 1 or a fraction.
   */
  constructor(most: number = DEFAULT_LANES) {
    if (!(most >= 1) || (most !== Infinity && !Number.isInteger(most))) {
      throw new RangeError(
        `number of zlib lanes is ${String(most)}, expected an integer of at least 1, or Infinity`,
      );
    }
    this.#most = most;
  }

  /** How many have a lane. */
  get busy(): number {
    return this.#busy.size;
  }

  /** How many wait for one. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Starts `turn` when there is a lane for it. */
  enter(turn: Turn): void {
    this.#waiting.add(turn);
    this.#startWaiting();
  }

  /** Gives the lane of `turn` to the next one, or takes it out of the queue. */
  leave(turn: Turn): void {
    this.#waiting.delete(turn);
    if (this.#busy.delete(turn)) this.#startWaiting();
  }

  #startWaiting(): void {
    for (const turn of this.#waiting) {
      if (this.#busy.size >= this.#most) return;
      this.#waiting.delete(turn);
      this.#busy.add(turn);
      turn.start();
    }
  }
}
