import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/** How {@link VirtualTime} passes. */
export interface VirtualTimeOptions {
  /** What `now()` is at first, in milliseconds. Default 0. */
  readonly startMs?: number;
  /** The most tasks that run at one moment: more are a loop that time does not get out of. Default 1 000 000. */
  readonly maxTasks?: number;
}

const MAX_TASKS = 1_000_000;

/**
 * Time that passes only when it is told to. A scheduler of rxjs: given to `connectionPair` all timers and all hops between turns of both sides
 * run on it; given as the option `scheduler` to anything else, its timers do, and so do operators such as `timer` and `debounceTime`.
 *
 * Nothing happens by itself, everything is synchronous, and in the same order each time. What is done with promises is not: `flush()`,
 * `for await`, and work of zlib that leaves the event loop (messages over 64 KiB, compressed).
 *
 * @example
 * ```ts
 * import { timer } from 'rxjs';
 * import { VirtualTime } from 'rxwire/testing';
 *
 * const time = new VirtualTime();
 * timer(1000, time).subscribe(() => console.log(time.now()));
 * time.pass(999);
 * time.pass(1);
 * // 1000
 * ```
 */
export class VirtualTime implements SchedulerLike {
  #now: number;
  readonly #maxTasks: number;
  /** In the order in which they are due. */
  readonly #planned: Planned[] = [];

  constructor({ startMs = 0, maxTasks = MAX_TASKS }: VirtualTimeOptions = {}) {
    this.#now = startMs;
    this.#maxTasks = maxTasks;
  }

  /** Tasks that are still to come. */
  get pending(): number {
    return this.#planned.length;
  }

  /** Milliseconds. */
  now(): number {
    return this.#now;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new VirtualAction<T>(this.#calendar, work).schedule(state, delay);
  }

  /** Runs what is due now, and what that makes due, in order. Time does not pass. @throws what a task throws. */
  settle(): void {
    this.#runUntil(this.#now);
  }

  /** Lets `ms` milliseconds pass; what becomes due runs in order, at its own time. @throws what a task throws. */
  pass(ms: number): void {
    checkMs(ms);
    this.#runUntil(this.#now + ms);
  }

  /** Jumps: what becomes due meanwhile runs late, as after a sleep of the machine. @throws what a task throws. */
  jump(ms: number): void {
    checkMs(ms);
    this.#now += ms;
    this.#runUntil(this.#now);
  }

  readonly #calendar: Calendar = {
    plan: (delay, run) => {
      const planned = { at: this.#now + Math.max(0, delay), run };
      let index = this.#planned.length;
      while (index > 0 && this.#planned[index - 1]!.at > planned.at) index--;
      this.#planned.splice(index, 0, planned);
      return planned;
    },
    cancel: (planned) => {
      const index = this.#planned.indexOf(planned);
      if (index >= 0) this.#planned.splice(index, 1);
    },
  };

  #runUntil(end: number): void {
    let tasks = 0;
    for (let next = this.#planned[0]; next !== undefined && next.at <= end; next = this.#planned[0]) {
      this.#planned.shift();
      if (next.at > this.#now) {
        this.#now = next.at;
        tasks = 0;
      }
      if (++tasks > this.#maxTasks) {
        throw new Error(
          `${String(this.#maxTasks)} tasks ran at ${String(this.#now)} ms, and it does not come to rest`,
        );
      }
      next.run();
    }
    this.#now = Math.max(this.#now, end);
  }
}

interface Planned {
  readonly at: number;
  readonly run: () => void;
}

interface Calendar {
  plan(delay: number, run: () => void): Planned;
  cancel(planned: Planned): void;
}

/** Work that may plan itself again. */
class VirtualAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #calendar: Calendar;
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  #planned: Planned | undefined;

  constructor(calendar: Calendar, work: (this: SchedulerAction<T>, state?: T) => void) {
    super();
    this.#calendar = calendar;
    this.#work = work;
    this.add(() => {
      if (this.#planned !== undefined) calendar.cancel(this.#planned);
    });
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    if (this.#planned !== undefined) this.#calendar.cancel(this.#planned);
    this.#planned = undefined;
    if (delay === Infinity) return this;
    this.#planned = this.#calendar.plan(delay, () => {
      this.#planned = undefined;
      this.#work(state);
    });
    return this;
  }
}

function checkMs(ms: number): void {
  if (ms >= 0 && ms < Infinity) return;
  throw new RangeError(`ms is ${String(ms)}, expected a number of at least 0`);
}
