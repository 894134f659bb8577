/** Values after which the event loop goes on, however soon each came. */
const MOST_VALUES = 64;
/** The longest time one source is served before the event loop goes on. */
const SLICE_MS = 5;
/** The clock is looked at once in this many values. */
const LOOK_VALUES = 8;

/** How long a loop that only awaits what is there already has kept others from their turn. */
export class Slice {
  #values = 0;
  #beganAt = performance.now();

  /** Counts a value. Returns whether others are to have their turn now; the next slice begins then. */
  isOver(): boolean {
    if (++this.#values % LOOK_VALUES !== 0) return false;
    const now = performance.now();
    if (this.#values < MOST_VALUES && now - this.#beganAt < SLICE_MS) return false;
    this.#values = 0;
    this.#beganAt = now;
    return true;
  }
}
