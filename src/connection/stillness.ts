import { TimeoutError } from '../protocol/errors.js';
import type { Clock } from './clock.js';
import type { Watch } from './watch.js';
import { Wheel, type WheelMember, type WheelPlace } from './wheel.js';

/** What is to get on, and what becomes of a connection where it does not. */
export interface Standing {
  readonly option: 'idleTimeoutMs' | 'messageTimeoutMs';
  readonly limitMs: number;
  /** In words, for the error. */
  readonly what: string;
  /** A number that is another one when it has got on; undefined while there is nothing to get on with. */
  mark(): number | undefined;
  expire(error: TimeoutError): void;
}

/** What {@link Stillness} asks of its connection. */
export interface StillnessOwner {
  readonly clock: Clock;
  /** Whether this side does not read, so that nothing can get on. */
  readonly holding: boolean;
  nextTurn(task: () => void): void;
}

/** A connection is looked at this many times in the time it has. */
const LOOKS = 4;
/** A wheel that comes later than this was held up with the whole process. */
const LATE_MS = 1000;

/**
 * Tells when something about a connection has stood still for too long. It looks now and then, so that the path of the bytes knows
 * nothing of it: what it tells may be a third of the limit late, and is never early.
 *
 * While this side holds the peer back, time does not count; nor does it while the process was stopped or asleep.
 */
export class Stillness implements WheelMember, Watch {
  readonly #owner: StillnessOwner;
  readonly #clock: Clock;
  readonly #standing: Standing;
  #place: WheelPlace | undefined;
  #mark: number | undefined;
  #since: number;
  #dueAt = 0;
  #stopped = false;

  constructor(owner: StillnessOwner, standing: Standing) {
    this.#owner = owner;
    this.#clock = owner.clock;
    this.#standing = standing;
    this.#mark = standing.mark();
    this.#since = this.#clock.now();
    this.#plan();
  }

  stop(): void {
    this.#stopped = true;
    Wheel.of(this.#clock).remove(this, this.#place);
    this.#place = undefined;
  }

  wake(): void {
    if (this.#stopped) return;
    if (!this.#isOver()) {
      this.#plan();
      return;
    }
    // Timers run before the socket is read: what it waits for may lie there already.
    this.#owner.nextTurn(() => {
      if (this.#stopped) return;
      if (this.#isOver()) this.#expire();
      else this.#plan();
    });
  }

  #plan(): void {
    const { limitMs } = this.#standing;
    const left = this.#since + limitMs - this.#clock.now();
    const delayMs = Math.max(1, Math.min(limitMs / LOOKS, left));
    this.#dueAt = this.#clock.now() + delayMs;
    this.#place = Wheel.of(this.#clock).add(this, delayMs);
  }

  #isOver(): boolean {
    const { limitMs } = this.#standing;
    const now = this.#clock.now();
    const mark = this.#standing.mark();
    const overslept = now - this.#dueAt > Math.max(LATE_MS, limitMs / LOOKS);
    if (mark === undefined || mark !== this.#mark || this.#owner.holding || overslept) {
      this.#mark = mark;
      this.#since = now;
      this.#dueAt = now;
    }
    return now - this.#since >= limitMs;
  }

  #expire(): void {
    const { option, limitMs, what } = this.#standing;
    this.#standing.expire(new TimeoutError(`${what} within ${String(limitMs)} ms`, { option, limitMs }));
  }
}
