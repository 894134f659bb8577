import type { SchedulerLike } from 'rxjs';

/** Takes back what {@link Clock.after} has planned. */
export type Cancel = () => void;

/** Where a connection has its time from. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /**
   * Runs `task` in `ms` milliseconds. `Infinity` is never.
   *
   * @param holds - Whether the process stays for it, as where somebody waits and there is no socket. Default false.
   */
  after(ms: number, task: () => void, holds?: boolean): Cancel;
  /**
   * Milliseconds that have passed outside since this was last asked, and not for `now`: a machine that sleeps may stop its clock. Missing
   * where that cannot be.
   */
  slept?(): number;
}

const never: Cancel = () => undefined;
/** What a timer of Node holds at most; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** How far the clock on the wall is ahead of the one that only counts. */
const aheadMs = (): number => Date.now() - performance.now();
let lastAheadMs = aheadMs();

/**
 * The clock of this machine. It does not jump when the date is set, and its timers keep no process alive unless they
 * are to: a connection's socket does.
 */
export const machineClock: Clock = {
  now: () => performance.now(),
  /** A date that is set forward looks like a sleep; one that is set back like nothing. */
  slept() {
    const before = lastAheadMs;
    lastAheadMs = aheadMs();
    return Math.max(0, lastAheadMs - before);
  },
  after(ms, task, holds = false) {
    if (ms > MAX_TIMER_MS) return never;
    const timer = setTimeout(task, ms);
    if (!holds) timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

const clocks = new WeakMap<SchedulerLike, Clock>();

/** The clock that a scheduler is; one for each scheduler, so that what is kept per clock is shared. */
export function clockOf(scheduler: SchedulerLike | undefined): Clock {
  if (scheduler === undefined) return machineClock;
  let clock = clocks.get(scheduler);
  if (clock === undefined) {
    clock = {
      now: () => scheduler.now(),
      after(ms, task) {
        if (ms === Infinity) return never;
        const planned = scheduler.schedule(task, ms);
        return () => {
          planned.unsubscribe();
        };
      },
    };
    clocks.set(scheduler, clock);
  }
  return clock;
}
