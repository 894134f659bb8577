import type { Cancel, Clock } from './clock.js';

/** Something that is to be woken. */
export interface WheelMember {
  /**
   * Its time has come. It is not in the wheel any more.
   *
   * @param sleptMs - How long the machine has just slept with its clock stopped; 0 for most.
   */
  wake(sleptMs: number): void;
}

/** Where a member waits. */
export type WheelPlace = Set<WheelMember>;

/** Wakings are put off to the next of this many steps of their delay, so that many connections share a timer. */
const STEPS = 16;
/** How often a clock that may have been stopped is looked at. */
const LOOK_MS = 1000;
/** What is no sleep: dates are corrected by less all the time. */
const SHORTEST_SLEEP_MS = 1000;

/**
 * One timer for all that wait on a clock: 100,000 idle connections are a dozen sets and one timer, not 100,000
 * timers.
 */
export class Wheel {
  static readonly #wheels: WeakMap<Clock, Wheel> = new WeakMap();
  readonly #clock: Clock;
  readonly #buckets: Map<number, Set<WheelMember>> = new Map();
  #next = Infinity;
  #cancel: Cancel | undefined;

  /** The wheel of `clock`. */
  static of(clock: Clock): Wheel {
    let wheel = Wheel.#wheels.get(clock);
    if (wheel === undefined) Wheel.#wheels.set(clock, (wheel = new Wheel(clock)));
    return wheel;
  }

  private constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Wakes `member` in `delayMs`, a sixteenth of it later at most.
   *
   * @returns where it waits, for `remove`.
   */
  add(member: WheelMember, delayMs: number): WheelPlace | undefined {
    const bucket = this.#bucket(delayMs);
    bucket?.add(member);
    return bucket;
  }

  /** Takes `member` out again. */
  remove(member: WheelMember, place: WheelPlace | undefined): void {
    place?.delete(member);
    this.#rest();
  }

  #bucket(delayMs: number): Set<WheelMember> | undefined {
    if (delayMs === Infinity) return undefined;
    const step = Math.max(1, Math.floor(delayMs / STEPS));
    const at = Math.ceil((this.#clock.now() + delayMs) / step) * step;
    let bucket = this.#buckets.get(at);
    // From here on it is this wheel that notices.
    if (this.#buckets.size === 0) this.#clock.slept?.();
    if (bucket === undefined) this.#buckets.set(at, (bucket = new Set()));
    if (at < this.#next) this.#arm(at);
    return bucket;
  }

  #arm(at: number): void {
    this.#cancel?.();
    this.#next = at;
    const delayMs = Math.max(0, at - this.#clock.now());
    this.#cancel = this.#clock.after(this.#clock.slept ? Math.min(delayMs, LOOK_MS) : delayMs, () => {
      this.#turn();
    });
  }

  /** Stops the timer when nobody waits any more. */
  #rest(): void {
    for (const [at, bucket] of this.#buckets) {
      if (bucket.size > 0) return;
      this.#buckets.delete(at);
    }
    this.#cancel?.();
    this.#cancel = undefined;
    this.#next = Infinity;
  }

  #turn(): void {
    this.#next = Infinity;
    this.#cancel = undefined;
    const sleptMs = this.#sleptMs();
    // A timer may fire a fraction of a millisecond early.
    const now = this.#clock.now() + sleptMs + 1;
    for (const at of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      const bucket = this.#buckets.get(at);
      if (bucket === undefined) continue;
      if (bucket.size === 0) {
        this.#buckets.delete(at);
      } else if (at <= now) {
        this.#buckets.delete(at);
        for (const member of bucket) member.wake(sleptMs);
      } else if (at < this.#next) {
        this.#arm(at);
      }
    }
  }

  #sleptMs(): number {
    const ms = this.#clock.slept?.() ?? 0;
    return ms < SHORTEST_SLEEP_MS ? 0 : ms;
  }
}
